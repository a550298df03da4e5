/**
 * Sockets whose options must be set before node:net would let us: made through the C library, then handed over. The one
 * file that relies on how node:net takes over a descriptor.
 */
import { type Server, Socket } from "node:net";
import { AF, SOCK } from "../libc/constants.ts";
import type { Libc } from "../libc/libc.ts";
import type { AddressFamily } from "../netlink/types.ts";
import { socketError } from "./socket-options.ts";

/**
 * Makes a TCP socket, lets `prepare` set its options, and returns the descriptor; it is closed again when `prepare` throws.
 */
export function prepareSocket(libc: Libc, family: AddressFamily, prepare: (fd: number) => void): number {
  const domain = family === "ipv4" ? AF.inet : AF.inet6;
  const fd = libc.socket(domain, SOCK.stream | SOCK.cloexec | SOCK.nonblock, 0);
  if (fd === -1) throw socketError(libc.errno(), "open a TCP socket", "CAP_NET_RAW");
  try {
    prepare(fd);
  } catch (error) {
    libc.close(fd);
    throw error;
  }
  return fd;
}

/** An unconnected socket that owns the descriptor. Without `manualStart` Node reads at once and gets ENOTCONN. */
export function socketFromDescriptor(fd: number): Socket {
  return new Socket({ fd, manualStart: true, readable: true, writable: true } as ConstructorParameters<
    typeof Socket
  >[0]);
}

/** Makes the server listen on a bound descriptor, which it then owns. */
export function listenOnDescriptor(server: Server, fd: number, backlog: number): void {
  server.listen({ fd, backlog });
}
