import { describe, expect, test } from "vitest";
import { overriddenTimers, parseTimerPreset } from "../../src/announce/timers.ts";

const base = { holdTime: 9, keepalive: 3, connectRetry: 5 };
const none = { holdTime: null, keepalive: null, connectRetry: null };

describe("timers of one peer", () => {
  test.each([
    [none, base],
    [
      { ...none, holdTime: 30 },
      { ...base, holdTime: 30, keepalive: 10 },
    ],
    [
      { ...none, holdTime: 0 },
      { ...base, holdTime: 0, keepalive: 0 },
    ],
    [
      { ...none, holdTime: 30, keepalive: 2, connectRetry: 7 },
      { holdTime: 30, keepalive: 2, connectRetry: 7 },
    ],
  ])("with %j are %j", (overrides, timers) => {
    expect(overriddenTimers(base, overrides)).toEqual({ timers, problem: null });
  });

  test("must not have a keepalive that is longer than a third of the hold time, when it was asked for", () => {
    expect(overriddenTimers(base, { ...none, keepalive: 4 }).problem).toEqual({
      rule: "must be at most a third of the hold time, which is 9 seconds (RFC 4271 §4.4)",
      remedy: "write at most 3, or a hold time of at least 12",
    });
    expect(overriddenTimers(base, { ...none, holdTime: 0, keepalive: 1 }).problem).toEqual({
      rule: "has no meaning with a hold time of 0, which turns keepalives off (RFC 4271 §4.2)",
      remedy: "leave it out, or write a hold time of at least 3",
    });
    // Said once, where the number stands.
    expect(overriddenTimers({ ...base, keepalive: 4 }, none).problem).toBeNull();
  });
});

test("a set of timers goes by its name", () => {
  expect(parseTimerPreset("fast")).toEqual({ ok: true, value: { holdTime: 3, keepalive: 1, connectRetry: 1 } });
  expect(parseTimerPreset("toString").ok).toBe(false);
});
