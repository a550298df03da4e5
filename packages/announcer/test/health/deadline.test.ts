import { describe, expect, it } from "vitest";
import { Deadline } from "../../src/health/deadline.ts";
import type { Clock } from "../../src/ports.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

/** A process whose timers come so much later than they should. */
function lateClock(clock: VirtualClock, lateMs: () => number): Clock {
  return {
    now: () => clock.now(),
    date: () => clock.date(),
    timer: (callback, delayMs) => clock.timer(callback, delayMs === 0 ? 0 : delayMs + lateMs()),
  };
}

describe("Deadline", () => {
  it("is over once, at its time, and can be replaced or stopped before", async () => {
    const clock = new VirtualClock();
    const deadline = new Deadline(clock);
    const over: string[] = [];
    deadline.set(100, () => over.push("first"));
    await clock.advance(60);
    expect(deadline.remainingMs(clock.now())).toBe(40);
    deadline.set(100, () => over.push("second"));
    await clock.advance(99);
    expect(over).toEqual([]);
    await clock.advance(1);
    expect(over).toEqual(["second"]);
    expect(deadline.remainingMs(clock.now())).toBeNull();
    deadline.set(100, () => over.push("third"));
    deadline.stop();
    await clock.advance(200);
    expect(over).toEqual(["second"]);
    expect(clock.pending).toBe(0);
  });

  it("forgives a stall of our own as long as the stall was", async () => {
    const clock = new VirtualClock();
    const stalls = [50];
    const deadline = new Deadline(lateClock(clock, () => stalls.shift() ?? 0));
    let overAt = 0;
    deadline.set(100, () => {
      overAt = clock.now();
    });
    await clock.advance(1000);
    expect(overAt).toBe(200);
  });

  it("comes all the same in a process that is always late", async () => {
    const clock = new VirtualClock();
    const deadline = new Deadline(lateClock(clock, () => 100));
    let over = false;
    deadline.set(50, () => {
      over = true;
    });
    await clock.advance(2000);
    expect(over).toBe(true);
  });
});
