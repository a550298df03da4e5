import { formatAddress, parseAddress } from "../../bytes/address.ts";
import { copyOctets } from "../../bytes/slab.ts";
import { afiOf, Family } from "../../iana/afi-safi.ts";
import { formatRouteDistinguisher } from "./route-distinguisher.ts";

/** A route's destination as a value. `bytes` holds `ceil(lengthBits / 8)` octets; bits past the length are zero. */
export interface Prefix {
  readonly family: Family;
  /** 0..32 or 0..128. */
  readonly lengthBits: number;
  readonly bytes: Uint8Array;
  /** RFC 7911 path identifier, or -1 where the session carries none. */
  readonly pathId: number;
  /** The label stack of a labelled or VPN route, each 0..1048575, top first (RFC 8277 §2); absent where it is withdrawn. */
  readonly labels?: readonly number[];
  /** The eight octets of a VPN route's route distinguisher (RFC 4364 §4.2). */
  readonly rd?: Uint8Array;
}

/**
 * The prefix written as `192.0.2.0/24` or `2001:db8::/32`, as a unicast prefix without path identifier. Strict: the length
 * must be there and no bit past it may be set; anything else gives undefined. Accepts every RFC 4291 §2.2 form of IPv6.
 */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf("/");
  if (slash < 0 || !/^(0|[1-9][0-9]{0,2})$/.test(text.slice(slash + 1))) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const lengthBits = Number(text.slice(slash + 1));
  if (address === undefined || lengthBits > address.length * 8) return undefined;
  const octets = (lengthBits + 7) >> 3;
  for (let i = lengthBits >> 3; i < address.length; i++) {
    if ((address[i]! & hostBits(lengthBits, i)) !== 0) return undefined;
  }
  const family = address.length === 4 ? Family.Ipv4Unicast : Family.Ipv6Unicast;
  return { family, lengthBits, bytes: address.slice(0, octets), pathId: -1 };
}

/** Which bits of octet `index` lie past the first `lengthBits` bits. */
function hostBits(lengthBits: number, index: number): number {
  const bits = lengthBits - 8 * index;
  return bits <= 0 ? 0xff : bits >= 8 ? 0 : 0xff >> bits;
}

/**
 * Text of a prefix of an IPv4 or IPv6 family, without its path identifier and labels; that of a VPN route as
 * `65000:1:10.0.0.0/8`. Addresses as {@link formatAddress} writes them.
 */
export function formatPrefix(prefix: Prefix): string {
  const text = formatPrefixAt(prefix.bytes, 0, prefix.lengthBits, addressLength(prefix.family));
  return prefix.rd === undefined ? text : `${formatRouteDistinguisher(prefix.rd)}:${text}`;
}

/** Octets of an address of the family: 4 where the AFI is IPv4, else 16. */
export function addressLength(family: Family): 4 | 16 {
  return afiOf(family) === 1 ? 4 : 16;
}

/** Text of a prefix whose significant octets are at `offset`; bits past the length are ignored (RFC 4271 §4.3). */
export function formatPrefixAt(bytes: Uint8Array, offset: number, lengthBits: number, length: 4 | 16): string {
  const address = new Uint8Array(length);
  copyPrefixBits(bytes, offset, lengthBits, address);
  return `${formatAddress(address, 0, length)}/${lengthBits}`;
}

/** A copy of the octets that `lengthBits` bits need, without the irrelevant bits of the last one. */
export function copyPrefix(source: Uint8Array, offset: number, lengthBits: number): Uint8Array {
  const bytes = copyOctets(source, offset, offset + ((lengthBits + 7) >> 3));
  const spare = lengthBits & 7;
  if (spare !== 0) bytes[bytes.length - 1]! &= 0xff << (8 - spare);
  return bytes;
}

/** Copies `lengthBits` bits into `into`, which is zero, leaving out the irrelevant bits of the last octet. */
export function copyPrefixBits(bytes: Uint8Array, offset: number, lengthBits: number, into: Uint8Array): void {
  const octets = (lengthBits + 7) >> 3;
  for (let i = 0; i < octets; i++) into[i] = bytes[offset + i]!;
  if ((lengthBits & 7) !== 0) into[octets - 1]! &= 0xff << (8 - (lengthBits & 7));
}
