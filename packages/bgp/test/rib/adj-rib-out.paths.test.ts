import { describe, expect, test } from "vitest";
import type { AttributeValues } from "../../src/codec/attributes/values.ts";
import { formatPrefix, type Prefix } from "../../src/codec/nlri/prefix.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { AdjRibOut } from "../../src/rib/adj-rib-out.ts";
import type { Outgoing } from "../../src/rib/adj-rib-out-entry.ts";
import type { DesiredRoute, ExportPolicy } from "../../src/rib/policy.ts";
import { attributes, v4, v6 } from "./routes.ts";

interface Wanted {
  readonly key: string;
  readonly values: AttributeValues;
}

const pass: ExportPolicy<Wanted> = ({ values }) => ({ attributes: values });
const carried = [Family.Ipv4Unicast];

function route(address: string, pathId: number, med: number): DesiredRoute<Wanted> {
  return { prefix: v4(address, 32, pathId), attributes: { key: `${med}`, values: attributes({ multiExitDisc: med }) } };
}

const withId = (prefix: Prefix): string => `${formatPrefix(prefix)}#${prefix.pathId}`;

/** `+med: prefix#id prefix#id` for an announcement, `-: prefix#id` for a withdrawal. */
function show({ batches }: Outgoing): string[] {
  return batches.map(({ attributes: set, nlri }) => {
    const sign = set === null ? "-" : `+${set.multiExitDisc}`;
    return `${sign}: ${nlri.map(withId).join(" ")}`;
  });
}

function session(routes: readonly DesiredRoute<Wanted>[], pathIds: readonly Family[]): AdjRibOut<Wanted> {
  const rib = new AdjRibOut<Wanted>();
  rib.set(routes);
  rib.up(pass, [], pathIds);
  return rib;
}

describe("where the session carries path identifiers", () => {
  test("a route without one travels as path 1, the others as they are named", () => {
    const rib = session([route("192.0.2.1", -1, 5), route("192.0.2.1", 7, 5), route("192.0.2.2", 0, 5)], carried);
    expect(show(rib.take())).toEqual(["+5: 192.0.2.1/32#1 192.0.2.1/32#7 192.0.2.2/32#0"]);
    expect([rib.size, rib.advertised, rib.refused()]).toEqual([3, 3, []]);
  });

  test("a path changes and goes without the other one", () => {
    const rib = session([route("192.0.2.1", 2, 5), route("192.0.2.1", 3, 5)], carried);
    rib.take();
    rib.apply({ announce: [route("192.0.2.1", 3, 6)] });
    expect(show(rib.take())).toEqual(["+6: 192.0.2.1/32#3"]);
    rib.apply({ withdraw: [v4("192.0.2.1", 32, 2)] });
    expect(show(rib.take())).toEqual(["-: 192.0.2.1/32#2"]);
    expect(rib.advertised).toBe(1);
  });

  test("the path id 1 and none are one path", () => {
    const rib = session([route("192.0.2.1", -1, 5)], carried);
    rib.take();
    rib.apply({ announce: [route("192.0.2.1", 1, 6)] });
    expect(rib.size).toBe(1);
    expect(show(rib.take())).toEqual(["+6: 192.0.2.1/32#1"]);
    rib.apply({ withdraw: [v4("192.0.2.1")] });
    expect(show(rib.take())).toEqual(["-: 192.0.2.1/32#1"]);
  });

  test("it is a matter of the family: another one of the same session carries none", () => {
    const attributes6 = route("192.0.2.1", -1, 5).attributes;
    const rib = session([{ prefix: { ...v6(1), pathId: 4 }, attributes: attributes6 }], carried);
    expect(show(rib.take())).toEqual(["+5: 2001:db8::1/128#-1"]);
  });

  test("a refresh sends every path again", () => {
    const rib = session([route("192.0.2.1", -1, 5), route("192.0.2.1", 2, 5)], carried);
    rib.take();
    rib.refresh(Family.Ipv4Unicast);
    expect(show(rib.take())).toEqual(["+5: 192.0.2.1/32#1 192.0.2.1/32#2"]);
  });
});

