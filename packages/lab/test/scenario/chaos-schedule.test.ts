import { describe, expect, it } from "vitest";
import { type ChaosFault, chaosSchedule, describeChaosFault } from "../../src/scenario/chaos-schedule.ts";

const targets = { nodes: ["node1", "node2", "node3"], vips: ["192.0.2.10/32", "2001:db8::10/128"] };
const seeds = Array.from({ length: 40 }, (_, index) => index * 107_374_182);

function take(seed: number, count: number, of = targets): readonly ChaosFault[] {
  const schedule = chaosSchedule(seed, of);
  return Array.from({ length: count }, () => schedule.next().value);
}

describe("chaosSchedule", () => {
  it("gives the same faults for the same seed, and others for another", () => {
    expect(take(7, 50)).toEqual(take(7, 50));
    expect(take(7, 50)).not.toEqual(take(8, 50));
  });

  it("comes to every kind of fault", () => {
    const kinds = new Set(seeds.flatMap((seed) => take(seed, 50).map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([
      "crash",
      "delete",
      "kill",
      "link-down",
      "link-flap",
      "link-up",
      "restart-router",
      "rival",
      "start",
      "stop",
    ]);
  });

  it.each([2, 3, 5])("leaves one of %i nodes up, linked and unharassed at every moment", (count) => {
    const nodes = Array.from({ length: count }, (_, index) => `node${index + 1}`);
    for (const seed of seeds) {
      const down = new Set<string>();
      const removals = new Map<string, number>();
      const harassed = (node: string): boolean => targets.vips.some((vip) => (removals.get(`${node} ${vip}`) ?? 0) > 4);
      for (const fault of take(seed, 200, { ...targets, nodes })) {
        if (fault.kind === "restart-router") continue;
        const { node } = fault;
        const repairs = fault.kind === "start" || fault.kind === "link-up";
        expect(down.has(node), `${seed}: ${describeChaosFault(fault)}`).toBe(repairs);
        if (fault.kind === "start") for (const vip of targets.vips) removals.delete(`${node} ${vip}`);
        if (repairs) down.delete(node);
        else if (fault.kind === "delete" || fault.kind === "rival") {
          const key = `${node} ${fault.vip}`;
          removals.set(key, (removals.get(key) ?? 0) + (fault.kind === "rival" ? fault.times : 1));
        } else down.add(node);
        const good = nodes.filter((name) => !down.has(name) && !harassed(name));
        expect(good.length, `${seed}: ${describeChaosFault(fault)}`).toBeGreaterThan(0);
        if (fault.kind === "link-flap") down.delete(node);
      }
    }
  });

  it("keeps pauses and flaps short", () => {
    for (const fault of seeds.flatMap((seed) => take(seed, 50))) {
      expect(fault.pauseMs).toBeLessThan(600);
      if (fault.kind === "link-flap") expect(fault.ms).toBeLessThan(700);
    }
  });

  it("names every fault in words of its own", () => {
    const faults = seeds.flatMap((seed) => take(seed, 50));
    const byWords = new Map(
      faults.map(({ pauseMs, ...fault }) => [
        describeChaosFault({ pauseMs, ...fault } as ChaosFault),
        JSON.stringify(fault),
      ]),
    );
    expect(byWords.size).toBe(new Set(faults.map(({ pauseMs: _, ...fault }) => JSON.stringify(fault))).size);
  });
});
