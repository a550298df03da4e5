import { describe, expect, it } from "vitest";
import { SegmentType } from "../../../src/codec/attributes/values.ts";
import { decodeWith, encodedAttributes, internal, twoOctet, verdict } from "./update-with.ts";

const good = "c0110a0202fa56ea000000fde9";
const path = { without: [2], add: `4002060202 5ba0fde9${good}` };

describe("AS4_PATH", () => {
  it("from a two-octet peer says what the AS_PATH could not", () => {
    const { attributes } = decodeWith(path, twoOctet);
    expect(attributes.materialise()).not.toHaveProperty("as4Path");
    expect(attributes.materialise().asPath).toEqual([{ type: SegmentType.Sequence, asns: [4200000000, 65001] }]);
    expect(attributes.wireValues().asPath).toEqual([{ type: SegmentType.Sequence, asns: [23456, 65001] }]);
  });

  it("from a four-octet peer is dropped, and that is no error (RFC 6793 §4.1)", () => {
    expect(verdict({ add: good })).toBe("Ok 17:as4-path-from-four-octet-peer (RFC 6793 §4.1)");
    expect(decodeWith({ add: good }).attributes.wireValues()).not.toHaveProperty("as4Path");
  });

  it.each([
    ["four octets", "c0110402010000", "attribute-length"],
    ["an odd length", "c0110702010000fde900", "attribute-length"],
    ["segment type 9", "c011060901 0000fde9", "as-path-segment-type"],
    ["an empty segment", "c01108 0201 0000fde9 0200", "as-path-empty-segment"],
    ["a segment that overruns", "c011060202 0000fde9", "as-path-overrun"],
  ])("with %s is discarded", (_what, add, rule) => {
    expect(verdict({ add }, twoOctet)).toBe(`AttributeDiscard 17:${rule} (RFC 6793 §6)`);
  });

  it("with wrong flags withdraws the routes", () => {
    expect(verdict({ add: good.replace("c0", "80") }, twoOctet)).toBe(
      "TreatAsWithdraw 17:attribute-flags (RFC 7606 §3 c)",
    );
  });

  it("is written only where two octets do not suffice, without confederation segments (RFC 6793 §4.2.2)", () => {
    const to = { ...internal, fourOctetAs: false };
    const confederation = { type: SegmentType.ConfedSequence, asns: [4200000000] };
    const plain = { type: SegmentType.Sequence, asns: [65001] };
    const large = { type: SegmentType.Set, asns: [4200000000] };
    expect(encodedAttributes({ asPath: [plain] }, to)).not.toContain("c011");
    expect(encodedAttributes({ asPath: [confederation, plain] }, to)).not.toContain("c011");
    expect(encodedAttributes({ asPath: [confederation, plain, large] }, to)).toMatch(/c0110c02010000fde90101fa56ea00$/);
    expect(encodedAttributes({ asPath: [large] })).not.toContain("c011");
  });
});