describe("where the session carries none", () => {
  const three = [route("192.0.2.1", 9, 90), route("192.0.2.1", 3, 30), route("192.0.2.1", 4, 40)];

  test("the path with the lowest identifier is sent, and the others are listed as refused with the remedy", () => {
    const rib = session(three, []);
    expect(show(rib.take())).toEqual(["+30: 192.0.2.1/32#-1"]);
    expect(rib.refused().map(({ prefix }) => prefix.pathId)).toEqual([9, 4]);
    expect(rib.refused()[0]?.reason).toMatch(/path id 3.*ADD-PATH/);
    expect([rib.size, rib.advertised, rib.pending]).toEqual([3, 1, 0]);
  });

  test("when that path goes the next one replaces it, without a withdrawal", () => {
    const rib = session(three, []);
    rib.take();
    rib.apply({ withdraw: [v4("192.0.2.1", 32, 3)] });
    expect(show(rib.take())).toEqual(["+40: 192.0.2.1/32#-1"]);
    rib.set([]);
    expect(show(rib.take())).toEqual(["-: 192.0.2.1/32#-1"]);
    expect([rib.size, rib.advertised]).toEqual([0, 0]);
  });

  test("a path without identifier counts as path 1, whichever came first", () => {
    const rib = session([route("192.0.2.1", -1, 10), route("192.0.2.1", 2, 20)], []);
    expect(show(rib.take())).toEqual(["+10: 192.0.2.1/32#-1"]);
    rib.apply({ announce: [route("192.0.2.1", 0, 5)] });
    expect(show(rib.take())).toEqual(["+5: 192.0.2.1/32#-1"]);
  });

  test("a path that cannot be sent leaves its place to the next one", () => {
    const rib = new AdjRibOut<Wanted>();
    rib.set(three);
    rib.up((set) => (set.key === "30" ? { refused: "no next hop" } : { attributes: set.values }), []);
    expect(show(rib.take())).toEqual(["+40: 192.0.2.1/32#-1"]);
    const reasons = rib.refused().map(({ prefix, reason }) => `${prefix.pathId}: ${reason.slice(0, 11)}`);
    expect(reasons).toEqual(["9: the peer ta", "3: no next hop"]);
  });

  test("a path with the same attributes as the one before it is not sent again", () => {
    const rib = session([route("192.0.2.1", 2, 5), route("192.0.2.1", 3, 5)], []);
    rib.take();
    rib.apply({ withdraw: [v4("192.0.2.1", 32, 2)] });
    expect([show(rib.take()), rib.advertised]).toEqual([[], 1]);
  });
});

test("a destination is desired as long as any of its paths is", () => {
  const rib = session([route("192.0.2.1", 2, 5), route("192.0.2.1", 3, 5)], carried);
  expect(rib.has(v4("192.0.2.1"))).toBe(true);
  rib.apply({ withdraw: [v4("192.0.2.1", 32, 2)] });
  expect(rib.has(v4("192.0.2.1"))).toBe(true);
  rib.apply({ withdraw: [v4("192.0.2.1", 32, 3)] });
  expect(rib.has(v4("192.0.2.1"))).toBe(false);
});

test("random changes over sessions with and without path identifiers leave the peer with exactly what it should have", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >>> 8) % below;
  };
  const rib = new AdjRibOut<Wanted>();
  const desired = new Map<string, { address: string; pathId: number; med: number }>();
  let pathIds: readonly Family[] = [];
  let peer = new Map<string, number | undefined>();
  const take = (budget?: number): void => {
    for (const { attributes: set, nlri } of rib.take(budget).batches) {
      for (const prefix of nlri) {
        expect(prefix.pathId === -1).toBe(pathIds.length === 0);
        const text = withId(prefix);
        if (set === null) expect(peer.delete(text)).toBe(true);
        else {
          expect(peer.has(text) && peer.get(text) === set.multiExitDisc).toBe(false);
          peer.set(text, set.multiExitDisc);
        }
      }
    }
  };
  const expected = (): Map<string, number> => {
    const all = [...desired.values()].sort((a, b) => b.pathId - a.pathId);
    return new Map(
      all.map(({ address, pathId, med }) => [`${address}/32#${pathIds.length === 0 ? -1 : pathId}`, med] as const),
    );
  };
  rib.up(pass, [], pathIds);
  for (let step = 0; step < 8000; step++) {
    const address = `192.0.2.${random(4)}`;
    const pathId = random(4);
    const med = random(3);
    // Path 1 is named half of the time.
    const named = pathId === 1 && random(2) === 0 ? -1 : pathId;
    switch (random(9)) {
      case 0:
        rib.down();
        peer = new Map();
        pathIds = random(2) === 0 ? [] : carried;
        rib.up(pass, [], pathIds);
        break;
      case 1:
      case 2:
        take(random(40));
        break;
      case 3:
      case 4:
        desired.delete(`${address} ${pathId}`);
        rib.apply({ withdraw: [v4(address, 32, named)] });
        break;
      case 5:
        desired.clear();
        desired.set(`${address} ${pathId}`, { address, pathId, med });
        rib.set([route(address, named, med)]);
        break;
      default:
        desired.set(`${address} ${pathId}`, { address, pathId, med });
        rib.apply({ announce: [route(address, named, med)] });
    }
    expect(rib.size).toBe(desired.size);
    if (step % 20 !== 0) continue;
    take();
    expect([...peer].sort()).toEqual([...expected()].sort());
    expect(rib.advertised).toBe(peer.size);
  }
});
