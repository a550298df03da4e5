import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8, encodeUtf8, encodeUtf8Truncated } from "../../src/bytes/utf8.ts";

const text = fc.string({ unit: "binary" });

describe("UTF-8", () => {
  it("comes back as the same text", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(decodeUtf8(encodeUtf8(value))).toBe(value);
      }),
    );
  });

  it("that is none gives undefined", () => {
    expect(decodeUtf8(Uint8Array.of(0xc3))).toBeUndefined();
    expect(decodeUtf8(Uint8Array.of(0xff, 0x41))).toBeUndefined();
  });

  it("keeps a byte order mark, which is a character like others", () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe("\u{feff}A");
  });

  it("is cut between characters", () => {
    fc.assert(
      fc.property(text, fc.nat(12), (value, max) => {
        const cut = encodeUtf8Truncated(value, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        const kept = decodeUtf8(cut);
        expect(value.startsWith(kept!)).toBe(true);
        const next = [...value.slice(kept!.length)][0];
        if (next !== undefined) expect(cut.length + encodeUtf8(next).length).toBeGreaterThan(max);
      }),
    );
  });
});
