import { describe, expect, it } from "vitest";
import { resolveTimers, type TimerOverrides } from "../../src/ecmp/timers.ts";

describe("resolveTimers", () => {
  it.each([
    ["wan", 90, 30, 120],
    ["datacenter", 9, 3, 5],
    ["fast", 3, 1, 1],
  ])("knows the profile %s", (profile, holdTime, keepalive, connectRetry) => {
    expect(resolveTimers({ profile })).toEqual({ ok: true, timers: { holdTime, keepalive, connectRetry } });
  });

  it("takes datacenter where nothing is said", () => {
    expect(resolveTimers()).toEqual(resolveTimers({ profile: "datacenter" }));
  });

  it("derives the keepalive from an overridden hold time", () => {
    expect(resolveTimers({ holdTime: 30 })).toMatchObject({ timers: { holdTime: 30, keepalive: 10, connectRetry: 5 } });
    expect(resolveTimers({ holdTime: 4 })).toMatchObject({ timers: { keepalive: 1 } });
    expect(resolveTimers({ holdTime: 0 })).toMatchObject({ timers: { keepalive: 0 } });
    expect(resolveTimers({ profile: "wan", connectRetry: 7 })).toMatchObject({
      timers: { holdTime: 90, connectRetry: 7 },
    });
  });

  it.each<[TimerOverrides, RegExp]>([
    [{ profile: "slow" }, /write one of wan, datacenter, fast/],
    [{ holdTime: 1 }, /hold-time is 1: write 0 .* or 3\.\.65535/],
    [{ holdTime: 2 }, /hold-time is 2/],
    [{ holdTime: -3 }, /hold-time is -3/],
    [{ holdTime: 65536 }, /hold-time is 65536/],
    [{ holdTime: 3.5 }, /hold-time is 3\.5/],
    [
      { holdTime: 9, keepalive: 4 },
      /keepalive 4 is more than a third of hold-time 9.*keepalive 3 or less, or hold-time 12 or more/,
    ],
    [{ keepalive: 0 }, /keepalive is 0: write 1\.\.3 seconds/],
    [{ holdTime: 0, keepalive: 5 }, /hold-time 0 turns keepalives off: write keepalive 0, or a hold-time of 15/],
    [{ connectRetry: 0 }, /connect-retry is 0: write 1\.\.65535/],
    [{ connectRetry: Number.NaN }, /connect-retry is NaN/],
  ])("refuses %j and says what to write", (overrides, message) => {
    const resolved = resolveTimers(overrides);
    expect(resolved.ok ? "" : resolved.problems.join()).toMatch(message);
  });
});
