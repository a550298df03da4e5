import { describe, expect, test } from "vitest";
import {
  connectRetryDeadline,
  dueTimer,
  earliestDeadline,
  holdDeadline,
  jittered,
  keepaliveDeadline,
} from "../../src/fsm/timers.ts";

test("jitter takes away between nothing and a quarter", () => {
  expect([0, 0.5, 1].map((random) => jittered(1000, random))).toEqual([750, 875, 1000]);
});

test("of several timers the earliest counts, and a timer that does not run never", () => {
  expect(earliestDeadline({ hold: 9, keepalive: 3, connectRetry: Number.POSITIVE_INFINITY })).toBe(3);
  expect(earliestDeadline({})).toBe(Number.POSITIVE_INFINITY);
});

describe("dueTimer", () => {
  test("gives the oldest deadline first", () => {
    expect(dueTimer({ hold: 9, keepalive: 3 }, 10)).toEqual({ type: "KeepaliveTimer_Expires" });
    expect(dueTimer({ hold: 9, keepalive: 12 }, 20)).toEqual({ type: "HoldTimer_Expires" });
  });

  test("settles a tie for the hold timer: no KEEPALIVE to a peer that is about to be declared dead", () => {
    expect(dueTimer({ hold: 9, keepalive: 9 }, 9)).toEqual({ type: "HoldTimer_Expires" });
  });

  test("finds nothing before the first deadline", () => {
    expect(dueTimer({ hold: 9, keepalive: 3 }, 2.9)).toBeNull();
  });
});

test("a hold time of 0 never expires, any other exactly then", () => {
  expect(holdDeadline(0, 100)).toBe(Number.POSITIVE_INFINITY);
  expect(holdDeadline(3, 100)).toBe(3100);
});

test("keepalives are jittered but never closer than a second, and not sent at interval 0", () => {
  expect(keepaliveDeadline(30, 0, 0)).toBe(22_500);
  expect(keepaliveDeadline(1, 0, 0)).toBe(1000);
  expect(keepaliveDeadline(0, 0, 0.5)).toBe(Number.POSITIVE_INFINITY);
});

test("a connect retry time of nonsense still lets time pass", () => {
  expect(connectRetryDeadline(0, 100, 0)).toBeGreaterThan(100);
});
