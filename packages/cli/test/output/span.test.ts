import { expect, test } from "vitest";
import { spanText } from "../../src/output/span.ts";

test.each([
  [0, "0s"],
  [449, "0.4s"],
  [9_990, "9.9s"],
  [59_999, "59s"],
  [61_000, "1m 1s"],
  [3_600_000, "1h"],
  [90_061_000, "1d 1h"],
  [-5, "0s"],
  [Number.NaN, "0s"],
])("%d ms is %s", (ms, text) => {
  expect(spanText(ms)).toBe(text);
});
