/** Keys of the TCP MD5 signature option (RFC 2385 §2.0): `struct tcp_md5sig` of linux/tcp.h. */
import { addressFamily, maskedBytes, parseAddress } from "../host/address-text.ts";
import { AF, ERRNO, SO, SOL, TCP } from "../libc/constants.ts";
import { LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import type { Libc } from "../libc/libc.ts";
import { LinuxError } from "../libc/linux-error.ts";
import { encodeSocketAddress, mappedToIpv6 } from "../libc/sockaddr.ts";
import type { PeerKey } from "./options.ts";

const STRUCT_LENGTH = 216;
const FLAGS_AT = 128;
const PREFIX_LENGTH_AT = 129;
const KEY_LENGTH_AT = 130;
const KEY_AT = 136;
const FLAG_PREFIX = 1;
const MAX_KEY = 80;

/**
 * `struct tcp_md5sig` for a socket of domain AF_INET or AF_INET6; an empty key removes the peer's. Throws RangeError for a
 * key over 80 bytes, an address that is none, or an IPv6 peer on an IPv4 socket. Pure.
 */
export function encodeMd5Signature(peer: PeerKey, socketDomain: number): Uint8Array {
  const key = typeof peer.key === "string" ? new TextEncoder().encode(peer.key) : peer.key;
  if (key.length > MAX_KEY)
    throw new RangeError(`an MD5 key holds at most ${MAX_KEY} bytes, and this one ${key.length}`);
  const family = addressFamily(peer.peer);
  const octets = parseAddress(peer.peer);
  if (family === undefined || octets === undefined) throw new RangeError(`"${peer.peer}" is not an address`);
  if (socketDomain === AF.inet && family === "ipv6") {
    throw new RangeError(`${peer.peer} is an IPv6 address, and the socket an IPv4 one`);
  }
  const bits = octets.length * 8;
  const { prefixLength } = peer;
  if (prefixLength !== undefined && !(Number.isInteger(prefixLength) && prefixLength >= 0 && prefixLength <= bits)) {
    throw new RangeError(`the prefix length ${prefixLength} is not from 0 to ${bits}`);
  }
  const network = prefixLength === undefined ? octets : maskedBytes(octets, prefixLength);
  const address = socketDomain === AF.inet6 && family === "ipv4" ? mappedToIpv6(network) : network;
  const bytes = new Uint8Array(STRUCT_LENGTH);
  bytes.set(encodeSocketAddress(address, 0));
  if (prefixLength !== undefined) {
    bytes[FLAGS_AT] = FLAG_PREFIX;
    // The kernel counts an IPv4-mapped prefix in bits of the IPv4 address.
    bytes[PREFIX_LENGTH_AT] = prefixLength;
  }
  viewOf(bytes).setUint16(KEY_LENGTH_AT, key.length, LITTLE_ENDIAN);
  bytes.set(key, KEY_AT);
  return bytes;
}

/** Sets, changes or (with an empty key) removes the key of a peer; takes effect at once. Throws `LinuxError`. */
export function setMd5Key(libc: Libc, fd: number, peer: PeerKey): void {
  const domain = new Uint8Array(4);
  libc.getsockopt(fd, SOL.socket, SO.domain, domain);
  const signature = encodeMd5Signature(peer, viewOf(domain).getInt32(0, LITTLE_ENDIAN));
  const name = peer.prefixLength === undefined ? TCP.md5Signature : TCP.md5SignatureExtended;
  if (libc.setsockopt(fd, SOL.tcp, name, signature) === 0) return;
  const errno = libc.errno();
  const removing = peer.key.length === 0;
  if (removing && errno === ERRNO.ENOENT) return;
  const remedy = md5Remedy(errno);
  throw new LinuxError({
    errno,
    operation: `${removing ? "remove" : "set"} the TCP MD5 key of ${peer.peer}`,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

const ENOMEM = 12;

function md5Remedy(errno: number): string | undefined {
  switch (errno) {
    case ERRNO.ENOPROTOOPT:
      return "this kernel was built without TCP MD5 signatures (CONFIG_TCP_MD5SIG)";
    case ENOMEM:
      return "one socket holds about 960 keys: raise net.core.optmem_max, or give peers of one subnet one key by prefix";
    default:
      return undefined;
  }
}
