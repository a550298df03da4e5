import { describe, expect, it } from "vitest";
import { fromHex } from "../../../src/bytes/hex.ts";
import { labelIndex } from "../../../src/codec/attributes/prefix-sid-tlv.ts";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

const discarded = "AttributeDiscard 40:prefix-sid-tlv (RFC 8669 §6)";
const withdrawn = "TreatAsWithdraw 40:prefix-sid-srv6-service-tlv (RFC 9252 §7)";

/** The attribute with this value in hexadecimal. */
function prefixSid(value: string): { add: string } {
  return { add: `c028${(value.length / 2).toString(16).padStart(2, "0")}${value}` };
}

describe("BGP Prefix-SID", () => {
  const index = { type: 1, value: fromHex("0000000000012c")! };

  it("is a list of TLVs, both ways, repeated ones left out", () => {
    const hex = encodedAttributes({ prefixSid: [index, { type: 200, value: Uint8Array.of(1) }, index] });
    expect(hex).toBe("c0280e0100070000000000012cc8000101");
    const { prefixSid: tlvs } = decodeWith({ add: hex }).attributes.materialise();
    expect(tlvs).toEqual([index, { type: 200, value: Uint8Array.of(1) }]);
    expect(labelIndex(tlvs!)).toBe(300);
    expect(labelIndex([])).toBeUndefined();
  });

  it.each([
    "01000600000000012c",
    "0100080000000000012c00",
    "03000200000000",
    "030008",
    "0300090000111111222222ff",
    "010007",
    "c8",
  ])("discards the attribute with %s", (value) => {
    const expected = value.length < 6 ? "AttributeDiscard 40:attribute-length (RFC 8669 §6)" : discarded;
    expect(verdict(prefixSid(value))).toBe(expected);
  });

  it.each([
    ["no reserved octet", "050000"],
    ["a Sub-TLV that overruns it", "05000400010001"],
    ["a Sub-TLV without its length", "050003000100"],
    ["a SID Information of 20 octets", `050018000100${"14"}${"00".repeat(20)}`],
    ["a Sub-Sub-TLV that overruns", `05001d000100${"19"}${"00".repeat(21)}01000200`],
    ["a length past the end of the attribute", "06000a00"],
  ])("withdraws the routes with an SRv6 service that has %s", (_what, value) => {
    expect(verdict(prefixSid(value))).toBe(withdrawn);
    // The stronger of two faults counts, whichever stands first.
    expect(verdict(prefixSid(`010000${value}`))).toBe(withdrawn);
  });

  it.each([
    ["a label index of six octets", 1, 6, "prefix-sid-tlv"],
    ["half a label range", 3, 5, "prefix-sid-tlv"],
    ["an empty SRv6 service", 5, 0, "prefix-sid-srv6-service-tlv"],
  ])("is not sent with %s", (_what, type, octets, rule) => {
    const tlvs = [{ type, value: new Uint8Array(octets) }];
    expect(() => encodedAttributes({ prefixSid: tlvs })).toThrow(new RegExp(`^prefixSid: is malformed: ${rule}`));
  });

  it("looks into SRv6 services no further than their lengths", () => {
    expect(verdict(prefixSid(`05001c000100${"18"}${"00".repeat(21)}010000`))).toBe("Ok");
    expect(verdict(prefixSid("060004000a000005000100"))).toBe("Ok");
  });
});
