import fc from "fast-check";
import { expect, test } from "vitest";
import { formatPrefix } from "../../src/codec/nlri/prefix.ts";
import type { Decision } from "../../src/rib/decision.ts";
import { LocRib, type LocRibChange } from "../../src/rib/loc-rib.ts";
import { attributes, path, source, v4, v6 } from "./routes.ts";

function show({ prefix, best, multipath }: LocRibChange | (Decision & { prefix: LocRibChange["prefix"] })): string {
  const via = multipath.map((route) => `${route.source.name}/${route.attributes.multiExitDisc}`).join(",");
  return `${formatPrefix(prefix)}: ${best === null ? "gone" : via}`;
}

const shown = (all: Iterable<LocRibChange>): string[] => Array.from(all, show).sort();

const prefixes = [...Array.from({ length: 6 }, (_, n) => v4(`10.0.0.${n}`)), v4("10.0.0.0", 24), v6(1), v6(2)];

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("route" as const),
      n: fc.integer({ min: 1, max: 3 }),
      prefix: fc.constantFrom(...prefixes),
      med: fc.option(fc.integer({ min: 0, max: 2 }), { freq: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("work" as const), budget: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("snapshot" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("leave" as const, "redecide" as const),
      n: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

test("a snapshot that is copied later is of the moment at which it was asked for, whatever changes until then", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      // What the next hops cost changes from one decision to the next.
      let cost = 0;
      const rib = new LocRib({ maximumPaths: 2, nextHopCost: (nextHop) => (nextHop[3] === cost ? null : 0) });
      const taken: { readonly expected: readonly string[]; readonly snapshot: ReturnType<LocRib["snapshotLater"]> }[] =
        [];
      for (const one of steps) {
        switch (one.kind) {
          case "route": {
            const change = { multiExitDisc: one.med ?? 0, asPath: path(7), nextHop: Uint8Array.of(10, 0, 0, one.n) };
            const announce = one.med === null ? [] : [{ prefix: one.prefix, attributes: attributes(change) }];
            rib.update(source(one.n), { announce, withdraw: one.med === null ? [one.prefix] : [] });
            break;
          }
          case "work":
            rib.work(one.budget);
            break;
          case "snapshot":
            taken.push({ expected: shown(rib.entries()), snapshot: rib.snapshotLater() });
            break;
          case "leave":
            rib.removeSource(source(one.n).name);
            break;
          case "redecide":
            // What is undecided has to be decided as it was: all are complete before the costs change.
            while (!rib.work(100));
            cost = one.n;
            rib.redecideLater();
            break;
        }
      }
      for (const { expected, snapshot } of taken) {
        expect(shown(snapshot.entries())).toEqual(expected);
        expect([snapshot.isComplete, snapshot.size]).toEqual([true, expected.length]);
      }
      while (!rib.work(100));
      for (const { snapshot } of taken) snapshot.release();
      for (const n of [1, 2, 3]) rib.removeSource(source(n).name);
      expect([rib.size, rib.attributes.size]).toEqual([0, 0]);
    }),
    { numRuns: 300 },
  );
});

function fill(rib: LocRib, first: number, end: number, med: number): void {
  const announce = Array.from({ length: end - first }, (_, index) => ({
    prefix: v4(`10.0.${(first + index) >> 8}.${(first + index) & 255}`),
    attributes: attributes({ multiExitDisc: med }),
  }));
  rib.update(source(1), { announce, withdraw: [] });
}

test("copies as much in a turn as it may, and what is released early is not copied any more", () => {
  const rib = new LocRib();
  fill(rib, 0, 1000, 0);
  const [snapshot, unwanted] = [rib.snapshotLater(), rib.snapshotLater()];
  let turns = 1;
  for (; !snapshot.isComplete; turns++) rib.work(100);
  expect(turns).toBe(11);
  unwanted.release();
  expect(rib.work(100)).toBe(true);
  expect([snapshot.size, unwanted.size]).toEqual([1000, 0]);
  snapshot.release();
  rib.removeSource(source(1).name);
  expect(rib.attributes.size).toBe(0);
});

test("a comparison lets others have a turn after so many destinations, and finds what one without turns does", () => {
  const rib = new LocRib();
  fill(rib, 0, 900, 0);
  const before = rib.snapshot();
  fill(rib, 890, 1000, 1);
  rib.update(source(1), { announce: [], withdraw: [v4("10.0.0.7")] });
  const after = rib.snapshot();
  const inTurns = [...before.diffInTurns(after, 100)];
  expect(inTurns.filter((change) => change === null)).toHaveLength(18);
  const changes = inTurns.flatMap((change) => change ?? []);
  expect(shown(changes)).toEqual(shown(before.diff(after)));
  expect(changes.filter(({ best }) => best === null).map(show)).toEqual(["10.0.0.7/32: gone"]);
  expect(changes).toHaveLength(111);
});

test("what becomes unreachable with the cost of its next hop is in a snapshot that was asked for before", () => {
  let dead = false;
  const rib = new LocRib({ nextHopCost: () => (dead ? null : 0) });
  fill(rib, 0, 10, 0);
  const snapshot = rib.snapshotLater();
  dead = true;
  rib.redecide();
  expect([[...rib.entries()].length, snapshot.size]).toEqual([0, 10]);
});
