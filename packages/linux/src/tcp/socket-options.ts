/** From options in words to setsockopt calls. */
import { ERRNO, IP, IPV6, SO, SOL, TCP } from "../libc/constants.ts";
import { int32, LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import type { Libc } from "../libc/libc.ts";
import { capabilityRemedy, LinuxError } from "../libc/linux-error.ts";
import type { AddressFamily } from "../netlink/types.ts";
import type { TcpOptions } from "./options.ts";

/** One setsockopt call. */
export interface SocketOption {
  readonly what: string;
  readonly level: number;
  readonly name: number;
  readonly value: Uint8Array;
}

/** RFC 5082 §3: what GTSM sends with, so that each hop can be counted. */
const GTSM_TTL = 255;

/** The options in force before a connection exists, MD5 apart. Throws RangeError for a value out of range. */
export function baseOptions(options: TcpOptions, families: readonly AddressFamily[]): SocketOption[] {
  if (options.ttl !== undefined && options.ttlSecurityHops !== undefined) {
    throw new RangeError("ttl and ttlSecurityHops exclude each other: GTSM always sends with TTL 255");
  }
  const result: SocketOption[] = [];
  const ttl = options.ttlSecurityHops === undefined ? options.ttl : GTSM_TTL;
  if (ttl !== undefined) {
    inRange("ttl", ttl, 1, 255);
    for (const family of families) result.push(ttlOption(family, ttl));
  }
  if (options.trafficClass !== undefined) {
    inRange("trafficClass", options.trafficClass, 0, 255);
    for (const family of families) result.push(trafficClassOption(family, options.trafficClass));
  }
  if (options.device !== undefined) {
    const name = new TextEncoder().encode(`${options.device}\0`);
    if (name.length < 2 || name.length > 16) throw new RangeError(`"${options.device}" is not an interface name`);
    result.push({ what: `bind to device ${options.device}`, level: SOL.socket, name: SO.bindToDevice, value: name });
  }
  if (options.userTimeoutMs !== undefined) {
    inRange("userTimeoutMs", options.userTimeoutMs, 0, 0x7fffffff);
    result.push({
      what: `set TCP_USER_TIMEOUT to ${options.userTimeoutMs} ms`,
      level: SOL.tcp,
      name: TCP.userTimeout,
      value: int32(options.userTimeoutMs),
    });
  }
  return result;
}

/** GTSM's filter on what arrives: the minimum TTL for a peer at most `hops` away (RFC 5082 §3). */
export function minimumTtlOptions(hops: number, families: readonly AddressFamily[]): SocketOption[] {
  inRange("ttlSecurityHops", hops, 1, 254);
  const least = GTSM_TTL - hops + 1;
  return families.map((family) => ({
    what: `drop packets with a TTL below ${least}`,
    level: family === "ipv4" ? SOL.ip : SOL.ipv6,
    name: family === "ipv4" ? IP.minTtl : IPV6.minHopCount,
    value: int32(least),
  }));
}

function ttlOption(family: AddressFamily, ttl: number): SocketOption {
  return {
    what: `set the TTL to ${ttl}`,
    level: family === "ipv4" ? SOL.ip : SOL.ipv6,
    name: family === "ipv4" ? IP.ttl : IPV6.unicastHops,
    value: int32(ttl),
  };
}

function trafficClassOption(family: AddressFamily, value: number): SocketOption {
  return {
    what: `set the traffic class to ${value}`,
    level: family === "ipv4" ? SOL.ip : SOL.ipv6,
    name: family === "ipv4" ? IP.tos : IPV6.trafficClass,
    value: int32(value),
  };
}

export function inRange(what: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new RangeError(`${what} is ${value}, and must be a whole number from ${low} to ${high}`);
}

/** Applies options in order; throws `LinuxError` at the first that the kernel refuses. */
export function setSocketOptions(libc: Libc, fd: number, options: readonly SocketOption[]): void {
  for (const option of options) {
    if (libc.setsockopt(fd, option.level, option.name, option.value) === 0) continue;
    throw socketError(libc.errno(), option.what, "CAP_NET_RAW");
  }
}

/** A refusal of the socket layer; `capability` is what a permission error would be about. */
export function socketError(
  errno: number,
  operation: string,
  capability: "CAP_NET_RAW" | "CAP_NET_BIND_SERVICE",
): LinuxError {
  const remedy = socketRemedy(errno, capability);
  return new LinuxError({ errno, operation, ...(remedy === undefined ? {} : { remedy }) });
}

function socketRemedy(errno: number, capability: "CAP_NET_RAW" | "CAP_NET_BIND_SERVICE"): string | undefined {
  switch (errno) {
    case ERRNO.EPERM:
    case ERRNO.EACCES:
      return capabilityRemedy(capability);
    case ERRNO.EADDRINUSE:
      return "another program listens there: stop it, or choose another address or port";
    case ERRNO.EADDRNOTAVAIL:
      return "the address is not on this host";
    default:
      return undefined;
  }
}

/** The families a socket carries: an IPv6 one may carry both. */
export function familiesOf(libc: Libc, fd: number): readonly AddressFamily[] {
  const AF_INET = 2;
  return readOption(libc, fd, SOL.socket, SO.domain) === AF_INET ? ["ipv4"] : ["ipv6", "ipv4"];
}

function readOption(libc: Libc, fd: number, level: number, name: number): number {
  const value = new Uint8Array(4);
  return libc.getsockopt(fd, level, name, value) === -1 ? -1 : viewOf(value).getInt32(0, LITTLE_ENDIAN);
}
