import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/loop/system-clock.ts";

describe("systemClock", () => {
  it("calls back once, and not at all when cancelled", async () => {
    const calls: string[] = [];
    const cancel = systemClock.timer(() => calls.push("cancelled"), 1);
    cancel();
    const before = systemClock.now();
    await new Promise<void>((resolve) => systemClock.timer(resolve, 5));
    expect(systemClock.now()).toBeGreaterThan(before);
    expect(calls).toEqual([]);
  });

  it("never calls back before its time, not even by a fraction of a millisecond", async () => {
    const earlyByMs: number[] = [];
    const waits = Array.from({ length: 200 }, (_, index) => {
      const delayMs = 5.999 + index / 7;
      const dueMs = systemClock.now() + delayMs;
      return new Promise<void>((resolve) => {
        systemClock.timer(() => {
          if (systemClock.now() < dueMs) earlyByMs.push(dueMs - systemClock.now());
          resolve();
        }, delayMs);
      });
    });
    await Promise.all(waits);
    expect(earlyByMs).toEqual([]);
  });

  it("does not fire at once for a delay that timers cannot hold", async () => {
    let fired = false;
    const cancel = systemClock.timer(() => {
      fired = true;
    }, 1e12);
    await new Promise<void>((resolve) => systemClock.timer(resolve, 10));
    cancel();
    expect(fired).toBe(false);
  });
});
