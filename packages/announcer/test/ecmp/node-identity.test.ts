import { describe, expect, it } from "vitest";
import { identify, nodeCommunityOf, routerIdOf } from "../../src/ecmp/node-identity.ts";

const local = { asn: 65001, routerId: "10.0.0.1" };

describe("nodeCommunityOf", () => {
  it("is our AS, the function, and the router id as a number, and says the router id again", () => {
    expect(nodeCommunityOf(local)).toBe("65001:1:167772161");
    expect(nodeCommunityOf({ asn: 4200000000, routerId: "255.255.255.254" })).toBe("4200000000:1:4294967294");
    expect(routerIdOf("65001:1:167772161")).toBe("10.0.0.1");
    expect(routerIdOf("4200000000:1:4294967294")).toBe("255.255.255.254");
  });

  it("knows no node in communities of another form", () => {
    expect(["65001:2:1", "65001:1", "a:1:b", "65001:1:4294967296"].map(routerIdOf)).toEqual([null, null, null, null]);
  });

  it.each(["10.0.0", "10.0.0.256", "", "fe80::1"])("refuses the router id %j", (routerId) => {
    expect(() => nodeCommunityOf({ asn: 65001, routerId })).toThrow(/dotted quad such as 10\.0\.0\.1/);
  });
});

describe("identify", () => {
  it("takes the community from the speaker only where the policy says auto", () => {
    expect(identify("auto", local)).toEqual({ asn: 65001, community: "65001:1:167772161" });
    expect(identify("auto", undefined)).toEqual({ asn: null, community: null });
    expect(identify(null, local)).toEqual({ asn: 65001, community: null });
    expect(identify("65001:9:9", undefined)).toEqual({ asn: null, community: "65001:9:9" });
  });
});
