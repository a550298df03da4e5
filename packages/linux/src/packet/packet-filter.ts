/** Which packets a counter counts: those that came in from elsewhere for one prefix. */
import { assemble, BPF, type Instruction, WHOLE } from "../libc/bpf.ts";
import { viewOf } from "../libc/host-order.ts";

/** Where classic BPF finds what is not in the packet, and the network header (linux/filter.h). */
const ancillary = 0xffff_f000;
const packetType = ancillary + 4;
const hardwareType = ancillary + 28;
const networkHeader = 0xfff0_0000;

/** `PACKET_HOST`: for us, neither sent by us nor seen by chance. */
const forUs = 0;
/** `ARPHRD_LOOPBACK`: a health check on this very host is no traffic. */
const loopback = 772;

/** Offset of the destination address in an IPv4 header (RFC 791 §3.1) and in an IPv6 one (RFC 8200 §3). */
const destinationAt = { 4: 16, 16: 24 } as const;

/** One thing that has to hold: what is loaded, under the mask, is the value, or is anything but it. */
interface Condition {
  readonly load: number;
  readonly mask?: number;
  readonly value: number;
  readonly not?: true;
}

/** The program for a packet socket: packets from elsewhere whose destination begins with the first `length` bits of `address` (4 or 16 octets). */
export function destinationFilter(address: Uint8Array, length: number): Uint8Array {
  const start = networkHeader + (address.length === 4 ? destinationAt[4] : destinationAt[16]);
  const conditions: Condition[] = [
    { load: hardwareType, value: loopback, not: true },
    { load: packetType, value: forUs },
  ];
  for (let word = 0; word * 32 < length; word++) {
    const bits = Math.min(32, length - word * 32);
    const mask = bits === 32 ? WHOLE : ~(WHOLE >>> bits) >>> 0;
    const value = (viewOf(address).getUint32(word * 4) & mask) >>> 0;
    conditions.push({ load: start + word * 4, ...(bits === 32 ? {} : { mask }), value });
  }
  const sizes = conditions.map(({ mask }) => (mask === undefined ? 2 : 3));
  const size = sizes.reduce((sum, one) => sum + one, 0);
  let end = 0;
  const checks = conditions.flatMap(({ load, mask, value, not }, index): Instruction[] => {
    end += sizes[index]!;
    // From behind this condition to the last instruction, which counts nothing.
    const refuse = size - end + 1;
    return [
      [BPF.loadWord, 0, 0, load],
      ...(mask === undefined ? [] : [[BPF.and, 0, 0, mask] as const]),
      not === true ? [BPF.jumpIfEqual, refuse, 0, value] : [BPF.jumpIfEqual, 0, refuse, value],
    ];
  });
  return assemble([...checks, [BPF.answer, 0, 0, WHOLE], [BPF.answer, 0, 0, 0]]);
}
