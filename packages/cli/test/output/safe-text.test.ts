import fc from "fast-check";
import { expect, test } from "vitest";
import { cellsOf, clipped, jsonLine, safeText } from "../../src/output/safe-text.ts";

test("what a terminal acts on is written out, everything else stays", () => {
  expect(safeText("maintenance \u001b[2J\r\n\u009b31m\u202etxt über 日本")).toBe(
    "maintenance \\x1b[2J\\x0d\\x0a\\x9b31m\\u202etxt über 日本",
  );
});

test("no control character comes through, whatever a peer sends", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(safeText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});

test.each([
  ["abc", 3],
  ["über", 4],
  ["e\u0301", 1],
  ["日本", 4],
])("%s takes %i cells", (text, cells) => {
  expect(cellsOf(text)).toBe(cells);
});

test.each([
  ["abcdef", 6, "abcdef"],
  ["abcdef", 5, "abcd…"],
  ["abc def", 5, "abc…"],
  ["日本語", 5, "日本…"],
])("%s in %i cells is %s", (text, cells, expected) => {
  expect(clipped(text, cells)).toBe(expected);
});

test("JSON can be shown as well, and says the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const line = jsonLine({ text });
      expect(JSON.parse(line)).toEqual({ text });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});
