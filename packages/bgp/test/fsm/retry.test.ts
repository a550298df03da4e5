import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { peerConfig } from "../../src/fsm/config.ts";
import { failuresAfterSession, retryDelayMs, retrySchedule } from "../../src/fsm/retry.ts";

const { idleHold } = peerConfig({ localAs: 1, remoteAs: 2, routerId: 3 });
const within = (connectRetry: number) => retrySchedule(idleHold, connectRetry);

describe("retrySchedule", () => {
  test("leaves to the connect retry time what was not said", () => {
    expect(within(5)).toEqual({ initial: 0.25, max: 5, stableAfter: 5 });
    const said = { initial: 2, max: 60, stableAfter: 0 };
    expect(retrySchedule(said, 5)).toEqual(said);
  });
});

describe("retryDelayMs", () => {
  test("doubles from the first pause up to the longest one", () => {
    const schedule = { initial: 1, max: 5, stableAfter: 9 };
    expect([1, 2, 3, 4, 1e9].map((failures) => retryDelayMs(failures, schedule, 1))).toEqual([
      1000, 2000, 4000, 5000, 5000,
    ]);
  });

  test("doubles by default from a quarter of a second up to the connect retry time", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 100].map((failures) => retryDelayMs(failures, within(5), 1));
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  });

  test("is shortened by at most a quarter", () => {
    expect(retryDelayMs(1, within(5), 0)).toBe(187.5);
    expect(retryDelayMs(50, within(120), 0)).toBe(90_000);
  });

  test("is positive and never beyond the connect retry time, whatever the numbers", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.double({ min: 0.1, max: 65535, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, connectRetry, random) => {
          const delay = retryDelayMs(failures, within(connectRetry), random);
          expect(delay).toBeGreaterThan(0);
          expect(delay).toBeLessThanOrEqual(connectRetry * 1000);
        },
      ),
    );
  });
});

describe("failuresAfterSession", () => {
  test("a session shorter than the stable time is one more failure", () => {
    expect(failuresAfterSession(4, 4999, 5)).toBe(5);
  });

  test("a stable session clears the record", () => {
    expect(failuresAfterSession(4, 5000, 5)).toBe(1);
  });
});
