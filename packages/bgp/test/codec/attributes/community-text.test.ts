import fc from "fast-check";
import { expect, it } from "vitest";
import {
  formatCommunity,
  formatLargeCommunity,
  parseCommunity,
  parseLargeCommunity,
} from "../../../src/codec/attributes/community-text.ts";
import { uint32 } from "../arbitraries.ts";

it("communities are the same after text", () => {
  fc.assert(
    fc.property(uint32, uint32, uint32, (a, b, c) => {
      expect(parseCommunity(formatCommunity(a))).toBe(a);
      expect(parseLargeCommunity(formatLargeCommunity([a, b, c]))).toEqual([a, b, c]);
    }),
  );
});

it.each(["", "1", "1:2:3", "65536:1", "1:65536", "01:1", "-1:1", "1: 2", "a:b", "1:"])("%j is no community", (text) => {
  expect(parseCommunity(text)).toBeUndefined();
});

it.each(["", "1:2", "1:2:3:4", "4294967296:1:1", "1:02:3", "1:2:x"])("%j is no large community", (text) => {
  expect(parseLargeCommunity(text)).toBeUndefined();
});
