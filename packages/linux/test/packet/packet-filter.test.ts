import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LITTLE_ENDIAN, viewOf } from "../../src/libc/host-order.ts";
import { destinationFilter } from "../../src/packet/packet-filter.ts";

interface Packet {
  readonly type: number;
  readonly hardware: number;
  readonly destination: Uint8Array;
}

/** What the kernel would answer: an interpreter of the few instructions, for packets of one family. */
function run(program: Uint8Array, { type, hardware, destination }: Packet): number {
  const view = viewOf(program);
  const start = 0xfff00000 + (destination.length === 4 ? 16 : 24);
  let register = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const code = view.getUint16(at * 8, LITTLE_ENDIAN);
    const operand = view.getUint32(at * 8 + 4, LITTLE_ENDIAN);
    if (code === 0x06) return operand;
    if (code === 0x15) at += view.getUint8(at * 8 + (register === operand ? 2 : 3));
    else if (code === 0x54) register = (register & operand) >>> 0;
    else if (operand === 0xfffff004) register = type;
    else if (operand === 0xfffff01c) register = hardware;
    else register = viewOf(destination).getUint32(operand - start);
  }
  throw new Error("the program has no end");
}

const octets = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }));

describe("destinationFilter", () => {
  it("takes a packet exactly when its first bits are the prefix's, whatever the length", () => {
    const cases = octets.chain((address) =>
      fc.tuple(fc.constant(address), fc.nat({ max: address.length * 8 }), fc.nat({ max: address.length * 8 - 1 })),
    );
    fc.assert(
      fc.property(cases, ([address, length, flipped]) => {
        const program = destinationFilter(address, length);
        const destination = address.slice();
        destination[flipped >> 3]! ^= 0x80 >> (flipped & 7);
        const packet = { type: 0, hardware: 1 };
        expect(run(program, { ...packet, destination: address })).toBe(0xffffffff);
        expect(run(program, { ...packet, destination })).toBe(flipped < length ? 0 : 0xffffffff);
      }),
    );
  });

  it("takes nothing from loopback, nothing that was sent, and nothing for others", () => {
    const destination = Uint8Array.of(192, 0, 2, 1);
    const program = destinationFilter(destination, 32);
    expect(run(program, { type: 0, hardware: 772, destination })).toBe(0);
    for (const type of [1, 2, 3, 4]) expect(run(program, { type, hardware: 1, destination })).toBe(0);
  });

  it("is not confused by a destination that looks like the hardware type of loopback", () => {
    const destination = Uint8Array.of(0, 0, 3, 4);
    expect(run(destinationFilter(destination, 32), { type: 0, hardware: 1, destination })).toBe(0xffffffff);
  });
});
