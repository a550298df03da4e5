import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Prefix } from "../../src/codec/nlri/prefix.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { pathKey } from "../../src/rib/prefix-key.ts";
import { keyOctets, PrefixTable } from "../../src/rib/prefix-table.ts";
import { v4, v6 } from "./routes.ts";

function add(table: PrefixTable, prefix: Prefix): number {
  return table.add(keyOctets(prefix), prefix.rd?.length ?? 0, prefix.lengthBits, prefix.pathId);
}

/** Few of each kind, so that they meet. */
const prefixes: fc.Arbitrary<Prefix> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 7 }), fc.constantFrom(-1, 0, 1, 0xffff_ffff))
    .map(([lengthBits, last, pathId]) => {
      const bytes = new Uint8Array((lengthBits + 7) >> 3);
      if (bytes.length > 0) bytes[bytes.length - 1] = (last << 5) & (0xff << (8 * bytes.length - lengthBits));
      return { family: Family.Ipv4Unicast, lengthBits, bytes, pathId };
    }),
);

describe("a prefix table", () => {
  test("does what a map of keys does, whatever comes and goes", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), prefixes), { maxLength: 120 }), (steps) => {
        const table = new PrefixTable(Family.Ipv4Unicast);
        const model = new Map<string | number, number>();
        for (const [adds, prefix] of steps) {
          const key = pathKey(prefix);
          const known = model.get(key);
          expect(table.findPrefix(prefix, prefix.pathId)).toBe(known ?? -1);
          if (adds) {
            const row = add(table, prefix);
            expect(table.added).toBe(known === undefined);
            model.set(key, row);
            expect(table.prefix(row)).toEqual(prefix);
          } else if (known !== undefined) {
            table.remove(known);
            model.delete(key);
            if (model.size > 0) expect(table.isUsed(known)).toBe(false);
          }
        }
        expect(table.size).toBe(model.size);
        const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) => table.isUsed(row));
        expect(new Set(rows)).toEqual(new Set(model.values()));
      }),
      { numRuns: 150 },
    );
  });

  test("holds a hundred thousand prefixes, in segments that grow by themselves, and forgets them again", () => {
    const table = new PrefixTable(Family.Ipv4Unicast);
    const bytes = new Uint8Array(4);
    const view = new DataView(bytes.buffer);
    const count = 100_000;
    for (let n = 0; n < count; n++) {
      view.setUint32(0, n * 40_503);
      table.add(bytes, 0, 32, -1);
    }
    expect(table.size).toBe(count);
    let found = 0;
    for (let n = 0; n < count; n++) {
      view.setUint32(0, n * 40_503);
      const row = table.find(bytes, 0, 32, -1);
      if (row === n) found++;
      if (n % 2 === 0) table.remove(row);
    }
    expect([found, table.size]).toEqual([count, count / 2]);
    let left = 0;
    for (let n = 0; n < count; n++) {
      view.setUint32(0, n * 40_503);
      if (table.find(bytes, 0, 32, -1) >= 0) left++;
    }
    expect(left).toBe(count / 2);
  });

  test("keeps the key of each of many rows in columns that grow apart, path identifiers from where the first one came on", () => {
    const table = new PrefixTable(Family.Ipv6Unicast, 5);
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    const [count, firstNamed] = [80_000, 30_000];
    const pathId = (n: number): number => (n < firstNamed ? -1 : n * 7);
    const write = (n: number): void => {
      view.setUint32(0, 0x2001_0db8);
      view.setUint32(12, n);
    };
    for (let n = 0; n < count; n++) {
      write(n);
      table.add(bytes, 0, 128, pathId(n));
    }
    const wrong: number[] = [];
    for (let n = 0; n < count; n++) {
      write(n);
      const row = table.find(bytes, 0, 128, pathId(n));
      const { bytes: kept, lengthBits } = table.prefix(n);
      const last = new DataView(kept.buffer).getUint32(12);
      if (row !== n || table.pathId(n) !== pathId(n) || last !== n || lengthBits !== 128) wrong.push(n);
    }
    expect(wrong).toEqual([]);
  });

  test("ignores the bits past the length (RFC 4271 §4.3), and keeps lengths and path identifiers apart", () => {
    const table = new PrefixTable(Family.Ipv4Unicast);
    const row = table.add(Uint8Array.of(10, 1, 255), 0, 20, -1);
    expect(table.find(Uint8Array.of(10, 1, 240), 0, 20, -1)).toBe(row);
    expect(table.prefix(row)).toEqual(v4("10.1.240.0", 20));
    for (const [lengthBits, pathId] of [
      [19, -1],
      [21, -1],
      [20, 0],
      [20, 0xffff_ffff],
    ] as const)
      expect(table.find(Uint8Array.of(10, 1, 240), 0, lengthBits, pathId)).toBe(-1);
  });

  test("knows IPv6 prefixes by all their octets, and VPN routes by their route distinguisher (RFC 4364 §4.1)", () => {
    const six = new PrefixTable(Family.Ipv6Unicast);
    const rows = [v6(1), v6(2), v6(256)].map((prefix) => add(six, prefix));
    expect(new Set(rows).size).toBe(3);
    expect(six.prefix(rows[2]!)).toEqual(v6(256));

    const vpn = new PrefixTable(Family.Ipv4Vpn);
    const route = (rd: number): Prefix => ({
      ...v4("10.1.2.0", 24),
      family: Family.Ipv4Vpn,
      rd: Uint8Array.of(0, 0, 0xfd, 0xe8, 0, 0, 0, rd),
    });
    const [one, two] = [add(vpn, route(1)), add(vpn, route(2))];
    expect(one).not.toBe(two);
    expect([vpn.prefix(one!), vpn.findPrefix(route(2), -1)]).toEqual([route(1), two]);
  });
});
