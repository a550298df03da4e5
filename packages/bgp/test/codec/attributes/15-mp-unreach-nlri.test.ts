import { describe, expect, it } from "vitest";
import { Family, familyOf } from "../../../src/iana/afi-safi.ts";
import { decodeWith, verdict } from "./update-with.ts";

const alone = { without: [1, 2, 3], nlri: "" };

describe("MP_UNREACH_NLRI", () => {
  it("gives family and withdrawn routes, and needs no other attribute", () => {
    const message = decodeWith({ ...alone, add: "800f080002012020010db8" });
    const { mpUnreach } = message.attributes;
    expect([message.outcome, mpUnreach!.family, [...mpUnreach!.nlri.texts()]]).toEqual([
      0,
      Family.Ipv6Unicast,
      ["2001:db8::/32"],
    ]);
    expect(message.endOfRib).toBe(-1);
  });

  it("empty and alone is End-of-RIB of any family (RFC 4724 §2)", () => {
    expect(decodeWith({ ...alone, add: "800f03000201" }).endOfRib).toBe(Family.Ipv6Unicast);
    expect(decodeWith({ ...alone, add: "900f0003001946" }).endOfRib).toBe(familyOf(25, 70));
  });

  it.each([
    ["with another attribute", { ...alone, add: "800f0300020140010100" }],
    ["with withdrawn routes", { ...alone, add: "800f03000201", withdrawn: "00" }],
    ["with routes", { add: "800f03000201" }],
  ])("empty but %s is not", (_what, fields) => {
    expect(decodeWith(fields).endOfRib).toBe(-1);
  });

  it.each([
    ["two octets", "800f020002", "mp-unreach-length"],
    ["a prefix that overruns", "800f050002014020", "mp-unreach-nlri-syntax"],
    ["a prefix of 200 bits", "800f04000201c8", "mp-unreach-nlri-syntax"],
    ["a transitive flag", "c00f03000201", "mp-unreach-flags"],
  ])("with %s resets the session with the attribute as data", (_what, add, rule) => {
    expect(verdict({ ...alone, add })).toBe(`SessionReset 15:${rule} (RFC 7606 §5.3) 3/9 ${add}`);
  });

  it("twice resets the session (RFC 7606 §3 g)", () => {
    expect(verdict({ ...alone, add: "800f03000201800f03000201" })).toBe(
      "SessionReset 15:mp-attribute-duplicate (RFC 7606 §3 g) 3/1",
    );
  });
});
