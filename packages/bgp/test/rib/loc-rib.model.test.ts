import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttributeValues } from "../../src/codec/attributes/values.ts";
import { formatPrefix, type Prefix } from "../../src/codec/nlri/prefix.ts";
import { attributeKey } from "../../src/rib/attribute-key.ts";
import { type Candidate, type Decision, type DecisionOptions, decide } from "../../src/rib/decision.ts";
import { LocRib, type LocRibChange } from "../../src/rib/loc-rib.ts";
import { attributes, path, source, v4 } from "./routes.ts";

/** A Loc-RIB as a map of lists: slow, and with nothing in it to get wrong. */
class NaiveRib {
  readonly #options: DecisionOptions;
  readonly #routes = new Map<string, { prefix: Prefix; candidates: Candidate[] }>();
  readonly #before = new Map<string, string>();

  constructor(options: DecisionOptions) {
    this.#options = options;
  }

  set(n: number, prefix: Prefix, values: AttributeValues | null): void {
    const key = formatPrefix(prefix);
    const held = this.#routes.get(key) ?? { prefix, candidates: [] };
    held.candidates = held.candidates.filter(
      (route) => route.source.name !== source(n).name || route.pathId !== prefix.pathId,
    );
    if (values !== null) held.candidates.push({ source: source(n), attributes: values, pathId: prefix.pathId });
    this.#routes.set(key, held);
  }

  decisions(): Map<string, string> {
    const found = new Map<string, string>();
    for (const [key, { candidates }] of this.#routes) {
      const decision = decide(candidates, this.#options);
      if (decision.best !== null) found.set(key, show(decision));
    }
    return found;
  }

  /** What differs from the last time it was asked. */
  changes(): Map<string, string> {
    const now = this.decisions();
    const changed = new Map<string, string>();
    for (const [key, text] of now) if (this.#before.get(key) !== text) changed.set(key, text);
    for (const key of this.#before.keys()) if (!now.has(key)) changed.set(key, "gone");
    this.#before.clear();
    for (const [key, text] of now) this.#before.set(key, text);
    return changed;
  }
}

function show({ best, multipath }: Decision): string {
  if (best === null) return "gone";
  return multipath
    .map((route) => `${route.source.name}#${route.pathId} ${attributeKey(route.attributes)}`)
    .join(" and ");
}

function byPrefix(changes: Iterable<LocRibChange | (Decision & { prefix: Prefix })>): Map<string, string> {
  const found = new Map<string, string>();
  for (const change of changes) {
    expect(found.has(formatPrefix(change.prefix))).toBe(false);
    found.set(formatPrefix(change.prefix), show(change));
  }
  return found;
}

const prefixes = [v4("10.0.0.0", 8), v4("10.0.0.0", 16), v4("192.0.2.1"), v4("0.0.0.0", 0)];

const values: fc.Arbitrary<AttributeValues> = fc
  .record(
    {
      localPref: fc.constantFrom(100, 200),
      multiExitDisc: fc.constantFrom(0, 5, 10),
      origin: fc.constantFrom(0 as const, 2 as const),
      asPath: fc.constantFrom(path(1), path(1, 2), path(3, 2), path(3)),
      nextHop: fc.integer({ min: 1, max: 4 }).map((last) => Uint8Array.of(10, 0, 0, last)),
    },
    { requiredKeys: [] },
  )
  .map((change) => attributes(change));

const step = fc.record({
  n: fc.integer({ min: 1, max: 4 }),
  prefix: fc.constantFrom(...prefixes),
  pathId: fc.constantFrom(-1, -1, 1, 2),
  values: fc.option(values, { freq: 3 }),
});

const options: fc.Arbitrary<DecisionOptions> = fc.record({
  maximumPaths: fc.constantFrom(1, 2, 8),
  asPathRelax: fc.boolean(),
  alwaysCompareMed: fc.boolean(),
});

describe("a Loc-RIB", () => {
  test("uses, and tells, what a naive one would, whatever comes and goes", () => {
    fc.assert(
      fc.property(options, fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 14 }), (rules, batches) => {
        const rib = new LocRib(rules);
        const naive = new NaiveRib(rules);
        const told: LocRibChange[] = [];
        rib.watch((changes) => told.push(...changes));
        const empty = rib.snapshot();
        for (const batch of batches) {
          const before = rib.snapshot();
          told.length = 0;
          for (const n of new Set(batch.map((one) => one.n))) {
            const own = batch.filter((one) => one.n === n);
            for (const { prefix, pathId, values: set } of own) {
              const destination = { ...prefix, pathId };
              naive.set(n, destination, set);
              const change =
                set === null
                  ? { announce: [], withdraw: [destination] }
                  : { announce: [{ prefix: destination, attributes: set }], withdraw: [] };
              rib.update(source(n), change);
            }
          }
          const expected = naive.changes();
          // Several changes of one destination may have been told one by one; the last word counts.
          const lastWords = new Map(told.map((change) => [formatPrefix(change.prefix), show(change)]));
          for (const [prefix, text] of expected) expect(lastWords.get(prefix)).toBe(text);
          expect(byPrefix(rib.entries())).toEqual(naive.decisions());
          const after = rib.snapshot();
          expect(byPrefix(before.diff(after))).toEqual(expected);
          expect(byPrefix(empty.diff(after))).toEqual(naive.decisions());
          before.release();
          after.release();
        }
        for (const n of [1, 2, 3, 4]) rib.removeSource(source(n).name);
        expect([rib.size, rib.attributes.size]).toEqual([0, 0]);
      }),
      { numRuns: 120 },
    );
  });

  test("one batch tells a destination once, with what it has become", () => {
    const rib = new LocRib();
    const [first, second] = [attributes({ multiExitDisc: 1 }), attributes({ multiExitDisc: 2 })];
    const announce = [first, second].map((set) => ({ prefix: prefixes[0]!, attributes: set }));
    const changes = rib.update(source(1), { announce, withdraw: [] });
    expect(changes.map(({ best }) => best?.attributes.multiExitDisc)).toEqual([2]);
    expect(rib.update(source(1), { announce: announce.slice(1), withdraw: [prefixes[0]!] })).toHaveLength(1);
  });

  test("finds the longest destination that covers an address and can be reached (RFC 4271 §9.1.3)", () => {
    let dead = false;
    const rib = new LocRib({ nextHopCost: (nextHop) => (dead && nextHop[3] === 7 ? null : 0) });
    const announce = prefixes.map((prefix) => ({
      prefix,
      attributes: attributes({ nextHop: Uint8Array.of(10, 0, 0, prefix.lengthBits === 16 ? 7 : 1) }),
    }));
    rib.update(source(1), { announce, withdraw: [] });
    const found = (...address: number[]): string => {
      const entry = rib.lookup(Uint8Array.from(address));
      return entry === null ? "none" : formatPrefix(entry.prefix);
    };
    expect([found(10, 0, 1, 1), found(10, 9, 1, 1), found(192, 0, 2, 1), found(192, 0, 2, 2)]).toEqual([
      "10.0.0.0/16",
      "10.0.0.0/8",
      "192.0.2.1/32",
      "0.0.0.0/0",
    ]);
    dead = true;
    rib.redecide();
    expect(found(10, 0, 1, 1)).toBe("10.0.0.0/8");
    expect(rib.lookup(new Uint8Array(16))).toBeNull();
  });
});
