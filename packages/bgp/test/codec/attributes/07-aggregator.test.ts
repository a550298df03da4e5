import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, external, internal, twoOctet, verdict } from "./update-with.ts";

const four = "c00708fa56ea00c0000201";
const two = "c00706fde9c0000201";

describe("AGGREGATOR", () => {
  it("has an AS number of the width that was negotiated", () => {
    expect(decodeWith({ add: four }).attributes.materialise().aggregator).toEqual({
      asn: 4200000000,
      address: Uint8Array.of(192, 0, 2, 1),
    });
    expect(decodeWith({ add: two }, twoOctet).attributes.materialise().aggregator?.asn).toBe(65001);
    expect(verdict({ add: two }, external)).toBe("AttributeDiscard 7:attribute-length (RFC 7606 §7.7)");
    expect(verdict({ add: four }, twoOctet)).toBe("AttributeDiscard 7:attribute-length (RFC 7606 §7.7)");
  });

  it("with wrong flags withdraws the routes", () => {
    expect(verdict({ add: four.replace("c0", "40") })).toBe("TreatAsWithdraw 7:attribute-flags (RFC 7606 §3 c)");
  });

  it("is written as AS_TRANS beside AS4_AGGREGATOR to a two-octet peer", () => {
    const aggregator = { asn: 4200000000, address: Uint8Array.of(192, 0, 2, 1) };
    expect(encodedAttributes({ aggregator })).toBe(four);
    expect(encodedAttributes({ aggregator }, { ...internal, fourOctetAs: false })).toBe(
      "c007065ba0c0000201c01208fa56ea00c0000201",
    );
    expect(encodedAttributes({ aggregator: { ...aggregator, asn: 65001 } }, { ...internal, fourOctetAs: false })).toBe(
      two,
    );
  });

  it("cannot be written with an address of another length", () => {
    const aggregator = { asn: 1, address: new Uint8Array(16) };
    expect(() => encodedAttributes({ aggregator })).toThrow(/^aggregator.address: has 16 octets where 4/);
  });
});
