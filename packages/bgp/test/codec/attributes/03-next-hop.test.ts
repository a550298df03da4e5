import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

const without = [3];
const mpReach = "800e1a 000201 10 20010db8000000000000000000000001 00 2020010db8";

describe("NEXT_HOP", () => {
  it.each([
    ["three octets", "400303c00002", "attribute-length (RFC 7606 §7.3)"],
    ["sixteen octets", "40031020010db8000000000000000000000001", "attribute-length (RFC 7606 §7.3)"],
    ["no octet", "400300", "attribute-length (RFC 7606 §7.3)"],
    ["an optional flag", "c00304c0000201", "attribute-flags (RFC 7606 §3 c)"],
    ["the unspecified address", "40030400000000", "next-hop-value (RFC 4271 §6.3)"],
    ["a multicast address", "400304e0000001", "next-hop-value (RFC 4271 §6.3)"],
    ["the broadcast address", "400304ffffffff", "next-hop-value (RFC 4271 §6.3)"],
  ])("with %s withdraws the routes", (_what, add, problem) => {
    expect(verdict({ without, add })).toBe(`TreatAsWithdraw 3:${problem}`);
  });

  it("is mandatory where the NLRI field has routes, not beside MP_REACH_NLRI", () => {
    expect(verdict({ without })).toBe("TreatAsWithdraw 3:attribute-missing (RFC 7606 §3 d)");
    expect(verdict({ without, add: mpReach, nlri: "" })).toBe("Ok");
    expect(verdict({ without, add: mpReach })).toBe("TreatAsWithdraw 3:attribute-missing (RFC 7606 §3 d)");
  });

  it("beside MP_REACH_NLRI alone says nothing, so it cannot say something wrong (RFC 4760 §3)", () => {
    const fields = { without, add: `40030400000000${mpReach}`, nlri: "" };
    expect(verdict(fields)).toBe("Ok");
    const { attributes } = decodeWith(fields);
    expect(attributes.materialise().nextHop).toEqual(attributes.mpReach!.nextHop);
  });

  it("is written with the four octets of a host address only", () => {
    expect(() => encodedAttributes({ nextHop: new Uint8Array(4) })).toThrow(/^nextHop: 0.0.0.0 is not/);
    expect(encodedAttributes({ nextHop: Uint8Array.of(10, 0, 0, 1) })).toContain("4003040a000001");
    expect(() => encodedAttributes({ nextHop: Uint8Array.of(10, 0, 0) })).toThrow(
      /^nextHop: 3 octets do not suit ipv4/,
    );
  });
});
