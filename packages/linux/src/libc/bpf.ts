/** Classic BPF programs for `Libc.attachFilter`. Pure. */
import { LITTLE_ENDIAN, viewOf } from "./host-order.ts";

/** Opcodes (linux/filter.h, linux/bpf_common.h). */
export const BPF = {
  loadWord: 0x20,
  loadHalf: 0x28,
  loadByte: 0x30,
  and: 0x54,
  jumpIfEqual: 0x15,
  answer: 0x06,
} as const;

/** One `struct sock_filter`; jumps are counted from the next instruction. */
export type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number];

/** The answer of a filter that lets everything through. */
export const WHOLE = 0xffff_ffff;

/** Eight octets an instruction, in host order. */
export function assemble(instructions: readonly Instruction[]): Uint8Array {
  const program = new Uint8Array(instructions.length * 8);
  const view = viewOf(program);
  instructions.forEach(([code, ifTrue, ifFalse, operand], index) => {
    view.setUint16(index * 8, code, LITTLE_ENDIAN);
    view.setUint8(index * 8 + 2, ifTrue);
    view.setUint8(index * 8 + 3, ifFalse);
    view.setUint32(index * 8 + 4, operand, LITTLE_ENDIAN);
  });
  return program;
}
