import { parseAddress } from "../host/address-text.ts";
import { AF, ERRNO, SO, SOCK, SOL } from "../libc/constants.ts";
import { int32, LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import { systemLibc } from "../libc/koffi.ts";
import type { Libc } from "../libc/libc.ts";
import { capabilityRemedy, LinuxError } from "../libc/linux-error.ts";
import { destinationFilter } from "./packet-filter.ts";

/** linux/if_ether.h */
const ethernetIpv4 = 0x0800;
const ethernetIpv6 = 0x86dd;
/** `PACKET_STATISTICS`: two counters of 32 bits, set to zero when they are read. */
const statistics = 6;
const statisticsLength = 8;
const socketAddressLength = 20;

/**
 * Counts the packets that arrive on any interface but loopback for one prefix. It never reads them: once its small buffer is full the kernel drops
 * its copies and goes on counting, so that it costs a filter per packet and nothing else.
 */
export class PacketCounter {
  readonly #libc: Libc;
  #fd: number;

  private constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
  }

  /**
   * `address` is IPv4 or IPv6, `length` the bits that count, 0..32 or 0..128. Throws `LinuxError`, EPERM without CAP_NET_RAW, EINVAL for what is no
   * prefix.
   */
  static open(address: string, length: number, libc: Libc = systemLibc()): PacketCounter {
    const operation = `count the packets for ${address}/${length}`;
    const octets = parseAddress(address);
    if (octets === undefined || !Number.isInteger(length) || length < 0 || length > octets.length * 8)
      throw new LinuxError({ errno: ERRNO.EINVAL, operation, detail: "this is not an IP prefix" });
    // Protocol 0: nothing arrives before the filter is there.
    const fd = libc.socket(AF.packet, SOCK.datagram | SOCK.cloexec | SOCK.nonblock, 0);
    if (fd === -1) throw failure(libc.errno(), operation);
    const done =
      libc.setsockopt(fd, SOL.socket, SO.receiveBuffer, int32(0)) !== -1 &&
      libc.attachFilter(fd, destinationFilter(octets, length)) !== -1 &&
      libc.bind(fd, everyInterface(octets.length === 4 ? ethernetIpv4 : ethernetIpv6)) !== -1;
    if (!done) {
      const errno = libc.errno();
      libc.close(fd);
      throw failure(errno, operation);
    }
    return new PacketCounter(libc, fd);
  }

  /** How many have arrived since the last call. Throws `LinuxError` once closed. */
  take(): number {
    const counters = new Uint8Array(statisticsLength);
    if (this.#libc.getsockopt(this.#fd, SOL.packet, statistics, counters) === -1)
      throw failure(this.#libc.errno(), "read a packet counter");
    // Those that were dropped are in it.
    return viewOf(counters).getUint32(0, LITTLE_ENDIAN);
  }

  /** Closing twice is harmless. */
  close(): void {
    if (this.#fd !== -1) this.#libc.close(this.#fd);
    this.#fd = -1;
  }
}

/** `struct sockaddr_ll` of one protocol on every interface. */
function everyInterface(protocol: number): Uint8Array {
  const address = new Uint8Array(socketAddressLength);
  viewOf(address).setUint16(0, AF.packet, LITTLE_ENDIAN);
  viewOf(address).setUint16(2, protocol);
  return address;
}

function failure(errno: number, operation: string): LinuxError {
  return new LinuxError({
    errno,
    operation,
    ...(errno === ERRNO.EPERM ? { remedy: capabilityRemedy("CAP_NET_RAW") } : {}),
  });
}
