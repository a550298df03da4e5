import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../../src/bytes/reader.ts";
import { Writer } from "../../src/bytes/writer.ts";

describe("Writer", () => {
  it("writes what a Reader reads, whatever room it began with", () => {
    const integers = fc.array(fc.record({ size: fc.constantFrom(1, 2, 4), value: fc.nat(0xffff_ffff) }));
    fc.assert(
      fc.property(integers, fc.nat(16), (items, capacity) => {
        const w = new Writer(capacity);
        for (const { size, value } of items) {
          if (size === 1) w.u8(value & 0xff);
          else if (size === 2) w.u16(value & 0xffff);
          else w.u32(value);
        }
        const reader = new Reader(w.slice());
        for (const { size, value } of items) {
          if (size === 1) expect(reader.u8()).toBe(value & 0xff);
          else if (size === 2) expect(reader.u16()).toBe(value & 0xffff);
          else expect(reader.u32()).toBe(value);
        }
        expect([reader.remaining, reader.overrun]).toEqual([0, false]);
      }),
    );
  });

  it("moves the later part of what it wrote in front of the earlier one, with no room left to do it in", () => {
    const w = new Writer(5);
    for (const octet of [9, 1, 2, 3, 4]) w.u8(octet);
    w.rotate(1, 4);
    expect([...w.slice()]).toEqual([9, 4, 1, 2, 3]);
    w.rotate(0, 0);
    w.rotate(0, 5);
    expect([...w.slice()]).toEqual([9, 4, 1, 2, 3]);
  });

  it("copies short and long runs, fills, and patches lengths", () => {
    const w = new Writer(1);
    w.u16(0);
    w.copy(
      Uint8Array.from({ length: 100 }, (_, i) => i),
      10,
      15,
    );
    w.copy(
      Uint8Array.from({ length: 100 }, (_, i) => i),
      0,
      60,
    );
    w.fill(0xff, 2);
    w.patchU16(0, w.length);
    w.patchU8(2, 0xaa);
    expect(w.slice(0, 8)).toEqual(Uint8Array.of(0, 69, 0xaa, 11, 12, 13, 14, 0));
    expect(w.slice(66)).toEqual(Uint8Array.of(59, 0xff, 0xff));
  });

  it("keeps its memory on reset, and a slice is independent of it", () => {
    const w = new Writer(4);
    w.u32(1);
    const slice = w.slice();
    const { bytes } = w;
    w.reset();
    w.u32(2);
    expect(w.bytes).toBe(bytes);
    expect([...slice, w.length]).toEqual([0, 0, 0, 1, 4]);
  });
});
