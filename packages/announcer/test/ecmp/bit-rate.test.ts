import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBitRate, isWeight, MAX_WEIGHT, MIN_WEIGHT, parseBitRate } from "../../src/ecmp/bit-rate.ts";

describe("parseBitRate", () => {
  it.each([
    ["10G", 1e10],
    ["2.5g", 2.5e9],
    ["800M", 8e8],
    ["8k", 8000],
    ["1T", 1e12],
    ["1000000", 1e6],
    [" 1G ", 1e9],
  ])("reads %s", (text, value) => {
    expect(parseBitRate(text)).toEqual({ ok: true, value });
  });

  it.each(["", "0", "7999", "-1G", "10 G", "10Gb", "1e9", "1001T", "G", "NaN", "1.G"])(
    "refuses %s and says what to write",
    (text) => {
      const parsed = parseBitRate(text);
      expect(parsed.ok ? "" : parsed.message).toContain("such as 10G, 2.5G or 800M");
    },
  );

  it("reads back what formatBitRate writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: MIN_WEIGHT, max: MAX_WEIGHT }), (value) => {
        expect(parseBitRate(formatBitRate(value))).toEqual({ ok: true, value });
      }),
    );
    expect([1e10, 2.5e9, 8e8, 8000, 1_234_567].map(formatBitRate)).toEqual(["10G", "2.5G", "800M", "8k", "1234.567k"]);
  });
});

describe("isWeight", () => {
  it("takes no 0, which routers take for no weight at all", () => {
    expect([0, MIN_WEIGHT - 1, MIN_WEIGHT, MAX_WEIGHT, MAX_WEIGHT + 1, Number.NaN].map(isWeight)).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});
