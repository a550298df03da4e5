import { describe, expect, it } from "vitest";
import { PushedVerdict } from "../../src/health/pushed.ts";
import type { Clock } from "../../src/ports.ts";
import { vip, World } from "../fakes/world.ts";

const V = "192.0.2.10/32";

/** A clock whose timers a test fires by hand, as late as it likes. */
function handClock(): { clock: Clock; timers: { callback: () => void; at: number }[]; now: (ms: number) => void } {
  let now = 0;
  const timers: { callback: () => void; at: number }[] = [];
  const clock: Clock = {
    now: () => now,
    date: () => new Date(now),
    timer: (callback, delayMs) => {
      const timer = { callback, at: now + delayMs };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  return {
    clock,
    timers,
    now: (ms) => {
      now = ms;
    },
  };
}

describe("a pushed verdict", () => {
  it("expires at its time", () => {
    const { clock, timers, now } = handClock();
    let expired = 0;
    const pushed = new PushedVerdict(clock, () => expired++);
    pushed.push("healthy", 3000, "fine");
    expect(pushed.remainingMs(1000)).toBe(2000);
    now(3001);
    timers.shift()!.callback();
    // The event loop goes round once more: a push may be waiting to be read.
    expect(expired).toBe(0);
    timers.shift()!.callback();
    expect(expired).toBe(1);
    expect(pushed.verdict?.health).toBe("unhealthy");
    expect(pushed.remainingMs(3001)).toBeNull();
    expect(timers).toEqual([]);
  });

  it("does not take our own stall for silence: a push that was waiting is read first", () => {
    const { clock, timers, now } = handClock();
    let expired = 0;
    const pushed = new PushedVerdict(clock, () => expired++);
    pushed.push("healthy", 3000, "fine");
    now(9000);
    timers.shift()!.callback();
    expect(expired).toBe(0);
    expect(timers).toHaveLength(1);
    pushed.push("healthy", 3000, "still fine");
    expect(timers.map(({ at }) => at)).toEqual([12_000]);
  });

  it("takes a push that comes in the turn of its deadline, and expires in a process that is always late", () => {
    const { clock, timers, now } = handClock();
    let expired = 0;
    const pushed = new PushedVerdict(clock, () => expired++);
    pushed.push("healthy", 1000, "fine");
    now(1001);
    timers.shift()!.callback();
    pushed.push("healthy", 1000, "fine again");
    expect(timers.map(({ at }) => at)).toEqual([2001]);
    for (let fired = 0; fired < 10 && expired === 0; fired++) {
      const timer = timers.shift()!;
      now(timer.at + 30);
      timer.callback();
    }
    expect(expired).toBe(1);
    expect(clock.now()).toBeLessThan(2500);
    pushed.push("healthy", 1000, "back");
    pushed.forget();
    expect([pushed.verdict, pushed.remainingMs(0), timers.length]).toEqual([null, null, 0]);
  });

  it("holds without a time to live until the next, and leaves no timer behind", () => {
    const { clock, timers } = handClock();
    const pushed = new PushedVerdict(clock, () => {});
    pushed.push("healthy", 1000, "a");
    pushed.push("degraded", null, "b");
    expect(timers).toEqual([]);
    expect(pushed.remainingMs(0)).toBeNull();
    pushed.push("healthy", 1000, "c");
    pushed.stop();
    expect(timers).toEqual([]);
  });
});

describe("what is no verdict", () => {
  it("is refused with the value and what to write instead, whoever calls without types", async () => {
    const world = new World();
    await world.begin(vip(V, { check: { pushed: true } }));
    const push = world.announcer.setHealth.bind(world.announcer) as (...args: unknown[]) => boolean;
    for (const [health, words] of [
      ["ok", '"ok"'],
      ["unknown", '"unknown"'],
      [true, "true"],
      [undefined, "undefined"],
      [{}, "an object"],
      [null, "null"],
    ])
      expect(() => push(V, health)).toThrow(
        new RangeError(`health is ${words}: write one of healthy, degraded, unhealthy`),
      );
    for (const [ttl, words] of [
      ["5000", '"5000"'],
      [0, "0"],
      [-1, "-1"],
      [Number.NaN, "NaN"],
      [Number.POSITIVE_INFINITY, "Infinity"],
      [86_400_001, "86400001"],
      [true, "true"],
    ])
      expect(() => push(V, "healthy", ttl)).toThrow(`ttlMs is ${words}: write milliseconds above 0 and up to 86400000`);
    expect(() => push(V, "healthy", 1000, ["why"])).toThrow("cause is an object: write one sentence, or leave it out");
    expect(() => push("192.0.2.99", "ok")).toThrow(RangeError);
    await world.clock.advance(10);
    expect(world.routes.announced(V)).toBe(false);
    expect(push(V, "healthy", 1000, "it answers")).toBe(true);
  });
});
