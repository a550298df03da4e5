import { describe, expect, test } from "vitest";
import { durationText, parseAsn, parseDuration, parseHoldTime, parseInteger } from "../../src/values/numbers.ts";

function value<T>(parsed: { readonly ok: true; readonly value: T } | { readonly ok: false }): T | null {
  return parsed.ok ? parsed.value : null;
}

describe("an AS number", () => {
  test.each([
    ["1", 1],
    ["65534", 65534],
    ["65536", 65536],
    ["4294967294", 4294967294],
    ["1.10", 65546],
    ["0.65001", 65001],
    ["0", null],
    ["23456", null],
    ["0.23456", null],
    ["65535", null],
    ["4294967295", null],
    ["65535.65535", null],
    ["4294967296", null],
    ["1.65536", null],
    ["-1", null],
    ["0x10", null],
    ["", null],
  ])("%j is %s", (text, expected) => {
    expect(value(parseAsn(text, "--asn 65001"))).toBe(expected);
  });
});

describe("a duration", () => {
  test.each([
    ["10", 10_000],
    ["0.5", 500],
    ["500ms", 500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["-1", null],
    ["1d", null],
    ["2h", null],
    ["", null],
  ])("%j is %s ms, up to an hour", (text, expected) => {
    expect(value(parseDuration(text, 0, 3_600_000, "--drain 10"))).toBe(expected);
  });

  test("is written in seconds, or in milliseconds where that is exact", () => {
    expect([durationText(10_000), durationText(1500)]).toEqual(["10s", "1500ms"]);
  });
});

test.each([
  ["0", 0],
  ["3", 3],
  ["65535", 65535],
  ["1", null],
  ["2", null],
  ["65536", null],
  ["3.5", null],
])("a hold time of %j is %s", (text, expected) => {
  expect(value(parseHoldTime(text, "--hold-time 9"))).toBe(expected);
});

test.each([
  ["0", 0],
  ["16", 16],
  ["17", null],
  ["1e1", null],
  [" 1", null],
])("a number up to 16, %j, is %s", (text, expected) => {
  expect(value(parseInteger(text, 0, 16, "a number", "1"))).toBe(expected);
});
