import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttributeValues } from "../../src/codec/attributes/values.ts";
import { attributeKey } from "../../src/rib/attribute-key.ts";
import { sameAttributes } from "../../src/rib/same-attributes.ts";
import { attributes, path } from "./routes.ts";

const number = fc.nat(2);
const bytes = fc.uint8Array({ max: 1, minLength: 4, maxLength: 4 });
const segments = fc.array(fc.record({ type: fc.constantFrom(1, 2), asns: fc.array(number, { maxLength: 2 }) }), {
  maxLength: 2,
});
const aggregator = fc.record({ asn: number, address: bytes });

/** Few values for each property, so that equal sets are common. */
const sets: fc.Arbitrary<AttributeValues> = fc.record(
  {
    origin: fc.constantFrom(0, 1),
    asPath: segments,
    nextHop: bytes,
    multiExitDisc: number,
    localPref: number,
    atomicAggregate: fc.boolean(),
    aggregator,
    communities: fc.array(number, { maxLength: 2 }),
    originatorId: bytes,
    clusterList: fc.array(bytes, { maxLength: 2 }),
    extendedCommunities: fc.array(bytes, { maxLength: 2 }),
    largeCommunities: fc.array(fc.tuple(number, number, number), { maxLength: 1 }),
    as4Path: segments,
    as4Aggregator: aggregator,
    unknown: fc.array(fc.record({ code: number, flags: number, value: bytes }), { maxLength: 1 }),
  },
  { requiredKeys: [] },
);

/** A set and another that differs from it in a few properties at most. */
const pairs = fc.tuple(sets, sets, fc.nat(0x7fff)).map(([a, b, mask]): [AttributeValues, AttributeValues] => [
  a,
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key, index) => {
      const from = (mask >> index) % 8 === 0 ? b : structuredClone(a);
      return key in from ? [[key, from[key as keyof AttributeValues]]] : [];
    }),
  ),
]);

describe("sameAttributes", () => {
  test("says the same as the keys of two sets", () => {
    let equal = 0;
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const expected = attributeKey(a) === attributeKey(b);
        if (expected) equal++;
        expect(sameAttributes(a, b)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
    expect(equal).toBeGreaterThan(50);
    expect(equal).toBeLessThan(1950);
  });

  test("tells an empty AS path from none, and an empty list of communities not", () => {
    expect(sameAttributes({ asPath: [] }, {})).toBe(false);
    expect(sameAttributes({ communities: [] }, {})).toBe(true);
  });

  test("finds a difference in the last place of a long list", () => {
    const long = (last: number): AttributeValues =>
      attributes({ asPath: path(...new Array<number>(200).fill(1), last) });
    expect(sameAttributes(long(1), long(1))).toBe(true);
    expect(sameAttributes(long(1), long(2))).toBe(false);
  });
});
