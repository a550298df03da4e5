import { describe, expect, it } from "vitest";
import { attributeSpecs } from "../../../src/codec/attributes/table.ts";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

describe("attributes that are checked and kept as octets", () => {
  it("are those with a spec and no property, but for the reachability ones", () => {
    expect(attributeSpecs.filter(({ opaque }) => opaque).map(({ code }) => code)).toEqual([22, 23, 24, 25, 128]);
  });

  it("come and go as unknown ones do, in ascending order among the others", () => {
    const unknown = [
      { code: 99, flags: 0xc0, value: Uint8Array.of(9) },
      { code: 24, flags: 0x80, value: Uint8Array.of(1, 2) },
      { code: 22, flags: 0xe0, value: new Uint8Array(5) },
    ];
    const hex = encodedAttributes({ unknown, onlyToCustomer: 1 });
    expect(hex).toBe("e0160500000000008018020102c0230400000001c0630109");
    const values = decodeWith({ add: hex }).attributes.materialise();
    expect(values.unknown?.map(({ code, flags }) => [code, flags])).toEqual([
      [22, 0xe0],
      [24, 0x80],
      [99, 0xc0],
    ]);
  });

  it("are not shown when they are malformed", () => {
    const { attributes } = decodeWith({ add: "c01701ff" });
    expect(attributes.has(23)).toBe(false);
    expect(attributes.materialise().unknown).toBeUndefined();
  });

  it("refuse flags that are not theirs, and the code of an attribute with a property", () => {
    const raw = { code: 22, flags: 0x80, value: new Uint8Array(5) };
    expect(() => encodedAttributes({ unknown: [raw] })).toThrow(/^unknown\.flags: /);
    expect(() => encodedAttributes({ unknown: [{ ...raw, code: 26 }] })).toThrow(/^unknown\.code: /);
    expect(() => encodedAttributes({ unknown: [{ ...raw, code: 14 }] })).toThrow(/^unknown\.code: /);
  });

  it.each([
    [22, 0xc0, 0, "attribute-length"],
    [23, 0xc0, 5, "tunnel-encapsulation-tlv"],
    [25, 0xc0, 19, "attribute-length"],
    [128, 0xc0, 3, "attribute-length"],
  ])("are not sent malformed: code %i with flags %i and %i octets", (code, flags, octets, rule) => {
    const unknown = [{ code, flags, value: new Uint8Array(octets) }];
    expect(() => encodedAttributes({ unknown })).toThrow(new RegExp(`^unknown\\.value: is malformed: ${rule}`));
  });

  it.each([
    ["801605000000", "attribute-overrun"],
    ["c01600", "attribute-length (RFC 7606 §4)"],
    ["801800", "attribute-length (RFC 7606 §7.13)"],
    ["c0170400010001", "tunnel-encapsulation-tlv"],
    ["c0800300fde8", "attribute-length"],
    ["80800400000001", "attribute-flags"],
    ["c0800600000001c008", "attr-set-attributes"],
    ["c080080000000140010200", "attr-set-attributes"],
    ["c08009000000015001000200", "attr-set-attributes"],
    ["c0800700000001800f00", "attr-set-attributes"],
    ["c019130000000000000000000000000000000000000000", "attribute-length"],
  ])("%s is malformed: %s", (add, rule) => {
    expect(verdict({ add })).toContain(rule);
  });
});

describe("ATTR_SET", () => {
  const good = "c0800c000000014001010050020000";

  it("is kept when the attributes in it can be told apart, and found by its code", () => {
    const { attributes } = decodeWith({ add: good });
    expect(attributes.has(128)).toBe(true);
    expect(attributes.materialise().unknown?.map(({ code }) => code)).toEqual([128]);
    expect(attributes.retain().rawBytes()).toEqual(attributes.rawBytes());
  });

  it("is not shown when it is malformed, nor the second of two", () => {
    const { attributes } = decodeWith({ add: "c08004000000" + "01c0800400000002" });
    expect(attributes.materialise().unknown?.map(({ value }) => [...value])).toEqual([[0, 0, 0, 1]]);
    const broken = decodeWith({ add: "c0800300fde8" }).attributes;
    expect([broken.has(128), broken.valueStart(128), broken.materialise().unknown]).toEqual([false, -1, undefined]);
  });
});

describe("AS 0", () => {
  it("is malformed in a path and an aggregator, and is not sent", () => {
    expect(verdict({ without: [2], add: "40020602010000fde9" })).toBe("Ok");
    expect(verdict({ without: [2], add: "400206020100000000" })).toBe(
      "TreatAsWithdraw 2:as-path-as-zero (RFC 7607 §2)",
    );
    expect(verdict({ add: "c0070800000000c0000201" })).toBe("AttributeDiscard 7:aggregator-as-zero (RFC 7607 §2)");
    expect(() => encodedAttributes({ asPath: [{ type: 2, asns: [0] }] })).toThrow(/^asPath\.asns: /);
    const aggregator = { asn: 0, address: Uint8Array.of(192, 0, 2, 1) };
    expect(() => encodedAttributes({ aggregator })).toThrow(/^aggregator\.asn: /);
  });
});
