import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failuresAfterSession, retryDelayMs } from "../../src/fsm/retry.ts";

describe("retryDelayMs", () => {
  test("doubles from a quarter of a second up to the connect retry time", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 100].map((failures) => retryDelayMs(failures, 5, 1));
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  });

  test("is shortened by at most a quarter", () => {
    expect(retryDelayMs(1, 5, 0)).toBe(187.5);
    expect(retryDelayMs(50, 120, 0)).toBe(90_000);
  });

  test("is positive and never beyond the connect retry time, whatever the numbers", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.double({ min: 0.1, max: 65535, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, connectRetry, random) => {
          const delay = retryDelayMs(failures, connectRetry, random);
          expect(delay).toBeGreaterThan(0);
          expect(delay).toBeLessThanOrEqual(connectRetry * 1000);
        },
      ),
    );
  });
});

describe("failuresAfterSession", () => {
  test("a session shorter than the connect retry time is one more failure", () => {
    expect(failuresAfterSession(4, 4999, 5)).toBe(5);
  });

  test("a stable session clears the record", () => {
    expect(failuresAfterSession(4, 5000, 5)).toBe(1);
  });
});
