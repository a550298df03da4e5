/** `struct sockaddr_in`, `sockaddr_in6` and `sockaddr_un`. Pure. */
import { AF } from "./constants.ts";
import { LITTLE_ENDIAN, viewOf } from "./host-order.ts";

const SIN_LENGTH = 16;
const SIN6_LENGTH = 28;

/** A socket address of 4 or 16 octets; `scopeId` is the interface index of an IPv6 link-local address. */
export function encodeSocketAddress(octets: Uint8Array, port: number, scopeId = 0): Uint8Array {
  const bytes = new Uint8Array(octets.length === 4 ? SIN_LENGTH : SIN6_LENGTH);
  const view = viewOf(bytes);
  view.setUint16(2, port);
  if (octets.length === 4) {
    view.setUint16(0, AF.inet, LITTLE_ENDIAN);
    bytes.set(octets, 4);
  } else {
    view.setUint16(0, AF.inet6, LITTLE_ENDIAN);
    bytes.set(octets, 8);
    view.setUint32(24, scopeId, LITTLE_ENDIAN);
  }
  return bytes;
}

/** The IPv4-mapped IPv6 form of four octets (RFC 4291 §2.5.5.2). */
export function mappedToIpv6(octets: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([0xff, 0xff], 10);
  bytes.set(octets, 12);
  return bytes;
}

/** Room for a path in `struct sockaddr_un`, with the octet that ends it. */
const SUN_PATH_LENGTH = 108;

/** The address of a Unix socket; one that begins with `@` is an abstract name (unix(7)). Null when it is too long or has a zero octet. */
export function encodeUnixAddress(path: string): Uint8Array | null {
  const octets = new TextEncoder().encode(path);
  const abstract = path.startsWith("@");
  if (octets.length > SUN_PATH_LENGTH - (abstract ? 0 : 1) || octets.includes(0)) return null;
  // A path ends with a zero octet; the length alone ends an abstract name.
  const bytes = new Uint8Array(2 + octets.length + (abstract ? 0 : 1));
  viewOf(bytes).setUint16(0, AF.unix, LITTLE_ENDIAN);
  bytes.set(octets, 2);
  if (abstract) bytes[2] = 0;
  return bytes;
}
