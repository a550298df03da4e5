/** Making NETLINK_ROUTE sockets, shared by the one that asks and the one that listens. */
import { AF, ERRNO, SO, SOCK, SOL } from "../libc/constants.ts";
import { int32, LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import type { Libc } from "../libc/libc.ts";
import { capabilityRemedy, LinuxError } from "../libc/linux-error.ts";

const NETLINK_ROUTE = 0;

/**
 * Opens and binds a NETLINK_ROUTE socket; throws `LinuxError`. `groups` are bits of `nl_groups`. `filter` spares work and is not relied
 * upon: a kernel without it delivers more.
 */
export function openNetlink(
  libc: Libc,
  extraType: number,
  groups: number,
  receiveBufferBytes: number,
  filter: Uint8Array | null = null,
): number {
  const operation = "open a netlink socket";
  const fd = libc.socket(AF.netlink, SOCK.raw | SOCK.cloexec | extraType, NETLINK_ROUTE);
  if (fd === -1) throw netlinkError(libc.errno(), operation, "");
  // Before the bind: the first event may follow at once.
  if (receiveBufferBytes > 0) setReceiveBuffer(libc, fd, receiveBufferBytes);
  if (filter !== null) libc.attachFilter(fd, filter);
  const address = new Uint8Array(12);
  viewOf(address).setUint16(0, AF.netlink, LITTLE_ENDIAN);
  viewOf(address).setUint32(8, groups, LITTLE_ENDIAN);
  if (libc.bind(fd, address) === -1) {
    const errno = libc.errno();
    libc.close(fd);
    throw netlinkError(errno, operation, "");
  }
  return fd;
}

// SO_RCVBUFFORCE needs CAP_NET_ADMIN in the initial user namespace; SO_RCVBUF is cut at net.core.rmem_max.
function setReceiveBuffer(libc: Libc, fd: number, bytes: number): void {
  if (libc.setsockopt(fd, SOL.socket, SO.receiveBufferForce, int32(bytes)) === -1) {
    libc.setsockopt(fd, SOL.socket, SO.receiveBuffer, int32(bytes));
  }
}

/** A kernel refusal over netlink, with the remedy where there is one. */
export function netlinkError(errno: number, operation: string, detail: string): LinuxError {
  const remedy = netlinkRemedy(errno);
  return new LinuxError({ errno, operation, detail, ...(remedy === undefined ? {} : { remedy }) });
}

function netlinkRemedy(errno: number): string | undefined {
  switch (errno) {
    case ERRNO.EPERM:
      return capabilityRemedy("CAP_NET_ADMIN");
    // A missing capability is always EPERM here; this is net/ipv6/addrconf.c on an interface with disable_ipv6.
    case ERRNO.EACCES:
      return "set the sysctl net.ipv6.conf.<interface>.disable_ipv6 to 0, or leave the IPv6 address out";
    default:
      return undefined;
  }
}
