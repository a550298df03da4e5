import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import { formatRouteDistinguisher, parseRouteDistinguisher } from "../../../src/codec/nlri/route-distinguisher.ts";

describe("route distinguishers as text", () => {
  it.each([
    ["0000fde800000001", "65000:1"],
    ["0000ffffffffffff", "65535:4294967295"],
    ["0001c0000201ffff", "192.0.2.1:65535"],
    ["0002fa56ea000001", "4200000000:1"],
    ["00020000fde80001", "65000L:1"],
  ])("%s is %s, both ways", (hex, text) => {
    expect(formatRouteDistinguisher(fromHex(`aa${hex}`)!, 1)).toBe(text);
    expect(toHex(parseRouteDistinguisher(text)!)).toBe(hex);
  });

  it.each([
    "",
    "1",
    "1:",
    ":1",
    "65536L",
    "4294967296:1",
    "65536:65536",
    "1:4294967296",
    "192.0.2.256:1",
    "192.0.2.1:65536",
    "1:1:1",
  ])("%j is none", (text) => {
    expect(parseRouteDistinguisher(text)).toBeUndefined();
  });

  it("have one text each, and come back from it", () => {
    const known = fc
      .uint8Array({ minLength: 8, maxLength: 8 })
      .map((bytes) => Uint8Array.of(0, bytes[1]! % 3, ...bytes.slice(2)));
    fc.assert(
      fc.property(known, (bytes) => {
        expect(parseRouteDistinguisher(formatRouteDistinguisher(bytes))).toEqual(bytes);
      }),
    );
    expect(formatRouteDistinguisher(fromHex("0003000000000001")!)).toBe("0003000000000001");
  });
});
