import { beforeEach, expect, test } from "vitest";
import type { Clock } from "../../src/options.ts";
import { DeadlineTimer } from "../../src/peer/deadline-timer.ts";
import { Deadlines } from "../../src/peer/deadlines.ts";

/** A clock that is turned by hand. */
class HandClock implements Clock {
  nowMs = 0;
  readonly timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  now(): number {
    return this.nowMs;
  }

  date(): Date {
    return new Date(this.nowMs);
  }

  timer(callback: () => void, delayMs: number): () => void {
    const timer = { atMs: this.nowMs + delayMs, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  advance(toMs: number): void {
    this.nowMs = toMs;
    for (const timer of [...this.timers]) {
      if (timer.atMs > toMs) continue;
      this.timers.delete(timer);
      timer.callback();
    }
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let clock: HandClock;
let due: number[];
let stalls: number[];
let timer: DeadlineTimer;

beforeEach(() => {
  clock = new HandClock();
  due = [];
  stalls = [];
  timer = new DeadlineTimer(
    new Deadlines(clock),
    () => due.push(clock.nowMs),
    (lateMs) => stalls.push(lateMs),
  );
});

test("a deadline fires one turn of the event loop after its time", async () => {
  timer.set(100);
  clock.advance(99);
  await turn();
  expect(due).toEqual([]);
  clock.advance(100);
  expect(due).toEqual([]);
  await turn();
  expect(due).toEqual([100]);
  expect(clock.timers.size).toBe(0);
});

test("what is read in that turn can still move the deadline away", async () => {
  timer.set(100);
  clock.advance(100);
  timer.set(200);
  await turn();
  expect(due).toEqual([]);
  clock.advance(200);
  await turn();
  expect(due).toEqual([200]);
});

test("a deadline that moves away needs no new timer, one that comes nearer does", async () => {
  timer.set(100);
  timer.set(150);
  expect([...clock.timers].map(({ atMs }) => atMs)).toEqual([100]);
  timer.set(50);
  expect([...clock.timers].map(({ atMs }) => atMs)).toEqual([50]);
  timer.set(150);
  clock.advance(50);
  expect([...clock.timers].map(({ atMs }) => atMs)).toEqual([150]);
  clock.advance(150);
  await turn();
  expect(due).toEqual([150]);
});

test("being late by more than a second is reported as a stall of our own", async () => {
  timer.set(100);
  clock.advance(5100);
  await turn();
  expect(stalls).toEqual([5000]);
  expect(due).toEqual([5100]);
});

test("no deadline, or cancelling, leaves no timer and no turn behind", async () => {
  timer.set(100);
  timer.set(Number.POSITIVE_INFINITY);
  expect(clock.timers.size).toBe(0);
  timer.set(100);
  clock.advance(100);
  timer.cancel();
  await turn();
  expect(due).toEqual([]);
});

test("a deadline that only moves away is looked at once, however many wait", async () => {
  const deadlines = new Deadlines(clock);
  for (let index = 0; index < 100; index++) deadlines.add({ fired: () => false, turned: () => undefined }, 90_000);
  let added = 0;
  const add = deadlines.add.bind(deadlines);
  deadlines.add = (one, deadline) => {
    added++;
    return add(one, deadline);
  };
  const one = new DeadlineTimer(
    deadlines,
    () => due.push(clock.nowMs),
    () => undefined,
  );
  // Far away, so that it may come a little late; each message sets the same again, or a later one.
  one.set(30_001);
  one.set(30_001);
  one.set(30_002);
  expect(added).toBe(1);
  one.set(30_000);
  expect(added).toBe(2);
});
