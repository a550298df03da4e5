import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, external, internal, verdict } from "./update-with.ts";

describe("LOCAL_PREF", () => {
  it("from an internal peer is read", () => {
    expect(decodeWith({ add: "400504000000c8" }, internal).attributes.localPref).toBe(200);
    expect(encodedAttributes({ localPref: 200 })).toBe("400504000000c8");
  });

  it.each(["400504000000c8", "400503000000"])("%s from an external peer is discarded", (add) => {
    expect(verdict({ add })).toBe("AttributeDiscard 5:local-pref-from-external-peer (RFC 7606 §7.5)");
    expect(decodeWith({ add }).attributes.localPref).toBe(-1);
  });

  it("from another Member-AS of our confederation is read (RFC 5065 §5.2), and may be malformed", () => {
    const inside = { ...external, confederation: true };
    const path = "4002060301 0000fde9";
    expect(verdict({ without: [2], add: `${path}400504000000c8` }, inside)).toBe("Ok");
    expect(decodeWith({ without: [2], add: `${path}400504000000c8` }, inside).attributes.localPref).toBe(200);
    const short = "TreatAsWithdraw 5:attribute-length (RFC 7606 §7.5)";
    expect(verdict({ without: [2], add: `${path}400503000000` }, inside)).toBe(short);
    const originatorId = `${path}800904c0000201`;
    const discarded = "AttributeDiscard 9:originator-id-from-external-peer (RFC 7606 §7.9)";
    expect(verdict({ without: [2], add: originatorId }, inside)).toBe(discarded);
  });

  it.each([
    ["five octets", "4005050000000000", "attribute-length (RFC 7606 §7.5)"],
    ["no octet", "400500", "attribute-length (RFC 7606 §7.5)"],
    ["an optional flag", "c0050400000000", "attribute-flags (RFC 7606 §3 c)"],
  ])("from an internal peer with %s withdraws the routes", (_what, add, problem) => {
    expect(verdict({ add }, internal)).toBe(`TreatAsWithdraw 5:${problem}`);
  });

  it("from an external peer with wrong flags is malformed like any other (RFC 7606 §3 c), which costs more", () => {
    expect(verdict({ add: "c00504000000c8" })).toBe("TreatAsWithdraw 5:attribute-flags (RFC 7606 §3 c)");
  });
});
