import { expect, test } from "vitest";
import type { AttributeValues } from "../../src/codec/attributes/values.ts";
import { formatPrefix, type Prefix } from "../../src/codec/nlri/prefix.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { AdjRibOut } from "../../src/rib/adj-rib-out.ts";
import { pathIdOf } from "../../src/rib/adj-rib-out-entry.ts";
import type { DesiredRoute, ExportPolicy } from "../../src/rib/policy.ts";
import { attributes, v4, v6 } from "./routes.ts";

interface Wanted {
  readonly key: string;
  readonly values: AttributeValues;
}

const families = [Family.Ipv4Unicast, Family.Ipv6Unicast];
const sets: readonly Wanted[] = [5, 6, 7].map((med) => ({
  key: `${med}`,
  values: attributes({ multiExitDisc: med }),
}));

/** Numbers that are the same in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
}

/** What a session's two ends should make of any sequence of calls, told as simply as possible. */
class Model {
  readonly rib = new AdjRibOut<Wanted>();
  /** By destination and identifier on the wire. */
  readonly #desired = new Map<string, DesiredRoute<Wanted>>();
  /** What the peer has: the attributes' MED by path; null while the session is down. */
  #peer: Map<string, number> | null = null;
  /** What it has to get again. */
  readonly #stale = new Set<string>();
  #endOfRib: Family[] = [];
  #pathIds: readonly Family[] = [];
  #refused: ReadonlySet<string> = new Set();
  #merged = false;

  /** Refuses some sets, and may make two of them equal. */
  readonly #policy: ExportPolicy<Wanted> = ({ key, values }) => {
    if (this.#refused.has(key)) return { refused: "not now" };
    return { attributes: this.#merged && key === "6" ? (sets[0] as Wanted).values : values };
  };

  #pathName(prefix: Prefix): string {
    return `${formatPrefix(prefix)}#${pathIdOf(prefix)}`;
  }

  up(pathIds: readonly Family[], refused: readonly string[], merged: boolean): void {
    this.#forget();
    this.#pathIds = pathIds;
    this.policyBecomes(refused, merged);
    this.#peer = new Map();
    this.#endOfRib = [...families];
    this.rib.up(this.#policy, families, pathIds);
  }

  down(): void {
    this.#forget();
    this.rib.down();
  }

  #forget(): void {
    this.#peer = null;
    this.#stale.clear();
    this.#endOfRib = [];
  }

  policyBecomes(refused: readonly string[], merged: boolean): void {
    this.#refused = new Set(refused);
    this.#merged = merged;
  }

  set(routes: readonly DesiredRoute<Wanted>[]): void {
    this.#desired.clear();
    for (const route of routes) this.#desired.set(this.#pathName(route.prefix), route);
    this.rib.set(routes);
  }

  apply(announce: readonly DesiredRoute<Wanted>[], withdraw: readonly Prefix[]): void {
    for (const prefix of withdraw) this.#desired.delete(this.#pathName(prefix));
    for (const route of announce) this.#desired.set(this.#pathName(route.prefix), route);
    this.rib.apply({ announce, withdraw });
  }

