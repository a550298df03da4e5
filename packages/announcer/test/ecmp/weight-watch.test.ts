import { describe, expect, test } from "vitest";
import type { WeightAnswer } from "../../src/ecmp/weight-source.ts";
import { WeightWatch } from "../../src/ecmp/weight-watch.ts";
import { settle, VirtualClock } from "../fakes/virtual-clock.ts";

function watched(read: (signal: AbortSignal) => Promise<WeightAnswer>) {
  const clock = new VirtualClock();
  const weights: (number | null)[] = [];
  const said: string[] = [];
  const watch = new WeightWatch({
    clock,
    read,
    intervalMs: 10_000,
    timeoutMs: 5000,
    weigh: (weight) => weights.push(weight),
    say: (kind, cause) => said.push(`${kind}: ${cause}`),
  });
  watch.start();
  return { clock, weights, said, watch };
}

describe("a watch of a weight", () => {
  test("asks at once and then at the interval, and stops when it is told to", async () => {
    let asked = 0;
    const { clock, weights, watch } = watched(() => Promise.resolve({ ok: true, text: `${++asked}G` }));
    await settle();
    expect(weights).toEqual([1e9]);
    await clock.advance(20_000);
    expect(weights).toEqual([1e9, 2e9, 3e9]);
    watch.stop();
    await clock.advance(60_000);
    expect(asked).toBe(3);
  });

  test("takes silence for failure, and never asks twice at once", async () => {
    let asked = 0;
    const signals: AbortSignal[] = [];
    const { clock, weights, said, watch } = watched((signal) => {
      asked++;
      signals.push(signal);
      return new Promise(() => {});
    });
    await clock.advance(4999);
    expect(weights).toEqual([]);
    await clock.advance(1);
    expect(signals[0]?.aborted).toBe(true);
    await clock.advance(25_000);
    expect(asked).toBe(1);
    expect(weights.at(-1)).toBe(null);
    expect(said).toEqual(["failing: the question before has not ended although it was stopped"]);
    watch.stop();
  });

  test("hears of a rejection, and of an answer that comes after the end nothing", async () => {
    const rejected = watched(() => Promise.reject(new Error("no such thing")));
    await rejected.clock.advance(20_000);
    expect(rejected.said).toEqual(["failing: no such thing"]);
    rejected.watch.stop();
    let answer: (answer: WeightAnswer) => void = () => undefined;
    const late = watched(() => new Promise((resolve) => (answer = resolve)));
    late.watch.stop();
    answer({ ok: true, text: "1G" });
    await settle();
    expect(late.weights).toEqual([]);
  });
});
