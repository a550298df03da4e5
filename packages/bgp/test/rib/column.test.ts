import { expect, test } from "vitest";
import { firstLength, reaching } from "../../src/rib/column.ts";

test("a column that reaches to the row stays as it is, and a longer copy keeps what was in it", () => {
  const column = Uint16Array.of(7, 8, 9);
  expect(reaching(column, 2)).toBe(column);
  const longer = reaching(column, 3);
  expect([longer.constructor, ...longer]).toEqual([Uint16Array, 7, 8, 9, 0, 0, 0]);
  expect(reaching(column, 100)).toHaveLength(101);
});

test("large ones grow by more, so that they are copied seldom", () => {
  expect(reaching(new Uint8Array(16_383), 16_383)).toHaveLength(2 * 16_383);
  expect(reaching(new Uint8Array(16_384), 16_384)).toHaveLength(4 * 16_384);
});

test("columns that are filled together are never copied together, nor soon after each other when they are large", () => {
  const copiedAt = Array.from({ length: 15 }, (_, order) => {
    const lengths: number[] = [];
    for (let column = new Uint8Array(firstLength(order)); column.length < 2_000_000; ) {
      lengths.push(column.length);
      column = reaching(column, column.length);
    }
    return lengths;
  }).flat();
  const large = copiedAt.filter((length) => length >= 65_536).sort((a, b) => a - b);
  const gaps = large.slice(1).map((length, index) => length - large[index]!);
  expect(new Set(copiedAt).size).toBe(copiedAt.length);
  // One read of the socket is some 3,600 routes.
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4096);
});
