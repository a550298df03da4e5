import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../src/scenario/random.ts";
import { RivalSchedule, type RivalTarget } from "../../src/scenario/rival-schedule.ts";

const targets: readonly RivalTarget[] = ["node1", "node2"].flatMap((node) =>
  ["192.0.2.10/32", "2001:db8::10/128"].map((vip) => ({ node, vip })),
);

/** A thousand deletions and when each came, with a clock that does what the schedule says. */
function run(seed: number): readonly (RivalTarget & { readonly at: number })[] {
  const schedule = new RivalSchedule(new SeededRandom(seed), targets);
  const list: (RivalTarget & { readonly at: number })[] = [];
  let now = 1000;
  while (list.length < 1000) {
    const next = schedule.next(now);
    if (typeof next === "number") {
      expect(next).toBeGreaterThan(0);
      now += next;
    } else {
      list.push({ ...next, at: now });
      now += schedule.gapMs();
    }
  }
  return list;
}

describe("RivalSchedule", () => {
  it("gives the same deletions for the same seed, and others for another", () => {
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it("never deletes a VIP of a node five times within half a minute, and forgets none", () => {
    const list = run(3);
    for (const { node, vip } of targets) {
      const times = list.filter((deletion) => deletion.node === node && deletion.vip === vip).map(({ at }) => at);
      expect(times.length).toBeGreaterThan(200);
      for (const [index, at] of times.entries()) {
        const fifth = times[index + 4];
        if (fifth !== undefined) expect(fifth - at).toBeGreaterThan(30_000);
      }
    }
  });

  it("waits no longer than it must, and mostly next to nothing", () => {
    const schedule = new RivalSchedule(new SeededRandom(1), targets.slice(0, 1));
    for (const at of [0, 10, 20, 30]) expect(schedule.next(at)).toEqual(targets[0]);
    expect(schedule.next(40)).toBe(30_960);
    expect(schedule.next(31_000)).toEqual(targets[0]);
    const gaps = Array.from({ length: 200 }, () => schedule.gapMs());
    expect(Math.max(...gaps)).toBeLessThan(120);
    expect(gaps.filter((gap) => gap < 20).length).toBeGreaterThan(80);
    expect(gaps.filter((gap) => gap > 60).length).toBeGreaterThan(10);
  });
});
