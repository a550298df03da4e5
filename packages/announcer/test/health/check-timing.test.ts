import { describe, expect, it } from "vitest";
import type { CheckTimingInput } from "../../src/health/check.ts";
import { completeTiming, defaultTiming } from "../../src/health/check-timing.ts";

function problems(input: CheckTimingInput): string[] {
  const found: string[] = [];
  completeTiming(input, "check", found);
  return found;
}

describe("completeTiming", () => {
  it("fills in what is open: the fast interval is the interval, the timeout no longer than that", () => {
    expect(completeTiming({}, "check", [])).toEqual(defaultTiming);
    expect(completeTiming({ intervalMs: 200 }, "check", [])).toMatchObject({ fastIntervalMs: 200, timeoutMs: 200 });
    expect(completeTiming({ intervalMs: 5000 }, "check", [])).toMatchObject({ fastIntervalMs: 5000, timeoutMs: 500 });
  });

  it("refuses checks that would overlap or never begin, with the remedy", () => {
    expect(problems({ intervalMs: 100, timeoutMs: 200 })[0]).toContain(
      "an interval of 200, so that checks do not overlap",
    );
    expect(problems({ intervalMs: 100, fastIntervalMs: 200 })[0]).toContain("write at most 100");
  });

  it("names field, value and range of what is out of it, each by itself", () => {
    expect(problems({ rise: 0, fall: 2.5, intervalMs: Number.NaN })).toEqual([
      "check.intervalMs is NaN: write a number 10..86400000",
      "check.rise is 0: write a whole number 1..100",
      "check.fall is 2.5: write a whole number 1..100",
    ]);
  });
});
