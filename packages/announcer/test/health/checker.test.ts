import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CheckTiming } from "../../src/health/check.ts";
import { defaultTiming } from "../../src/health/check-timing.ts";
import { type CheckerState, newChecker, nextTick, stepChecker } from "../../src/health/checker.ts";

const good = { ok: true, detail: "connected" };
const bad = { ok: false, detail: "refused" };

/** A check and what answers it, under a clock of its own. */
class Bench {
  now = 0;
  random = 0.999;
  state: CheckerState;
  readonly starts: number[] = [];
  aborts = 0;
  readonly timing: CheckTiming;

  constructor(more: Partial<CheckTiming> = {}) {
    const intervalMs = more.intervalMs ?? defaultTiming.intervalMs;
    this.timing = { ...defaultTiming, fastIntervalMs: intervalMs, ...more };
    this.state = newChecker({ now: 0, random: 0 }, this.timing);
  }

  step(event: Parameters<typeof stepChecker>[1]): void {
    const { state, effect } = stepChecker(this.state, event, { now: this.now, random: this.random }, this.timing);
    this.state = state;
    if (effect?.kind === "start") this.starts.push(this.now);
    if (effect?.kind === "abort") this.aborts++;
  }

  /** Time passes until the next tick, which comes `lateMs` late. */
  tick(lateMs = 0): void {
    this.now = Math.max(this.now, nextTick(this.state)) + lateMs;
    this.step({ kind: "tick" });
  }

  /** One probe that answers at once. */
  run(outcome: { ok: boolean; detail: string }): void {
    while (this.state.running === null) this.tick();
    this.step({ kind: "result", outcome });
  }
}

