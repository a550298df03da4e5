import { describe, expect, it } from "vitest";
import { Family, familyOf } from "../../../src/iana/afi-safi.ts";
import { decodeWith, external, verdict } from "./update-with.ts";

const global = "20010db8000000000000000000000001";
const linkLocal = "fe800000000000000000000000000001";
const attribute = (value: string, flags = "80"): string => {
  const hex = value.replace(/\s+/g, "");
  return `${flags}0e${(hex.length / 2).toString(16).padStart(2, "0")}${hex}`;
};
const base = { without: [3], nlri: "" };
const good = attribute(`000201 10 ${global} 00 2020010db8`);

describe("MP_REACH_NLRI", () => {
  it("gives family, next hop and routes", () => {
    const { mpReach } = decodeWith({ ...base, add: good }).attributes;
    expect([mpReach!.family, mpReach!.nextHopLength, [...mpReach!.nlri.texts()]]).toEqual([
      Family.Ipv6Unicast,
      16,
      ["2001:db8::/32"],
    ]);
  });

  it("may have a global and a link-local next hop (RFC 2545 §3), and any number in the reserved octet", () => {
    const add = attribute(`000201 20 ${global}${linkLocal} ff 2020010db8`);
    expect(verdict({ ...base, add })).toBe("Ok");
    expect(decodeWith({ ...base, add }).attributes.materialise().nextHop?.length).toBe(32);
  });

  it.each([4, 16, 32])("of IPv4 routes may have a next hop of %i octets (RFC 8950 §3)", (length) => {
    const add = attribute(`000101 ${length.toString(16).padStart(2, "0")} ${"0a".repeat(length)} 00 20cb00710a`);
    expect(verdict({ ...base, add })).toBe("Ok");
  });

  it.each([
    ["four octets", attribute("00020100"), "mp-reach-length (RFC 7606 §5.3)"],
    ["a next hop that overruns", attribute("000201 10 20010db8"), "mp-reach-next-hop-length (RFC 7606 §7.11)"],
    ["a next hop and no reserved octet", attribute(`000201 10 ${global}`), "mp-reach-next-hop-length (RFC 7606 §7.11)"],
    [
      "a next hop of 4 octets for IPv6",
      attribute("000201 04 c0000201 00 2020010db8"),
      "mp-reach-next-hop-length (RFC 7606 §7.11)",
    ],
    ["a prefix of 129 bits", attribute(`000201 10 ${global} 00 81${global}00`), "mp-reach-nlri-syntax (RFC 7606 §5.3)"],
    ["a prefix that overruns", attribute(`000201 10 ${global} 00 4020010db8`), "mp-reach-nlri-syntax (RFC 7606 §5.3)"],
    [
      "an IPv4 prefix of 33 bits",
      attribute("000101 04 c0000201 00 21cb00710a00"),
      "mp-reach-nlri-syntax (RFC 7606 §5.3)",
    ],
    ["a transitive flag", good.replace("80", "c0"), "mp-reach-flags (RFC 7606 §5.3)"],
    ["no optional flag", good.replace("80", "00"), "mp-reach-flags (RFC 7606 §5.3)"],
  ])("with %s resets the session with the attribute as data", (_what, add, problem) => {
    expect(verdict({ ...base, add })).toBe(`SessionReset 14:${problem} 3/9 ${add}`);
    expect(decodeWith({ ...base, add }).attributes.mpReach).toBeNull();
  });

  it("twice resets the session (RFC 7606 §3 g)", () => {
    expect(verdict({ ...base, add: good + good })).toBe("SessionReset 14:mp-attribute-duplicate (RFC 7606 §3 g) 3/1");
  });

  it("may stand anywhere and beside every other field (RFC 7606 §5.1)", () => {
    const message = decodeWith({ add: good, withdrawn: "0810aa".slice(0, 4) });
    expect([message.outcome, message.nlri.count, message.withdrawn.count]).toEqual([0, 1, 1]);
    expect(message.attributes.materialise(Family.Ipv4Unicast).nextHop?.length).toBe(4);
    expect(message.attributes.materialise(Family.Ipv6Unicast).nextHop?.length).toBe(16);
  });

  it("of a family without a spec is opaque, its next hop of any length", () => {
    const { mpReach } = decodeWith({ ...base, add: attribute("001946 03 010203 00 ff") }).attributes;
    expect(mpReach!.family).toBe(familyOf(25, 70));
    expect([mpReach!.nlri.opaque, mpReach!.nlri.count, mpReach!.nlri.isEmpty]).toEqual([true, 0, false]);
    expect([mpReach!.nextHop, mpReach!.nlri.rawBytes()]).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(255)]);
  });

  it("makes ORIGIN and AS_PATH mandatory, unless it reaches nothing", () => {
    const bare = { without: [1, 2, 3], nlri: "" };
    expect(verdict({ ...bare, add: good })).toBe(
      "TreatAsWithdraw 1:attribute-missing (RFC 7606 §3 d) 2:attribute-missing (RFC 7606 §3 d)",
    );
    expect(verdict({ ...bare, add: attribute(`000201 10 ${global} 00`) })).toBe("Ok");
  });

  it("has path identifiers where the session carries them", () => {
    const context = { ...external, addPathReceive: [Family.Ipv6Unicast] };
    const add = attribute(`000201 10 ${global} 00 0000000720 20010db8`);
    expect(decodeWith({ ...base, add }, context).attributes.mpReach!.nlri.materialise()).toEqual([
      { family: Family.Ipv6Unicast, lengthBits: 32, bytes: Uint8Array.of(0x20, 1, 0x0d, 0xb8), pathId: 7 },
    ]);
    expect(verdict({ ...base, add: good }, context)).toContain("14:mp-reach-nlri-syntax");
  });
});
