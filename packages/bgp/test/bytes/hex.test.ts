import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes, fromHex, toHex } from "../../src/bytes/hex.ts";

describe("hexadecimal text", () => {
  it("is what Node writes, and comes back", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes);
      }),
    );
  });

  it("may have white space anywhere, and nothing else", () => {
    expect(fromHex(" 0 1\n02\t")).toEqual(Uint8Array.of(1, 2));
    expect([fromHex("0"), fromHex("0g"), fromHex("0x01")]).toEqual([undefined, undefined, undefined]);
  });

  it("can be taken of a part", () => {
    expect(toHex(Uint8Array.of(1, 2, 3, 4), 1, 3)).toBe("0203");
  });
});

it("equalBytes compares length and octets", () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
});
