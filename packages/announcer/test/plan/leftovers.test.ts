import { describe, expect, it } from "vitest";
import { HostIndex } from "../../src/host/host-index.ts";
import { leftovers, staleVip } from "../../src/plan/leftovers.ts";
import { at, lo } from "./samples.ts";

const empty = { has: () => false, interfacesOf: () => [] };

function index(...addresses: ReturnType<typeof at>[]): HostIndex {
  const host = new HostIndex();
  host.finishDump({ addresses: [lo, ...addresses], links: [] });
  return host;
}

describe("leftovers", () => {
  it("are what carries our mark and what stands in the ledger, and nothing of others", () => {
    const host = index(at("ours"), at("other", "192.0.2.2/32"));
    const found = leftovers(host, empty, [{ prefix: "192.0.2.3/32", interface: "veth0" }]);
    expect([...found]).toEqual([
      ["192.0.2.1/32", "lo"],
      ["192.0.2.3/32", "veth0"],
    ]);
  });

  it("are, without marks, only what the ledger names at that very place", () => {
    const host = index(at("unknown"), at("unknown", "192.0.2.2/32"));
    const ledger = { has: (key: string) => key === "192.0.2.2/32 lo", interfacesOf: () => [] };
    expect([...leftovers(host, ledger, [])]).toEqual([["192.0.2.2/32", "lo"]]);
  });

  it("are where the kernel has them, when the ledger says another interface", () => {
    const found = leftovers(index(at("ours")), empty, [{ prefix: "192.0.2.1/32", interface: "veth0" }]);
    expect(found.get("192.0.2.1/32")).toBe("lo");
  });
});

describe("staleVip", () => {
  it("is enough to take an address or aggregate away, without a drain", () => {
    expect(staleVip("2001:DB8::1/128", "lo")).toMatchObject({ prefix: "2001:db8::1/128", family: 6, drainMs: 0 });
    expect(staleVip("198.51.100.0/24", "eth0")).toMatchObject({ prefixLength: 24, interface: "eth0", bind: true });
  });

  it("is nothing for a line that is no prefix", () => {
    expect(staleVip("192.0.2.300/32", "lo")).toBeNull();
  });
});
