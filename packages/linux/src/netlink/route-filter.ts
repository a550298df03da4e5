/** Keeps routes out of an event socket that nobody asked for, before the kernel queues them: a router's table changes all the time. */
import { assemble, BPF, WHOLE } from "../libc/bpf.ts";
import { LITTLE_ENDIAN } from "../libc/host-order.ts";
import { RTM } from "./constants.ts";
import type { WatchedRoutes } from "./types.ts";

const { loadHalf, loadByte, jumpIfEqual, answer } = BPF;

/** Where things are in a netlink message with a `struct rtmsg`. */
const typeAt = 4;
const tableAt = 20;
const protocolAt = 21;

/** The program for `Libc.attachFilter`: every message but those about routes of another table or protocol. */
export function routeFilter({ table, protocol }: WatchedRoutes): Uint8Array {
  return assemble([
    [loadHalf, 0, 0, typeAt],
    [jumpIfEqual, 1, 0, asLoaded(RTM.newRoute)],
    [jumpIfEqual, 0, 4, asLoaded(RTM.delRoute)],
    [loadByte, 0, 0, tableAt],
    [jumpIfEqual, 0, 3, table],
    [loadByte, 0, 0, protocolAt],
    [jumpIfEqual, 0, 1, protocol],
    [answer, 0, 0, WHOLE],
    [answer, 0, 0, 0],
  ]);
}

/** BPF loads in network order what netlink writes in that of the host. */
function asLoaded(type: number): number {
  return LITTLE_ENDIAN ? ((type & 0xff) << 8) | (type >> 8) : type;
}
