import { describe, expect, it } from "vitest";
import { entriesFromMarks, formatLedger, type LedgerContent, parseLedger } from "../../src/ledger/entries.ts";
import type { KernelAddress, KernelRoute } from "../../src/netlink/types.ts";
import { ownershipMark } from "../../src/ownership/mark.ts";

const content: LedgerContent = {
  instance: "default",
  bootId: "6f0c",
  updatedAt: "2026-01-02T03:04:05.000Z",
  entries: [
    {
      kind: "address",
      prefix: "192.0.2.10/32",
      interface: "lo",
      mark: 118,
      adopted: false,
      addedAt: "2026-01-02T03:04:05.000Z",
    },
    {
      kind: "route",
      prefix: "2001:db8::/64",
      interface: "lo",
      mark: 0,
      adopted: true,
      addedAt: "2026-01-02T03:04:05.000Z",
    },
  ],
};

describe("the ledger's text", () => {
  it("is JSON that people can read, one entry per line", () => {
    const text = formatLedger(content);
    expect(JSON.parse(text)).toMatchObject({ version: 1, instance: "default" });
    expect(text.split("\n").filter((line) => line.includes("192.0.2.10/32"))).toHaveLength(1);
    expect(text.endsWith("}\n")).toBe(true);
    expect(text).toMatchInlineSnapshot(`
      "{
        "version": 1,
        "instance": "default",
        "bootId": "6f0c",
        "updatedAt": "2026-01-02T03:04:05.000Z",
        "entries": [
          {"kind":"address","prefix":"192.0.2.10/32","interface":"lo","mark":118,"adopted":false,"addedAt":"2026-01-02T03:04:05.000Z"},
          {"kind":"route","prefix":"2001:db8::/64","interface":"lo","mark":0,"adopted":true,"addedAt":"2026-01-02T03:04:05.000Z"}
        ]
      }
      "
    `);
  });

  it("reads back as it was, empty or full", () => {
    expect(parseLedger(formatLedger(content))).toEqual(content);
    expect(parseLedger(formatLedger({ ...content, entries: [] }))).toEqual({ ...content, entries: [] });
  });

  it("is not believed when any part of it is damaged, and says which", () => {
    const good = formatLedger(content);
    for (let cut = 0; cut < good.length - 2; cut++) {
      expect(typeof parseLedger(good.slice(0, cut))).toBe("string");
    }
    const damaged: [string, string][] = [
      ["", "not JSON"],
      ["\0".repeat(100), "not JSON"],
      ["[]", "not a JSON object"],
      ["null", "not a JSON object"],
      ['{"version":2}', "version is 2"],
      ['{"version":1,"instance":7,"bootId":"","updatedAt":"","entries":[]}', "not text"],
      ['{"version":1,"instance":"a","bootId":"","updatedAt":"","entries":{}}', "not a list"],
      [good.replace("192.0.2.10/32", "192.0.2.10/33"), "entry 0 is damaged"],
      [good.replace("192.0.2.10/32", "192.0.2.10/8"), "entry 0 is damaged"],
      [good.replace('"adopted":true', '"adopted":"yes"'), "entry 1 is damaged"],
      [good.replace('"kind":"route"', '"kind":"rule"'), "entry 1 is damaged"],
    ];
    for (const [text, words] of damaged) expect(parseLedger(text)).toContain(words);
  });
});

describe("entries from the kernel's marks", () => {
  it("are the marked addresses and local routes, and nothing that is merely there", () => {
    const mark = ownershipMark();
    const address = { address: "192.0.2.10", prefixLength: 32, interface: "lo", proto: 118, rtPriority: 0 };
    const route = { destination: "198.51.100.0/24", type: "local", protocol: 118, nextHops: [{ interface: "lo" }] };
    const addresses = [
      address,
      { ...address, address: "192.0.2.11", proto: 0 },
      { ...address, address: "192.0.2.12", proto: 0, rtPriority: mark.rtPriority },
      { ...address, address: "192.0.2.13", proto: 119 },
    ] as unknown as KernelAddress[];
    const routes = [route, { ...route, protocol: 186 }, { ...route, type: "unicast" }] as unknown as KernelRoute[];
    const common = { interface: "lo", mark: 118, adopted: false, addedAt: "now" };
    expect(entriesFromMarks(addresses, routes, mark, "now")).toEqual([
      { kind: "address", prefix: "192.0.2.10/32", ...common },
      { kind: "address", prefix: "192.0.2.12/32", ...common },
      { kind: "route", prefix: "198.51.100.0/24", ...common },
    ]);
  });
});
