import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PrefixSet } from "../../src/session/prefix-set.ts";

type Nlri = readonly [bytes: readonly number[], lengthBits: number, pathId: number];

function changed(set: PrefixSet, [bytes, lengthBits, pathId]: Nlri, add: boolean): void {
  // Some octets before, as in a message.
  const message = Uint8Array.from([1, 2, 3, ...bytes]);
  if (add) set.add(message, 3, lengthBits, pathId);
  else set.delete(message, 3, lengthBits, pathId);
}

/** The same NLRI as text, its irrelevant bits left out. */
function nameOf([bytes, lengthBits, pathId]: Nlri): string {
  const bits = bytes.map((octet) => octet.toString(2).padStart(8, "0")).join("");
  return `${bits.slice(0, lengthBits)}/${lengthBits} ${pathId}`;
}

// Few different ones, so that they meet.
const nlri: fc.Arbitrary<Nlri> = fc
  .tuple(
    fc.array(fc.constantFrom(0, 1, 128, 255), { minLength: 4, maxLength: 4 }),
    fc.nat(32),
    fc.constantFrom(-1, 0, 7),
  )
  .map(([bytes, lengthBits, pathId]) => [bytes.slice(0, (lengthBits + 7) >> 3), lengthBits, pathId]);

describe("PrefixSet", () => {
  test("holds exactly what a set of texts holds, whatever is added and deleted", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(nlri, fc.integer({ min: 0, max: 2 })), { maxLength: 400 }), (changes) => {
        const set = new PrefixSet(4);
        const model = new Set<string>();
        for (const [prefix, choice] of changes) {
          const add = choice > 0;
          changed(set, prefix, add);
          if (add) model.add(nameOf(prefix));
          else model.delete(nameOf(prefix));
          expect(set.size).toBe(model.size);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("bits past the length do not matter, the length and the path identifier do", () => {
    const set = new PrefixSet(4);
    changed(set, [[192, 0, 0b1010_0000], 19, -1], true);
    changed(set, [[192, 0, 0b1011_1111], 19, -1], true);
    expect(set.size).toBe(1);
    changed(set, [[192, 0, 0b1010_0000], 20, -1], true);
    changed(set, [[192, 0, 0b1010_0000], 19, 0], true);
    changed(set, [[192, 0, 0b1010_0000], 19, 0xffff_fffe], true);
    expect(set.size).toBe(4);
  });

  test("grows to a full table of 100,000 and empties again", () => {
    const set = new PrefixSet(16);
    const prefix = (index: number): Nlri => [[0x20, 1, index >> 16, (index >> 8) & 0xff, index & 0xff], 40, -1];
    for (let index = 0; index < 100_000; index++) changed(set, prefix(index), true);
    expect(set.size).toBe(100_000);
    for (let index = 0; index < 100_000; index++) changed(set, prefix(index), false);
    expect(set.size).toBe(0);
  });
});
