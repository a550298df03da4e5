import type { Prefix } from "../codec/nlri/prefix.ts";
import { Family } from "../iana/afi-safi.ts";

/** A destination as a map key. Numbers for IPv4 unicast (they hash and compare fastest), strings for everything else. */
export type PrefixKey = number | string;

/** The key of a destination, its path identifier left out: equal exactly when family, route distinguisher, length and significant bits are. */
export function prefixKey(prefix: Prefix): PrefixKey {
  const { bytes } = prefix;
  if (prefix.family === Family.Ipv4Unicast) {
    const address = (bytes[0] ?? 0) * 0x100_0000 + (((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));
    return address * 64 + prefix.lengthBits;
  }
  let key = String.fromCharCode(prefix.family >>> 16, prefix.family & 0xffff, prefix.lengthBits);
  // RFC 4364 §4.1: the route distinguisher makes equal addresses of two VPNs different destinations; labels do not.
  if (prefix.rd !== undefined) for (const byte of prefix.rd) key += String.fromCharCode(byte);
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}

/** The key of one path to a destination (RFC 7911 §2): the destination's own where the session carries no path identifier. */
export function pathKey(prefix: Prefix): PrefixKey {
  const key = prefixKey(prefix);
  return prefix.pathId === -1 ? key : `${prefix.pathId}:${key}`;
}
