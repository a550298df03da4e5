import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afiOf, Family, familyFromName, familyName, familyOf, safiOf } from "../../src/iana/afi-safi.ts";

describe("families", () => {
  it.each([
    [Family.Ipv4Unicast, "ipv4-unicast"],
    [Family.Ipv6Unicast, "ipv6-unicast"],
    [familyOf(25, 70), "l2vpn-evpn"],
    [familyOf(1, 128), "ipv4-vpn"],
    [familyOf(16388, 71), "bgp-ls-link-state"],
    [familyOf(3, 1), "afi-3-unicast"],
    [familyOf(2, 250), "ipv6-safi-250"],
  ])("%i is %s", (family, name) => {
    expect(familyName(family)).toBe(name);
    expect(familyFromName(name)).toBe(family);
  });

  it("of every AFI and SAFI have a name that leads back to them", () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xff), (afi, safi) => {
        const family = familyOf(afi, safi);
        expect([afiOf(family), safiOf(family)]).toEqual([afi, safi]);
        expect(familyFromName(familyName(family))).toBe(family);
      }),
    );
  });

  it.each(["", "ipv4", "ipv4-", "ipv4-unicasts", "IPv4-unicast", "afi-65536-unicast", "ipv4-safi-256", "afi-1"])(
    "%j is no name of one",
    (name) => {
      expect(familyFromName(name)).toBeUndefined();
    },
  );
});
