import fc from "fast-check";
import { expect, it } from "vitest";
import { copyOctets, Slab } from "../../src/bytes/slab.ts";

it("a slab keeps every run as it was, whatever comes after it and whatever becomes of its source", () => {
  const runs = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 100 });
  fc.assert(
    fc.property(runs, fc.nat(9000), (list, large) => {
      const slab = new Slab();
      const kept = [...list, new Uint8Array(large).fill(7), ...list].map((run) => {
        const source = Uint8Array.of(1, ...run, 2);
        const at = slab.copy(source, 1, source.length - 1);
        source.fill(0xee);
        return { run, octets: slab.bytes.subarray(at, at + run.length) };
      });
      for (const { run, octets } of kept) expect(octets).toEqual(run);
    }),
  );
});

it("a run longer than a slab gets memory of its own length", () => {
  const slab = new Slab();
  slab.copy(new Uint8Array(65535), 0, 65535);
  expect(slab.bytes.length).toBe(65535);
});

it("small copies share memory, and still change neither each other nor with their source", () => {
  const source = Uint8Array.from({ length: 100 }, (_, index) => index);
  const copies = Array.from({ length: 600 }, (_, index) => copyOctets(source, index % 30, (index % 30) + 4));
  const long = copyOctets(source, 0, 100);
  source.fill(0xee);
  copies[1]!.fill(0xdd);
  for (const [index, copy] of copies.entries()) {
    const first = index % 30;
    expect([...copy]).toEqual(index === 1 ? [0xdd, 0xdd, 0xdd, 0xdd] : [first, first + 1, first + 2, first + 3]);
  }
  expect(new Set(copies.map(({ buffer }) => buffer)).size).toBeLessThan(5);
  expect(long.buffer.byteLength).toBe(100);
  expect(long[99]).toBe(99);
  expect(copyOctets(source, 3, 3).length).toBe(0);
});

it("goes on where somebody has transferred the memory of a copy away", () => {
  const source = Uint8Array.of(1, 2, 3, 4);
  const buffer = copyOctets(source, 0, 4).buffer as ArrayBuffer;
  structuredClone(buffer, { transfer: [buffer] });
  expect([...copyOctets(source, 0, 4)]).toEqual([1, 2, 3, 4]);
});

it.each([
  [5, 1],
  [Number.NaN, 4],
  [0, Number.NaN],
])("what is no run, [%d, %d), is empty, and leaves what is kept as it is", (start, end) => {
  const slab = new Slab();
  const source = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const kept = [slab.copy(source, 0, 8)];
  const copy = copyOctets(source, 0, 8);
  expect(copyOctets(source, start, end).length).toBe(0);
  slab.copy(source, start, end);
  const zeros = new Uint8Array(8);
  kept.push(slab.copy(zeros, 0, 8));
  copyOctets(zeros, 0, 8);
  expect(kept).toEqual([0, 8]);
  expect([...slab.bytes.subarray(0, 8), ...copy]).toEqual([...source, ...source]);
});
