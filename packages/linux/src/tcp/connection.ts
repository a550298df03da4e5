/** What can be asked of, and set on, sockets and listeners that are already open. */
import type { Server, Socket } from "node:net";
import { ERRNO, IOCTL } from "../libc/constants.ts";
import { LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import { systemLibc } from "../libc/koffi.ts";
import type { Libc } from "../libc/libc.ts";
import { LinuxError } from "../libc/linux-error.ts";
import { descriptorOf } from "./handle-fd.ts";
import { setMd5Key } from "./md5.ts";
import type { PeerKey, TcpOptions } from "./options.ts";
import { baseOptions, familiesOf, minimumTtlOptions, setSocketOptions } from "./socket-options.ts";

/**
 * Sets options on a connection that exists, as on one that a listener accepted before its peer was known. The MD5 key
 * cannot be among them: it must be on the listener. GTSM filters from now on; what is queued already has been let in. Throws `LinuxError`, EBADF when the socket is closed.
 */
export function applyTcpOptions(socket: Socket, options: Omit<TcpOptions, "md5Key">, libc: Libc = systemLibc()): void {
  const fd = openDescriptor(socket, "set socket options");
  const families = familiesOf(libc, fd);
  const settings = baseOptions(options, families);
  const filter = options.ttlSecurityHops === undefined ? [] : minimumTtlOptions(options.ttlSecurityHops, families);
  setSocketOptions(libc, fd, [...settings, ...filter]);
}

/**
 * Adds, changes or (with an empty key) removes the RFC 2385 key of one peer, live. On a listener: connections that exist keep the key
 * they were made with. On a connection: its next segment is signed with the new key, and so must the peer's be; it stays up when
 * both ends change before either gives it up, because TCP repeats what was dropped meanwhile. Throws `LinuxError`, EBADF when
 * it is closed, and RangeError for a bad key.
 */
export function setPeerKey(owner: Server | Socket, key: PeerKey, libc: Libc = systemLibc()): void {
  setMd5Key(libc, openDescriptor(owner, `set the TCP MD5 key of ${key.peer}`), key);
}

/**
 * Bytes given to the socket that the peer has not acknowledged: those still in this process and those in the kernel
 * (SIOCOUTQ). 0 means that everything has arrived at the peer's TCP; also 0 once the socket is closed. Above 0 it is an upper
 * bound: what the kernel has taken of a chunk that Node is still writing counts twice.
 */
export function unsentBytes(socket: Socket, libc: Libc = systemLibc()): number {
  const fd = descriptorOf(socket);
  if (fd === undefined) return 0;
  const queued = new Uint8Array(4);
  const kernel = libc.ioctl(fd, IOCTL.sendQueue, queued) === -1 ? 0 : viewOf(queued).getInt32(0, LITTLE_ENDIAN);
  return socket.writableLength + kernel;
}

function openDescriptor(owner: Socket | Server, operation: string): number {
  const fd = descriptorOf(owner);
  if (fd !== undefined) return fd;
  throw new LinuxError({ errno: ERRNO.EBADF, operation, detail: "it is closed" });
}
