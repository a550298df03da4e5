/** One packet of a capture. Its octets, `bytes[start, end)`, are borrowed until the next push. */
export interface Packet {
  /** From 1. */
  readonly frame: number;
  readonly time: string;
  /** Seconds since 1970, with fraction, for telling how long ago something was. */
  readonly seconds: number;
  /** What its first octets are: https://www.tcpdump.org/linktypes.html */
  readonly linkType: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** A packet, or what is wrong: after a fault nothing more can be read from the file. */
export type PacketOrFault = Packet | { readonly fault: string };

/** A reader of one of the two file formats. */
export interface PacketReader {
  push(chunk: Uint8Array): Iterable<PacketOrFault>;
  /** What is wrong with the end of the file, or null. */
  end(): string | null;
}

/** More octets than any packet or block has that carries BGP: a length beyond it is broken. */
export const maxPacketLength: number = 1 << 20;

/** Unsigned 16-bit integer at `at`; the caller has checked the bounds. */
export function u16(bytes: Uint8Array, at: number, littleEndian = false): number {
  return littleEndian ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Unsigned 32-bit integer at `at`; the caller has checked the bounds. */
export function u32(bytes: Uint8Array, at: number, littleEndian = false): number {
  const first = u16(bytes, at, littleEndian);
  const second = u16(bytes, at + 2, littleEndian);
  return littleEndian ? second * 65536 + first : first * 65536 + second;
}
