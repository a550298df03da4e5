/** The formats that `vipcast decode` reads; each is the name of its flag. */
export const inputFormats = ["hex", "raw", "pcap", "mrt"] as const;
export type InputFormat = (typeof inputFormats)[number];

/** How the octets of a file are packed. Those that Node cannot unpack are recognised to say so. */
export type Packing = "none" | "gzip" | "bzip2" | "xz" | "zstd";

/** Enough octets for {@link detectFormat} and {@link detectPacking} to decide. */
export const detectionLength = 20;

const packings: readonly (readonly [Packing, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
];

const captures: readonly (readonly number[])[] = [
  [0xa1, 0xb2, 0xc3, 0xd4],
  [0xd4, 0xc3, 0xb2, 0xa1],
  [0xa1, 0xb2, 0x3c, 0x4d],
  [0x4d, 0x3c, 0xb2, 0xa1],
  [0x0a, 0x0d, 0x0d, 0x0a],
];

/** The packing that `head`, the first octets of the input, shows; "more" when they are too few to tell. */
export function detectPacking(head: Uint8Array, ended: boolean): Packing | "more" {
  for (const [packing, magic] of packings) {
    if (begins(head, magic)) return packing;
    if (!ended && head.length < magic.length && begins(Uint8Array.from(magic), [...head])) return "more";
  }
  return "none";
}

/**
 * The format that `head`, the first octets of the unpacked input, shows: captures have magic numbers, a message begins with its marker,
 * MRT with a record header of a registered type, and hexadecimal is text. "more" when they are too few to tell, null when it is none.
 */
export function detectFormat(head: Uint8Array, ended: boolean): InputFormat | "more" | null {
  if (captures.some((magic) => begins(head, magic))) return "pcap";
  if (head.length >= 16 && head.subarray(0, 16).every((octet) => octet === 0xff)) return "raw";
  if (head.length >= 12 && isMrtHeader(head)) return "mrt";
  if (head.length < detectionLength && !ended) return "more";
  if (head.length > 0 && head[0] === 0xff && head.length < 16) return "raw";
  return head.length > 0 && head.every(isText) ? "hex" : null;
}

function begins(octets: Uint8Array, magic: readonly number[]): boolean {
  return octets.length >= magic.length && magic.every((octet, at) => octets[at] === octet);
}

/** A registered type (RFC 6396 §4) and a length that a record can have. */
function isMrtHeader(head: Uint8Array): boolean {
  const type = (head[4]! << 8) | head[5]!;
  const registered = [11, 12, 13, 16, 17, 32, 33, 48, 49].includes(type);
  return registered && head[6] === 0 && head[7]! <= 12 && head[8] === 0;
}

function isText(octet: number): boolean {
  return (octet >= 0x20 && octet !== 0x7f) || (octet >= 0x09 && octet <= 0x0d);
}
