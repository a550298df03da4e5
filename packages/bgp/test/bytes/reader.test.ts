import { describe, expect, it } from "vitest";
import { Reader } from "../../src/bytes/reader.ts";

describe("Reader", () => {
  it("reads big-endian integers and copies, and counts what is left", () => {
    const reader = new Reader(Uint8Array.of(9, 1, 2, 3, 0xff, 0xff, 0xff, 0xfe, 5, 6, 9), 1, 10);
    expect([reader.u8(), reader.u16(), reader.u32()]).toEqual([1, 0x0203, 0xffff_fffe]);
    expect(reader.remaining).toBe(2);
    expect(reader.copy(2)).toEqual(Uint8Array.of(5, 6));
    expect([reader.remaining, reader.overrun]).toEqual([0, false]);
  });

  it("gives zeros and sets overrun when less is left, and does not read on", () => {
    const reader = new Reader(Uint8Array.of(1, 2, 3));
    expect(reader.u32()).toBe(0);
    expect([reader.overrun, reader.remaining]).toEqual([true, 0]);
    expect([reader.u8(), reader.u16(), reader.take(1), reader.copy(1).length]).toEqual([0, 0, -1, 0]);
  });

  it("starts afresh after reset", () => {
    const reader = new Reader(new Uint8Array(0));
    reader.u8();
    reader.reset(Uint8Array.of(7, 8), 1, 2);
    expect([reader.u8(), reader.overrun]).toEqual([8, false]);
  });
});
