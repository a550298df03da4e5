import { expect, test } from "vitest";
import type { Clock } from "../../src/options.ts";
import { DeadlineTimer } from "../../src/peer/deadline-timer.ts";
import { Deadlines } from "../../src/peer/deadlines.ts";

/** A clock that is turned by hand, and counts its timers. */
class CountingClock implements Clock {
  nowMs = 0;
  armed = 0;
  next: { readonly atMs: number; readonly callback: () => void } | null = null;

  now(): number {
    return this.nowMs;
  }

  date(): Date {
    return new Date(this.nowMs);
  }

  timer(callback: () => void, delayMs: number): () => void {
    this.armed++;
    const timer = { atMs: this.nowMs + delayMs, callback };
    this.next = timer;
    return () => {
      if (this.next === timer) this.next = null;
    };
  }

  /** Lets what is due happen, with a turn of the event loop after each. */
  async advance(toMs: number): Promise<void> {
    while (this.next !== null && this.next.atMs <= toMs) {
      const { atMs, callback } = this.next;
      this.next = null;
      this.nowMs = Math.max(this.nowMs, atMs);
      callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.nowMs = toMs;
  }
}

function timers(count: number, clock: Clock): { readonly all: DeadlineTimer[]; readonly due: Map<number, number> } {
  const deadlines = new Deadlines(clock);
  const due = new Map<number, number>();
  const all = Array.from({ length: count }, (_, index) => {
    return new DeadlineTimer(
      deadlines,
      () => due.set(index, clock.now()),
      () => undefined,
    );
  });
  return { all, due };
}

test("a few deadlines are kept to the millisecond, in their order, whatever the order in which they were set", async () => {
  const clock = new CountingClock();
  const { all, due } = timers(50, clock);
  const times = all.map((_, index) => 2000 + ((index * 37) % 50) * 3);
  for (const [index, timer] of all.entries()) timer.set(times[index]!);
  await clock.advance(5000);
  expect([...due].map(([index, at]) => at - times[index]!)).toEqual(all.map(() => 0));
  expect([...due.values()]).toEqual([...times].sort((a, b) => a - b));
});

test("many come together: none early, none later than a 64th of its wait, in few wake-ups", async () => {
  const clock = new CountingClock();
  const { all, due } = timers(2000, clock);
  for (const [index, timer] of all.entries()) timer.set(2250 + ((index * 7919) % 750));
  clock.armed = 0;
  await clock.advance(10_000);
  expect(due.size).toBe(2000);
  for (const [index, at] of due) {
    const lateMs = at - (2250 + ((index * 7919) % 750));
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThanOrEqual(3000 / 64);
  }
  expect(clock.armed).toBeLessThan(120);
});

test("near deadlines are exact among many as well", async () => {
  const clock = new CountingClock();
  const { all, due } = timers(500, clock);
  for (const [index, timer] of all.entries()) timer.set(index < 400 ? 60_000 : 100);
  await clock.advance(100);
  expect(due.size).toBe(100);
  expect(new Set(due.values())).toEqual(new Set([100]));
});

test("cancelling in any order leaves no timer of the clock, also from within the turn", async () => {
  const clock = new CountingClock();
  const { all, due } = timers(300, clock);
  for (const [index, timer] of all.entries()) timer.set(1000 + index);
  for (const timer of all.slice(0, 299).reverse()) timer.cancel();
  expect(clock.next).not.toBeNull();
  all[299]!.cancel();
  expect(clock.next).toBeNull();
  for (const timer of all) timer.set(2000);
  clock.nowMs = 2000;
  const { callback } = clock.next!;
  clock.next = null;
  callback();
  for (const timer of all) timer.cancel();
  await new Promise((resolve) => setImmediate(resolve));
  expect(due.size).toBe(0);
  expect(clock.next).toBeNull();
});
