/** Listening TCP sockets with the options routing protocols need. */
import { once } from "node:events";
import { createServer, isIP, type Server, type Socket } from "node:net";
import { addressFamily, parseAddress, zoneOf } from "../host/address-text.ts";
import { IPV6, SO, SOL } from "../libc/constants.ts";
import { int32 } from "../libc/host-order.ts";
import { systemLibc } from "../libc/koffi.ts";
import type { Libc } from "../libc/libc.ts";
import type { LinuxError } from "../libc/linux-error.ts";
import { encodeSocketAddress } from "../libc/sockaddr.ts";
import { Rtnetlink } from "../netlink/rtnetlink.ts";
import type { AddressFamily } from "../netlink/types.ts";
import { listenOnDescriptor, prepareSocket } from "./adopt.ts";
import { setMd5Key } from "./md5.ts";
import type { ListenOptions } from "./options.ts";
import {
  baseOptions,
  inRange,
  minimumTtlOptions,
  type SocketOption,
  setSocketOptions,
  socketError,
} from "./socket-options.ts";

/** Bounded further by the kernel's `somaxconn`. A connection without room waits a second before it is tried again; after a restart all peers come at once. */
const DEFAULT_BACKLOG = 4096;

/**
 * Listens and resolves when connections are accepted, each given to `onConnection`. Rejects with `LinuxError` (EADDRINUSE;
 * EACCES names CAP_NET_BIND_SERVICE for ports below 1024) and with RangeError for a value out of range or a host that is
 * not an address literal. Without special options this is `net.createServer`, and works on any platform.
 */
export async function listen(
  options: ListenOptions,
  onConnection: (socket: Socket) => void,
  libc?: Libc,
): Promise<Server> {
  if (isIP(options.host) === 0) throw new RangeError(`"${options.host}" is not an address`);
  inRange("port", options.port, 0, 65535);
  const server = createServer(onConnection);
  const backlog = options.backlog ?? DEFAULT_BACKLOG;
  const ipv6Only = options.ipv6Only ?? true;
  if (needsPreparation(options)) {
    listenOnDescriptor(server, prepareListener(options, ipv6Only, libc ?? systemLibc()), backlog);
  } else {
    server.listen({ host: options.host, port: options.port, ipv6Only, backlog, exclusive: true });
  }
  try {
    await once(server, "listening");
  } catch (error) {
    throw listenError(error, options);
  }
  return server;
}

function needsPreparation(options: ListenOptions): boolean {
  return (
    options.md5Keys !== undefined ||
    options.ttlSecurityHops !== undefined ||
    options.ttl !== undefined ||
    options.trafficClass !== undefined ||
    options.device !== undefined ||
    options.userTimeoutMs !== undefined ||
    options.reusePort === true
  );
}

function prepareListener(options: ListenOptions, ipv6Only: boolean, libc: Libc): number {
  const family: AddressFamily = addressFamily(options.host) ?? "ipv4";
  const families: readonly AddressFamily[] = family === "ipv6" && !ipv6Only ? ["ipv6", "ipv4"] : [family];
  const hops = options.ttlSecurityHops;
  const settings: SocketOption[] = [
    { what: "set SO_REUSEADDR", level: SOL.socket, name: SO.reuseAddr, value: int32(1) },
    ...(options.reusePort === true
      ? [{ what: "set SO_REUSEPORT", level: SOL.socket, name: SO.reusePort, value: int32(1) }]
      : []),
    ...(family === "ipv6"
      ? [{ what: "set IPV6_V6ONLY", level: SOL.ipv6, name: IPV6.v6Only, value: int32(ipv6Only ? 1 : 0) }]
      : []),
    ...baseOptions(options, families),
    // Accepted sockets inherit it, so that not even a handshake is answered from too far away.
    ...(hops === undefined ? [] : minimumTtlOptions(hops, families)),
  ];
  return prepareSocket(libc, family, (fd) => {
    setSocketOptions(libc, fd, settings);
    for (const key of options.md5Keys ?? []) setMd5Key(libc, fd, key);
    if (libc.bind(fd, localAddress(options, libc)) === -1) throw bindError(libc.errno(), options);
  });
}

function localAddress(options: ListenOptions, libc: Libc): Uint8Array {
  const zone = zoneOf(options.host);
  return encodeSocketAddress(parseAddress(options.host)!, options.port, zone === "" ? 0 : zoneIndex(zone, libc));
}

/** The index of the interface that the zone of an address names; 0 when there is none. */
export function zoneIndex(zone: string, libc: Libc): number {
  if (/^[0-9]+$/.test(zone)) return Number(zone);
  const rtnetlink = new Rtnetlink({ libc });
  try {
    return rtnetlink.interfaceIndex(zone);
  } finally {
    rtnetlink.close();
  }
}

function bindError(errno: number, options: ListenOptions): LinuxError {
  return socketError(errno, `listen on ${options.host} port ${options.port}`, "CAP_NET_BIND_SERVICE");
}

function listenError(error: unknown, options: ListenOptions): unknown {
  if (!(error instanceof Error) || !("errno" in error) || typeof error.errno !== "number") return error;
  return bindError(Math.abs(error.errno), options);
}
