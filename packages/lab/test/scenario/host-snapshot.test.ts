import { describe, expect, it } from "vitest";
import { hostDifferences, parseAddresses, parseLedgerPrefixes, touched } from "../../src/scenario/host-snapshot.ts";

const ip = (...lo: readonly object[]): string =>
  JSON.stringify([
    { ifname: "lo", addr_info: lo },
    { ifname: "eth0", addr_info: [{ local: "10.0.0.1", prefixlen: 24, scope: "global" }] },
    {},
  ]);
const vip = (local: string, more: object = {}): object => ({ local, prefixlen: 32, scope: "host", ...more });
const before = parseAddresses(ip(vip("192.0.2.9")));

describe("hostDifferences", () => {
  it("finds none where the VIPs stand on lo and everything else is as it was", () => {
    const now = parseAddresses(ip(vip("192.0.2.9"), vip("192.0.2.10")));
    expect(hostDifferences(now, before, ["192.0.2.10/32"])).toEqual([]);
    expect(hostDifferences(before, before, [])).toEqual([]);
  });

  it("names what is missing, what nobody wants, and what is there twice", () => {
    const now = parseAddresses(ip(vip("192.0.2.9"), vip("192.0.2.11"), vip("192.0.2.11", { label: "lo:1" })));
    expect(hostDifferences(now, before, ["192.0.2.10/32", "192.0.2.11/32"])).toEqual([
      "lo 192.0.2.10/32 is missing",
      "lo 192.0.2.11/32 again is there and wanted by nobody",
    ]);
    expect(hostDifferences(now, before, [])).toContain("lo 192.0.2.11/32 is there and wanted by nobody");
  });
});

describe("touched", () => {
  it("names what is gone, and what is no longer as it was", () => {
    expect(touched(parseAddresses(ip()), before)).toEqual(["lo 192.0.2.9/32, which is not vipcast's, is gone"]);
    const [change] = touched(parseAddresses(ip(vip("192.0.2.9", { scope: "global" }))), before);
    expect(change).toMatch(/^lo 192\.0\.2\.9\/32, which is not vipcast's, was .*"host".* and is .*"global"/);
  });
});

describe("parseLedgerPrefixes", () => {
  it("reads what is the announcer's own, sorted, without what it adopted", () => {
    const entries = [{ prefix: "b/32", adopted: false }, { prefix: "c/32", adopted: true }, { prefix: "a/32" }];
    expect(parseLedgerPrefixes(JSON.stringify({ version: 1, entries }))).toEqual(["a/32", "b/32"]);
  });

  it.each(['{"version":1,"entries":[', "{}", "null", "[]"])("refuses %j as damaged", (text) => {
    expect(() => parseLedgerPrefixes(text)).toThrow("the ledger is damaged");
  });
});