  refresh(family: Family): void {
    this.rib.refresh(family);
    if (this.#peer === null) return;
    for (const name of this.#peer.keys())
      if (name.includes(":") === (family !== Family.Ipv4Unicast)) this.#stale.add(name);
    if (!this.#endOfRib.includes(family)) this.#endOfRib.push(family);
  }

  /** What the peer is to have in the end. */
  #wanted(): Map<string, number> {
    const found = new Map<string, number>();
    const lowestLast = [...this.#desired.values()].sort((a, b) => pathIdOf(b.prefix) - pathIdOf(a.prefix));
    for (const { prefix, attributes: set } of lowestLast) {
      if (this.#refused.has(set.key)) continue;
      const named = this.#pathIds.includes(prefix.family);
      const med = this.#merged && set.key === "6" ? 5 : Number(set.key);
      found.set(`${formatPrefix(prefix)}#${named ? pathIdOf(prefix) : -1}`, med);
    }
    return found;
  }

  take(budget: number, announcements: boolean): void {
    const wanted = this.#wanted();
    const waiting = this.#waiting(wanted);
    const peer = this.#peer ?? new Map<string, number>();
    const { batches, endOfRib } = this.rib.take(budget, announcements);
    let left = budget;
    let announcing = false;
    for (const { attributes: set, nlri } of batches) {
      if (set === null) expect(announcing, "withdrawals leave first").toBe(false);
      else announcing = true;
      expect(nlri.length > 0 && left > 0, "within the budget").toBe(true);
      left -= nlri.length;
      for (const prefix of nlri) {
        const name = `${formatPrefix(prefix)}#${prefix.pathId}`;
        expect(waiting.delete(name), `${name} was to be sent`).toBe(true);
        this.#stale.delete(name);
        if (set === null) peer.delete(name);
        else peer.set(name, set.multiExitDisc ?? -1);
        expect(peer.get(name), name).toBe(wanted.get(name));
      }
      if (set !== null) left -= 16;
    }
    if (!announcements) expect(announcing).toBe(false);
    expect([...endOfRib].sort()).toEqual(waiting.size === 0 ? [...this.#endOfRib].sort() : []);
    if (waiting.size === 0) this.#endOfRib = [];
    if (announcements && budget > 0 && waiting.size > 0)
      expect(left, "as much as the budget allows").toBeLessThanOrEqual(0);
  }

  #waiting(wanted: ReadonlyMap<string, number>): Set<string> {
    const waiting = new Set<string>();
    if (this.#peer === null) return waiting;
    for (const [name, med] of wanted) if (this.#peer.get(name) !== med || this.#stale.has(name)) waiting.add(name);
    for (const name of this.#peer.keys()) if (!wanted.has(name)) waiting.add(name);
    return waiting;
  }

  /** Every count is exact after every call. */
  check(): void {
    const { rib } = this;
    const wanted = this.#wanted();
    const waiting = this.#waiting(wanted);
    const withdrawals = [...waiting].some((name) => !wanted.has(name));
    expect([rib.size, rib.advertised, rib.pending, rib.hasWithdrawals, rib.hasOutgoing]).toEqual([
      this.#desired.size,
      this.#peer?.size ?? 0,
      waiting.size,
      withdrawals,
      waiting.size > 0 || this.#endOfRib.length > 0,
    ]);
  }
}

function run(seed: number, steps: number, pathIdsOf: (random: (below: number) => number) => number): void {
  const random = generator(seed);
  const model = new Model();
  const prefix = (): Prefix => {
    const pathId = pathIdsOf(random);
    const n = random(40);
    return n < 30 ? v4(`192.0.2.${n}`, 32, pathId) : { ...v6(n), pathId };
  };
  const route = (): DesiredRoute<Wanted> => ({ prefix: prefix(), attributes: sets[random(3)] as Wanted });
  const some = <T>(make: () => T, most: number): T[] => Array.from({ length: random(most) }, make);
  const refused = (): string[] => (random(2) === 0 ? [] : some(() => `${5 + random(3)}`, 3));
  for (let step = 0; step < steps; step++) {
    switch (random(16)) {
      case 0:
        model.up(random(3) === 0 ? [families[random(2)] as Family] : [], refused(), random(3) === 0);
        break;
      case 1:
        if (random(3) === 0) model.down();
        break;
      case 2:
        model.set(some(route, 60));
        break;
      case 3:
        model.policyBecomes(refused(), random(3) === 0);
        model.rib.reexport();
        break;
      case 4:
        model.refresh(families[random(2)] as Family);
        break;
      case 5:
      case 6:
      case 7:
        model.apply(some(route, 4), some(prefix, 4));
        break;
      case 8:
        model.take(Number.POSITIVE_INFINITY, random(4) > 0);
        break;
      default:
        // Most turns end in the middle of the first walk over all routes.
        model.take(random(24), random(8) > 0);
    }
    model.check();
  }
}

test("whatever is asked in the middle of a session's first announcements, every count is exact and no route is lost or sent twice", () => {
  for (let seed = 1; seed <= 4; seed++) run(seed, 1200, () => -1);
});

test("the same with several paths to a destination, on sessions with and without path identifiers", () => {
  for (let seed = 11; seed <= 14; seed++) run(seed, 1200, (random) => (random(2) === 0 ? -1 : random(4)));
});
