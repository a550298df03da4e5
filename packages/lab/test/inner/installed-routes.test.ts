import { encodeExtendedCommunity, parseAddress } from "@vipcast/bgp";
import { describe, expect, it } from "vitest";
import { weightedGateways } from "../../src/inner/installed-routes.ts";

function path(gateway: string, bytesPerSecond?: number): Parameters<typeof weightedGateways>[0][number] {
  const nextHop = parseAddress(gateway) ?? new Uint8Array(4);
  if (bytesPerSecond === undefined) return { nextHop };
  const community = { kind: "link-bandwidth", transitive: false, asn: 65001, bytesPerSecond } as const;
  return { nextHop, extendedCommunities: [encodeExtendedCommunity(community)] };
}

describe("weightedGateways", () => {
  it("makes hundredths of the whole from the link bandwidths", () => {
    expect(weightedGateways([path("10.0.0.1", 1e9), path("10.0.0.2", 2e9), path("10.0.0.3", 4e9)])).toEqual([
      { gateway: "10.0.0.1", weight: 14 },
      { gateway: "10.0.0.2", weight: 29 },
      { gateway: "10.0.0.3", weight: 57 },
    ]);
  });

  it("drops all weights when one path has none", () => {
    expect(weightedGateways([path("10.0.0.1", 1e9), path("10.0.0.2")]).map(({ weight }) => weight)).toEqual([1, 1]);
  });

  it("keeps a next hop of almost no bandwidth, and makes bandwidths of nothing but zero equal", () => {
    expect(weightedGateways([path("10.0.0.1", 1), path("10.0.0.2", 1e9)])[0]).toEqual({
      gateway: "10.0.0.1",
      weight: 1,
    });
    expect(weightedGateways([path("10.0.0.1", 0), path("10.0.0.2", 0)]).map(({ weight }) => weight)).toEqual([1, 1]);
  });

  it("reads an IPv6 next hop of 32 octets as its global half, and leaves out a path without one", () => {
    const both = new Uint8Array(32);
    both.set(parseAddress("fd00::1") ?? []);
    both.set(parseAddress("fe80::1") ?? [], 16);
    expect(weightedGateways([{ nextHop: both }, {}])).toEqual([{ gateway: "fd00::1", weight: 1 }]);
  });
});
