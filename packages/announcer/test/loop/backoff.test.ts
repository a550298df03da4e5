import { describe, expect, it } from "vitest";
import { backoffMs } from "../../src/loop/backoff.ts";

describe("backoffMs", () => {
  it("doubles, is bounded, and is jittered by a quarter", () => {
    const retry = { retryMs: 100, maxRetryMs: 1000 };
    expect([1, 2, 3, 4, 5, 99].map((attempt) => backoffMs(attempt, 0.5, retry))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
    expect([0, 0.999].map((random) => Math.round(backoffMs(1, random, retry)))).toEqual([75, 125]);
  });
});
