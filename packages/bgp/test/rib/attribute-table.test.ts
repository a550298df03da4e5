import { describe, expect, test } from "vitest";
import { type AttributeValues, SegmentType } from "../../src/codec/attributes/values.ts";
import { BgpEncodeError } from "../../src/codec/encode-error.ts";
import { attributeKey } from "../../src/rib/attribute-key.ts";
import { AttributeTable } from "../../src/rib/attribute-table.ts";
import { factsOfValues } from "../../src/rib/route-facts.ts";
import { attributes, path } from "./routes.ts";

const rich: AttributeValues = {
  origin: 2,
  asPath: [
    { type: SegmentType.ConfedSequence, asns: [64512] },
    { type: SegmentType.Sequence, asns: [4_200_000_000, 2, 2] },
    { type: SegmentType.Set, asns: [7, 8] },
  ],
  nextHop: new Uint8Array(32).fill(9),
  multiExitDisc: 4_294_967_295,
  localPref: 0,
  atomicAggregate: true,
  communities: [4_259_840_001],
  originatorId: Uint8Array.of(10, 0, 0, 7),
  clusterList: [Uint8Array.of(1, 1, 1, 1), Uint8Array.of(2, 2, 2, 2)],
  largeCommunities: [[1, 2, 3]],
  onlyToCustomer: 65001,
  unknown: [{ code: 200, flags: 0xe0, value: new Uint8Array(300).fill(5) }],
};

describe("an attribute table", () => {
  test("gives equal sets one number, and back the values that were put in", () => {
    const table = new AttributeTable();
    const set = table.acquireValues(rich);
    expect(table.acquireValues({ ...rich })).toBe(set);
    expect(table.values(set)).toEqual(rich);
    expect(table.values(set)).toBe(table.values(set));
    expect(table.acquireValues(attributes())).not.toBe(set);
    expect(table.size).toBe(2);
  });

  test("forgets a set with its last reference, and its number may then mean another one", () => {
    const table = new AttributeTable();
    const set = table.acquireValues(rich);
    expect(table.values(set)).toEqual(rich);
    table.retain(set);
    table.release(set);
    expect(table.size).toBe(1);
    table.release(set);
    expect(table.size).toBe(0);
    const other = table.acquireValues(attributes({ multiExitDisc: 3 }));
    expect(table.values(other).multiExitDisc).toBe(3);
    expect(table.facts(other).multiExitDisc).toBe(3);
  });

  test("reads from octets what the decision process would read from values", () => {
    const table = new AttributeTable();
    const sets: AttributeValues[] = [
      rich,
      attributes(),
      attributes({ asPath: [] }),
      attributes({ asPath: [{ type: SegmentType.Set, asns: [1, 2] }] }),
      attributes({ localPref: 200, multiExitDisc: 0 }),
      {},
    ];
    for (const values of sets) expect(table.facts(table.acquireValues(values))).toEqual(factsOfValues(values));
  });

  test("knows who has been on the way of a route (RFC 4271 §9.1.2, RFC 4456 §8)", () => {
    const table = new AttributeTable();
    const set = table.acquireValues(rich);
    const cases = [
      [64512, 0, true],
      [4_200_000_000, 0, true],
      [8, 0, true],
      [65001, 0, false],
      [1, 0x0a00_0007, true],
      [1, 0x0202_0202, true],
      [1, 0x0303_0303, false],
    ] as const;
    for (const [asn, id, been] of cases) expect(table.hasBeenAt(set, asn, id)).toBe(been);
  });

  test("keeps what is in use when most of its memory has been given back, however long a set is", () => {
    const table = new AttributeTable();
    const long = (n: number): AttributeValues =>
      attributes({
        multiExitDisc: n,
        unknown: [{ code: 201, flags: 0xc0, value: new Uint8Array(n % 200 === 0 ? 20_000 : 700 + n).fill(n) }],
      });
    const sets = Array.from({ length: 2000 }, (_, n) => table.acquireValues(long(n)));
    for (const [n, set] of sets.entries()) if (n % 100 !== 0) table.release(set);
    expect(table.size).toBe(20);
    for (const [n, set] of sets.entries()) {
      if (n % 100 === 0) expect(attributeKey(table.values(set))).toBe(attributeKey(long(n)));
    }
    expect(table.acquireValues(long(100))).toBe(sets[100]);
  });

  test("refuses values that cannot be on the wire, and stays as it was", () => {
    const table = new AttributeTable();
    expect(() => table.acquireValues(attributes({ multiExitDisc: -1 }))).toThrow(BgpEncodeError);
    expect(() => table.acquireValues(attributes({ nextHop: new Uint8Array(5) }))).toThrow(BgpEncodeError);
    expect(table.size).toBe(0);
    expect(table.values(table.acquireValues(attributes({ asPath: path(1) }))).asPath).toEqual(path(1));
  });
});
