/** Keeps routes out of an event socket that nobody asked for, before the kernel queues them: a router's table changes all the time. */
import { LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import { RTM } from "./constants.ts";
import type { WatchedRoutes } from "./types.ts";

/** Opcodes of classic BPF (linux/filter.h). */
const loadHalf = 0x28;
const loadByte = 0x30;
const jumpIfEqual = 0x15;
const answer = 0x06;

/** Where things are in a netlink message with a `struct rtmsg`. */
const typeAt = 4;
const tableAt = 20;
const protocolAt = 21;

const all = 0xffff_ffff;

/** The program for `Libc.attachFilter`: every message but those about routes of another table or protocol. */
export function routeFilter({ table, protocol }: WatchedRoutes): Uint8Array {
  const instructions: readonly (readonly [code: number, ifTrue: number, ifFalse: number, operand: number])[] = [
    [loadHalf, 0, 0, typeAt],
    [jumpIfEqual, 1, 0, asLoaded(RTM.newRoute)],
    [jumpIfEqual, 0, 4, asLoaded(RTM.delRoute)],
    [loadByte, 0, 0, tableAt],
    [jumpIfEqual, 0, 3, table],
    [loadByte, 0, 0, protocolAt],
    [jumpIfEqual, 0, 1, protocol],
    [answer, 0, 0, all],
    [answer, 0, 0, 0],
  ];
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

/** BPF loads in network order what netlink writes in that of the host. */
function asLoaded(type: number): number {
  return LITTLE_ENDIAN ? ((type & 0xff) << 8) | (type >> 8) : type;
}
