import { expect, test } from "vitest";
import { formatPrefix } from "../../src/codec/nlri/prefix.ts";
import { LocRib, type LocRibChange } from "../../src/rib/loc-rib.ts";
import { attributes, source, v4, v6 } from "./routes.ts";

function show({ prefix, best, multipath }: LocRibChange): string {
  const via = multipath.map((route) => `${route.source.name}/${route.attributes.multiExitDisc}`).join(",");
  return `${formatPrefix(prefix)}: ${best === null ? "gone" : via}`;
}

function fill(rib: LocRib, count: number, first = source(1)): void {
  for (const n of [1, 2, 3]) {
    // Source 2 has every other destination only.
    const prefixes = Array.from({ length: count }, (_, i) => v4(`10.0.${i >> 8}.${i & 255}`)).filter(
      (_, i) => n !== 2 || i % 2 === 0,
    );
    const announce = [...prefixes, v6(n), v6(9)].map((prefix, i) => ({
      prefix,
      attributes: attributes({ multiExitDisc: i % 5, nextHop: Uint8Array.of(10, 0, 0, n) }),
    }));
    rib.update(n === 1 ? first : source(n), { announce, withdraw: [] });
  }
}

function worked(rib: LocRib, budget: number): { turns: number; most: number; told: string[] } {
  const told: string[] = [];
  let most = 0;
  const stop = rib.watch((changes) => {
    most = Math.max(most, changes.length);
    told.push(...changes.map(show));
  });
  let turns = 1;
  while (!rib.work(budget)) turns++;
  stop();
  return { turns, most, told };
}

const entries = (rib: LocRib): string[] => [...rib.entries()].map(show).sort();

test("a source leaves in short turns, with the result and the changes of doing it at once", () => {
  const [atOnce, later] = [new LocRib({ maximumPaths: 4 }), new LocRib({ maximumPaths: 4 })];
  for (const rib of [atOnce, later]) fill(rib, 500);
  const expected = atOnce.removeSource(source(1).name).map(show);
  later.removeSourceLater(source(1).name);
  const { turns, most, told } = worked(later, 64);
  expect([turns > 7, most <= 64]).toEqual([true, true]);
  expect(told.sort()).toEqual(expected.sort());
  expect(entries(later)).toEqual(entries(atOnce));
  for (const n of [2, 3]) later.removeSourceLater(source(n).name);
  worked(later, 100);
  expect([later.size, later.attributes.size]).toEqual([0, 0]);
  expect(later.work(1)).toBe(true);
});

test("everything is decided again in short turns, while routes come and go", () => {
  let dead = 0;
  const rib = new LocRib({ nextHopCost: (nextHop) => (nextHop[3] === dead ? null : 1) });
  fill(rib, 500);
  dead = 1;
  rib.redecideLater();
  expect(rib.work(100)).toBe(false);
  rib.update(source(2), { announce: [], withdraw: [v4("10.0.0.0"), v4("10.0.1.200")] });
  rib.update(source(4), { announce: [{ prefix: v4("10.9.9.9"), attributes: attributes() }], withdraw: [] });
  // Asked again, it begins again.
  rib.redecideLater();
  expect(worked(rib, 100).turns).toBeGreaterThan(4);
  const after = entries(rib);
  expect(rib.redecide()).toEqual([]);
  expect(entries(rib)).toEqual(after);
  expect(after.some((text) => text.includes(": 10.0.0.1/"))).toBe(false);
});

test("a source that tells another identifier is decided about again, in short turns", () => {
  const renamed = { ...source(1), routerId: 0xffff_fff0 };
  const [rib, fresh] = [new LocRib(), new LocRib()];
  fill(rib, 300);
  fill(fresh, 300, renamed);
  expect(entries(rib)).not.toEqual(entries(fresh));
  rib.identify(renamed);
  expect(worked(rib, 50).turns).toBeGreaterThan(5);
  expect(entries(rib)).toEqual(entries(fresh));
  // What makes no difference is no work.
  rib.identify({ ...renamed, asn: 64_512 });
  rib.identify(source(8));
  expect(rib.work(1)).toBe(true);
});