describe("a checker", () => {
  it("needs as many successes in a row as rise says, and as many failures as fall says", () => {
    const bench = new Bench({ rise: 2, fall: 3 });
    const seen: (boolean | null)[] = [];
    for (const outcome of [good, bad, good, good, bad, bad, good, bad, bad, bad, good, bad, good, good]) {
      bench.run(outcome);
      seen.push(bench.state.up);
    }
    const [o, n, y] = [null, false, true];
    expect(seen).toEqual([o, o, o, y, y, y, y, y, y, n, n, n, n, y]);
    expect(bench.state).toMatchObject({ total: 14, totalFailed: 7, successes: 2, failures: 0 });
  });

  it("starts one probe an interval, counted from start to start and never later, and faster while results differ", () => {
    const bench = new Bench({ intervalMs: 1000, fastIntervalMs: 200, rise: 1, fall: 2 });
    bench.run(good);
    bench.run(good);
    bench.run(bad);
    bench.run(bad);
    bench.run(bad);
    const gaps = bench.starts.slice(1).map((at, index) => Math.round(at - bench.starts[index]!));
    expect(gaps).toEqual([1000, 1000, 200, 1000]);
    bench.random = 0;
    bench.run(bad);
    bench.run(bad);
    expect(bench.starts.at(-1)! - bench.starts.at(-2)!).toBe(900);
  });

  it("counts silence as failure at the deadline, aborts, and starts nothing before the probe has ended", () => {
    const bench = new Bench({ timeoutMs: 400, fall: 3 });
    bench.tick();
    while (bench.aborts === 0) bench.tick();
    expect(bench.now).toBe(400);
    expect(bench.state).toMatchObject({
      failures: 1,
      last: { ok: false, detail: "no answer within 400 ms", tookMs: 400 },
    });
    bench.tick();
    bench.tick();
    expect(bench.state).toMatchObject({ up: false, failures: 3 });
    expect(bench.state.last?.detail).toMatch(/^the check that began 2 s ago has not ended although it was stopped$/);
    expect(bench.starts).toHaveLength(1);
    // A late success is no success, and what a program had written is kept.
    bench.step({ kind: "result", outcome: { ...good, output: "still starting" } });
    expect(bench.state).toMatchObject({ up: false, failures: 3, last: { ok: false, output: "still starting" } });
    bench.tick();
    expect(bench.starts).toHaveLength(2);
  });

  it("judges at the deadline only after the event loop has gone round once more", () => {
    const bench = new Bench({ timeoutMs: 400 });
    bench.tick();
    while (bench.now < 400) bench.tick();
    expect(bench.aborts).toBe(0);
    bench.step({ kind: "result", outcome: good });
    expect(bench.state).toMatchObject({ successes: 1, failures: 0 });
  });

  it("does not take its own stall for silence: what ticks come late is added to the deadline, a few times", () => {
    const bench = new Bench({ timeoutMs: 400 });
    bench.tick();
    bench.tick(5000);
    expect(bench.now).toBe(5100);
    expect(bench.aborts).toBe(0);
    bench.tick();
    bench.step({ kind: "result", outcome: good });
    expect(bench.state).toMatchObject({ successes: 1, failures: 0 });

    const slow = new Bench({ timeoutMs: 400 });
    slow.tick();
    for (let count = 0; slow.aborts === 0; count++) {
      expect(count).toBeLessThan(20);
      slow.tick(50);
    }
    expect(slow.now).toBeGreaterThan(400 + 3 * 50);
    expect(slow.now).toBeLessThanOrEqual(400 + 6 * 50);
  });

  it("gives what has been lost to a stall back, and no more", () => {
    const bench = new Bench({ timeoutMs: 400 });
    bench.tick();
    bench.tick(300);
    expect(bench.aborts).toBe(0);
    while (bench.aborts === 0) bench.tick();
    expect(bench.now).toBe(700);
  });

  it("does not count failures during the grace, and successes it does", () => {
    const bench = new Bench({ graceMs: 2500, fall: 1, rise: 1 });
    bench.run(bad);
    bench.run(bad);
    bench.run(bad);
    expect(bench.state).toMatchObject({ up: null, failures: 0, totalFailed: 3 });
    bench.run(bad);
    expect(bench.state.up).toBe(false);
    const quick = new Bench({ graceMs: 60_000, rise: 1, fall: 1 });
    quick.run(good);
    quick.run(bad);
    expect(quick.state.up).toBe(false);
  });

  it("ignores ticks that come too early", () => {
    const bench = new Bench();
    bench.tick();
    const before = bench.state;
    bench.now += 1;
    bench.step({ kind: "tick" });
    expect(bench.state).toBe(before);
  });

  it("never runs two probes at once, always has a next tick, and detects death in time, whatever happens", () => {
    const what = fc.array(fc.tuple(fc.constantFrom("good", "bad", "tick", "late", "early"), fc.nat(3000)), {
      maxLength: 120,
    });
    fc.assert(
      fc.property(what, fc.double({ min: 0, max: 0.999, noNaN: true }), (history, random) => {
        const bench = new Bench({ intervalMs: 500, timeoutMs: 300, fall: 2, rise: 2 });
        bench.random = random;
        let running = false;
        const step = (event: Parameters<typeof stepChecker>[1]): void => {
          const before = bench.starts.length;
          bench.step(event);
          if (bench.starts.length > before) {
            expect(running).toBe(false);
            running = true;
          }
          if (event.kind === "result") running = false;
          expect(Number.isFinite(nextTick(bench.state))).toBe(true);
          expect(bench.state.running !== null).toBe(running);
        };
        for (const [kind, ms] of history) {
          if (kind === "early") bench.now += Math.min(ms, Math.max(0, nextTick(bench.state) - bench.now) / 2);
          else if (kind === "late") bench.now = Math.max(bench.now, nextTick(bench.state)) + ms;
          else if (kind === "tick") bench.now = Math.max(bench.now, nextTick(bench.state));
          if (kind === "good" || kind === "bad") step({ kind: "result", outcome: kind === "good" ? good : bad });
          else step({ kind: "tick" });
        }
        // From here on nothing answers: it is down within fall intervals, one timeout, and the stall that is forgiven.
        const from = bench.now;
        while (bench.state.up !== false) {
          bench.now = Math.max(bench.now, nextTick(bench.state));
          step({ kind: "tick" });
          if (bench.state.running?.phase === "overdue") step({ kind: "result", outcome: bad });
        }
        expect(bench.now - from).toBeLessThanOrEqual(3 * 500 + 2 * 300 + 1e-6);
      }),
      { numRuns: 500 },
    );
  });
});
