import { parseAddress, zoneOf } from "../host/address-text.ts";
import { AF, ERRNO, IPPROTO, SOCK } from "../libc/constants.ts";
import { systemLibc } from "../libc/koffi.ts";
import type { Libc } from "../libc/libc.ts";
import { capabilityRemedy, LinuxError } from "../libc/linux-error.ts";
import { encodeSocketAddress } from "../libc/sockaddr.ts";
import { zoneIndex } from "../tcp/listen.ts";
import { encodeEchoRequest, isEchoReply } from "./echo.ts";

/** Random octets by which a reply is known to be ours. */
const PAYLOAD_OCTETS = 24;

/** How many packets are looked at before the event loop goes on. */
const PACKETS_PER_TURN = 64;

/** How {@link ping} asks. */
export interface PingOptions {
  /** Ends the wait: without it, an address that does not answer is waited for without end. */
  readonly signal?: AbortSignal;
}

/**
 * Sends one echo request and resolves with the milliseconds until the reply. Rejects with a `LinuxError` when it cannot be sent, with the signal's reason when that
 * comes first, and with a `RangeError` for text that is no address (a zone as in `fe80::1%eth0` is understood). The kernel's ping socket is used where
 * `net.ipv4.ping_group_range` allows it, else a raw one, which needs CAP_NET_RAW.
 */
export async function ping(address: string, { signal }: PingOptions = {}, libc: Libc = systemLibc()): Promise<number> {
  const octets = parseAddress(address);
  if (octets === undefined) throw new RangeError(`"${address}" is not an address`);
  signal?.throwIfAborted();
  const version = octets.length === 4 ? 4 : 6;
  const zone = zoneOf(address);
  const target = encodeSocketAddress(octets, 0, zone === "" ? 0 : zoneIndex(zone, libc));
  const { fd, raw } = openSocket(libc, version, address);
  // Not by node:crypto, which is loaded with whatever imports it: every start would pay for it.
  const payload = crypto.getRandomValues(new Uint8Array(PAYLOAD_OCTETS));
  const identifier = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
  let release = (): void => void libc.close(fd);
  try {
    if (libc.sendto(fd, encodeEchoRequest(version, identifier, 1, payload), 0, target) === -1)
      throw new LinuxError({ errno: libc.errno(), operation: `send an echo request to ${address}` });
    const sentAt = performance.now();
    return await new Promise<number>((resolve, reject) => {
      const buffer = new Uint8Array(2048);
      const onAbort = (): void => reject(signal?.reason);
      const watch = libc.poll(fd, () => {
        // A raw socket hears every ICMP packet of the host: whatever is left of a flood waits for the next turn.
        for (let packets = 0; packets < PACKETS_PER_TURN; packets++) {
          const length = libc.recv(fd, buffer, 0);
          if (length === -1) {
            const errno = libc.errno();
            if (errno === ERRNO.EINTR) continue;
            if (errno !== ERRNO.EAGAIN)
              reject(new LinuxError({ errno, operation: `wait for an echo reply of ${address}` }));
            return;
          }
          if (isEchoReply(version, raw, buffer.subarray(0, length), payload)) {
            resolve(performance.now() - sentAt);
            return;
          }
        }
      });
      release = () => {
        signal?.removeEventListener("abort", onAbort);
        watch.close();
        libc.close(fd);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  } finally {
    release();
  }
}

function openSocket(libc: Libc, version: 4 | 6, address: string): { readonly fd: number; readonly raw: boolean } {
  const [domain, protocol] = version === 4 ? [AF.inet, IPPROTO.icmp] : [AF.inet6, IPPROTO.icmpv6];
  const flags = SOCK.nonblock | SOCK.cloexec;
  let fd = libc.socket(domain, SOCK.datagram | flags, protocol);
  if (fd !== -1) return { fd, raw: false };
  fd = libc.socket(domain, SOCK.raw | flags, protocol);
  if (fd !== -1) return { fd, raw: true };
  const errno = libc.errno();
  const remedy =
    errno === ERRNO.EPERM
      ? `set the sysctl net.ipv4.ping_group_range to "0 2147483647"; otherwise ${capabilityRemedy("CAP_NET_RAW")}`
      : undefined;
  throw new LinuxError({
    errno,
    operation: `open a socket to ping ${address}`,
    ...(remedy === undefined ? {} : { remedy }),
  });
}
