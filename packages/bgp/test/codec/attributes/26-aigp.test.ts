import { describe, expect, it } from "vitest";
import { aigpMetric, aigpTlv } from "../../../src/codec/attributes/aigp-metric.ts";
import { BgpEncodeError } from "../../../src/codec/encode-error.ts";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

describe("AIGP", () => {
  it("is written with lengths that count type and length, and read again", () => {
    const tlvs = [aigpTlv(2n ** 64n - 2n), { type: 9, value: Uint8Array.of(1, 2) }];
    const hex = encodedAttributes({ aigp: tlvs });
    expect(hex).toBe("801a1001000bfffffffffffffffe0900050102");
    const values = decodeWith({ add: hex }).attributes.materialise();
    expect(values.aigp).toEqual(tlvs);
    expect(aigpMetric(values.aigp!)).toBe(2n ** 64n - 2n);
  });

  it("has the metric of its first AIGP TLV, and none without one", () => {
    expect(aigpMetric([{ type: 2, value: new Uint8Array(8) }, aigpTlv(7n), aigpTlv(8n)])).toBe(7n);
    expect(aigpMetric([])).toBeUndefined();
    expect(aigpMetric([{ type: 1, value: new Uint8Array(7) }])).toBeUndefined();
  });

  it("is discarded, not withdrawn, whatever is wrong with it", () => {
    expect(verdict({ add: "c01a0b01000b0000000000000064" })).toBe(
      "AttributeDiscard 26:attribute-flags (RFC 7311 §3.2)",
    );
    expect(verdict({ add: "801a020100" })).toBe("AttributeDiscard 26:attribute-length (RFC 7311 §3.2)");
    expect(verdict({ add: "801a0b01000c0000000000000064" })).toBe("AttributeDiscard 26:aigp-tlv (RFC 7311 §3.2)");
    expect(verdict({ add: "801a0b01000bffffffffffffffff" })).toBe("AttributeDiscard 26:aigp-metric (RFC 7311 §3.2)");
    expect(verdict({ add: "801a0b01000bffffffff7fffffff" })).toBe("Ok");
    expect(verdict({ add: "801a1601000b000000000000000101000bffffffffffffffff" })).toBe("Ok");
  });

  it.each([
    ["a metric of seven octets", { type: 1, value: new Uint8Array(7) }, "aigp-tlv"],
    ["the metric that stands for none", aigpTlv(2n ** 64n - 1n), "aigp-metric"],
  ])("is not sent with %s, which its receiver would discard", (_what, tlv, rule) => {
    expect(() => encodedAttributes({ aigp: [tlv] })).toThrow(new RegExp(`^aigp: is malformed: ${rule}`));
  });

  it("is not sent without TLVs, and refuses what no TLV can hold", () => {
    expect(encodedAttributes({ aigp: [] })).toBe("");
    for (const metric of [-1n, 2n ** 64n]) expect(() => aigpTlv(metric)).toThrow(BgpEncodeError);
    expect(() => encodedAttributes({ aigp: [{ type: 256, value: new Uint8Array(0) }] })).toThrow(/^aigp\.type: /);
    expect(() => encodedAttributes({ aigp: [{ type: 2, value: new Uint8Array(65533) }] })).toThrow(/^aigp\.value: /);
  });
});
