import { expect, test } from "vitest";
import { parseCommunity, parseLargeCommunity } from "../../src/values/community.ts";

test.each([
  ["65000:100", "65000:100"],
  ["no-export", "65535:65281"],
  ["Graceful-Shutdown", "65535:0"],
])("the community %s is %s", (text, value) => {
  expect(parseCommunity(text)).toEqual({ ok: true, value });
});

test.each([
  ["no-exprt", /did you mean no-export/],
  ["65536:1", /--large-community A:B:C for larger numbers/],
  ["1:2:3", /each part from 0 to 65535/],
  ["", /each part from 0 to 65535/],
])("the community %j is refused with a remedy", (text, words) => {
  const parsed = parseCommunity(text);
  expect(parsed.ok ? "" : `${parsed.rule}; ${parsed.remedy}`).toMatch(words);
});

test("a large community has three numbers of 32 bits", () => {
  expect(parseLargeCommunity("4294967295:0:1")).toEqual({ ok: true, value: "4294967295:0:1" });
  expect(parseLargeCommunity("4294967296:0:1").ok).toBe(false);
  expect(parseLargeCommunity("1:2").ok).toBe(false);
});
