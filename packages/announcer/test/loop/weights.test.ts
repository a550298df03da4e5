import { describe, expect, it } from "vitest";
import type { LoopContext } from "../../src/loop/context.ts";
import { VipEntry } from "../../src/loop/vip-entry.ts";
import { askWeight, followIntent, weightOf } from "../../src/loop/weights.ts";
import { defaultPolicy } from "../../src/policy.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { vip } from "../fakes/world.ts";

const G = 1e9;

function weighed(): {
  entry: VipEntry;
  clock: VirtualClock;
  ask: (weight: number | null) => void;
  touched: () => number;
} {
  const clock = new VirtualClock();
  const entry = new VipEntry(vip("192.0.2.1", { weight: 10 * G }), "serve");
  let touched = 0;
  const context = { clock, policy: defaultPolicy } as unknown as LoopContext;
  return { entry, clock, ask: (weight) => askWeight(entry, weight, context, () => touched++), touched: () => touched };
}

describe("weights at run time", () => {
  it("come into force when they differ by a quantum, rounded", () => {
    const { entry, ask, touched } = weighed();
    ask(10.4 * G);
    expect(weightOf(entry)).toBe(10 * G);
    ask(5.04 * G);
    expect(weightOf(entry)).toBe(5 * G);
    expect(touched()).toBe(1);
  });

  it("wait for the interval, and of several in between only the last one counts", async () => {
    const { entry, clock, ask, touched } = weighed();
    ask(5 * G);
    ask(7 * G);
    ask(3 * G);
    await clock.advance(defaultPolicy.weight.minIntervalMs - 1);
    expect(weightOf(entry)).toBe(5 * G);
    await clock.advance(1);
    expect(weightOf(entry)).toBe(3 * G);
    expect(touched()).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it("follow the intent once they were given back, and not before", () => {
    const { entry, ask } = weighed();
    ask(5 * G);
    entry.vip = vip("192.0.2.1", { weight: 20 * G });
    followIntent(entry);
    expect(weightOf(entry)).toBe(5 * G);
    entry.weightAsked = null;
    followIntent(entry);
    expect(weightOf(entry)).toBe(20 * G);
  });
});
