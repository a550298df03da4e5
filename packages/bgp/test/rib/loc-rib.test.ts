import { describe, expect, test } from "vitest";
import type { AttributeValues } from "../../src/codec/attributes/values.ts";
import { formatPrefix } from "../../src/codec/nlri/prefix.ts";
import { LocRib, type LocRibChange } from "../../src/rib/loc-rib.ts";
import { attributes, path, source, v4 } from "./routes.ts";

const vip = v4("192.0.2.10");

function announce(n: number, change: AttributeValues = {}, prefix = vip) {
  const set = attributes({ nextHop: Uint8Array.of(10, 0, 0, n), ...change });
  return { announce: [{ prefix, attributes: set }], withdraw: [] };
}

/** `prefix: best via a,b,c` */
function show(changes: readonly LocRibChange[]): string[] {
  return changes.map(({ prefix, best, multipath }) => {
    const via = multipath.map((route) => route.source.name.slice(-1)).join(",");
    return best === null
      ? `${formatPrefix(prefix)}: gone`
      : `${formatPrefix(prefix)}: ${best.source.name.slice(-1)} via ${via}`;
  });
}

describe("with multipath", () => {
  test("every source that joins or leaves changes the set", () => {
    const rib = new LocRib({ maximumPaths: 16 });
    expect(show(rib.update(source(2), announce(2)))).toEqual(["192.0.2.10/32: 2 via 2"]);
    expect(show(rib.update(source(3), announce(3)))).toEqual(["192.0.2.10/32: 2 via 2,3"]);
    expect(show(rib.update(source(1), announce(1)))).toEqual(["192.0.2.10/32: 1 via 1,2,3"]);
    expect(show(rib.update(source(2), { announce: [], withdraw: [vip] }))).toEqual(["192.0.2.10/32: 1 via 1,3"]);
    expect(show(rib.removeSource("10.0.0.1"))).toEqual(["192.0.2.10/32: 3 via 3"]);
    expect(show(rib.removeSource("10.0.0.3"))).toEqual(["192.0.2.10/32: gone"]);
    expect(rib.size).toBe(0);
  });

  test("a source that becomes worse leaves the set and stays a candidate", () => {
    const rib = new LocRib({ maximumPaths: 16 });
    rib.update(source(1), announce(1));
    rib.update(source(2), announce(2));
    expect(show(rib.update(source(1), announce(1, { asPath: path(65001, 65001) })))).toEqual([
      "192.0.2.10/32: 2 via 2",
    ]);
    expect(show(rib.removeSource("10.0.0.2"))).toEqual(["192.0.2.10/32: 1 via 1"]);
  });
});

test("a route that is worse than the best one changes nothing that anybody sees", () => {
  const rib = new LocRib();
  rib.update(source(1), announce(1));
  expect(rib.update(source(2), announce(2))).toEqual([]);
  expect(rib.removeSource("10.0.0.2")).toEqual([]);
});

test("an equal route announced again is no change, new attributes are", () => {
  const rib = new LocRib();
  rib.update(source(1), announce(1));
  expect(rib.update(source(1), announce(1))).toEqual([]);
  expect(show(rib.update(source(1), announce(1, { multiExitDisc: 5 })))).toEqual(["192.0.2.10/32: 1 via 1"]);
});

test("paths of one source with different identifiers are routes of their own, for one destination", () => {
  const rib = new LocRib({ maximumPaths: 4 });
  const first = v4("192.0.2.10", 32, 1);
  const second = v4("192.0.2.10", 32, 2);
  rib.update(source(1), announce(1, {}, first));
  expect(show(rib.update(source(1), announce(2, {}, second)))).toEqual(["192.0.2.10/32: 1 via 1,1"]);
  expect(show(rib.update(source(1), { announce: [], withdraw: [first] }))).toEqual(["192.0.2.10/32: 1 via 1"]);
});

test("prefixes of different length and families do not meet", () => {
  const rib = new LocRib();
  rib.update(source(1), announce(1, {}, v4("10.0.0.0", 8)));
  rib.update(source(1), announce(1, {}, v4("10.0.0.0", 16)));
  rib.update(source(1), announce(1, {}, v4("0.0.0.0", 0)));
  expect(rib.size).toBe(3);
  expect(show([...rib.entries()])).toEqual(["10.0.0.0/8: 1 via 1", "10.0.0.0/16: 1 via 1", "0.0.0.0/0: 1 via 1"]);
  expect(rib.get(v4("10.0.0.0", 16))?.best?.source.name).toBe("10.0.0.1");
  expect(rib.get(v4("10.0.0.0", 24))).toBeNull();
});

test("when the cost of next hops changes, a new decision tells the difference only", () => {
  let dead = 0;
  const rib = new LocRib({ nextHopCost: (nextHop) => (nextHop[3] === dead ? null : 1) });
  rib.update(source(1), announce(1));
  rib.update(source(2), announce(2));
  expect(rib.redecide()).toEqual([]);
  dead = 1;
  expect(show(rib.redecide())).toEqual(["192.0.2.10/32: 2 via 2"]);
});

test("withdrawing what was never announced is no change", () => {
  expect(new LocRib().update(source(1), { announce: [], withdraw: [vip] })).toEqual([]);
});
