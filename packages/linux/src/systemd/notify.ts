/** What a service tells systemd, over the datagram socket that it was given (sd_notify(3)). Node has no datagrams on Unix sockets. */
import { AF, ERRNO, SOCK } from "../libc/constants.ts";
import { systemLibc } from "../libc/koffi.ts";
import type { Libc } from "../libc/libc.ts";
import { LinuxError } from "../libc/linux-error.ts";
import { encodeUnixAddress } from "../libc/sockaddr.ts";

/** MSG_DONTWAIT and MSG_NOSIGNAL of send(2). */
const sendFlags = 0x40 | 0x4000;

/** The assignments of one message, as `{ READY: 1, STATUS: "announcing" }`. */
export type ServiceState = Readonly<Record<string, string | number>>;

/** A way to the service manager. */
export interface ServiceNotifier {
  /**
   * Hands over one message; line breaks in values become spaces. Returns null, or what went wrong: a service manager that does not read must not
   * stop a service, so nothing throws and nothing waits.
   */
  send(state: ServiceState): LinuxError | null;
  /** Closes the socket. Idempotent. */
  close(): void;
}

/**
 * The notifier of this process: null when `NOTIFY_SOCKET` is not set in `environment`. It is an absolute path, or begins with `@` for an abstract
 * name; anything else is as if it were not set, as in systemd's own library.
 */
export function serviceNotifier(
  environment: Readonly<Record<string, string | undefined>>,
  libc?: Libc,
): ServiceNotifier | null {
  const path = environment.NOTIFY_SOCKET;
  const address = path !== undefined && /^[/@]./.test(path) ? encodeUnixAddress(path) : null;
  return address === null ? null : new DatagramNotifier(address, libc ?? systemLibc());
}

/**
 * Milliseconds within which the service manager wants to hear `WATCHDOG=1` from this process; null when it does not (sd_watchdog_enabled(3)).
 */
export function watchdogMs(environment: Readonly<Record<string, string | undefined>>, pid: number): number | null {
  const { WATCHDOG_USEC: microseconds = "", WATCHDOG_PID: meant } = environment;
  if (!/^[1-9]\d{0,15}$/.test(microseconds)) return null;
  if (meant !== undefined && meant !== String(pid)) return null;
  return Number(microseconds) / 1000;
}

class DatagramNotifier implements ServiceNotifier {
  readonly #address: Uint8Array;
  readonly #libc: Libc;
  #fd = -1;

  constructor(address: Uint8Array, libc: Libc) {
    this.#address = address;
    this.#libc = libc;
  }

  send(state: ServiceState): LinuxError | null {
    if (this.#fd === -1) this.#fd = this.#libc.socket(AF.unix, SOCK.datagram | SOCK.cloexec | SOCK.nonblock, 0);
    if (this.#fd === -1) return this.#error("open a socket to the service manager");
    const lines = Object.entries(state).map(([key, value]) => `${key}=${String(value).replace(/[\r\n]+/g, " ")}`);
    const bytes = new TextEncoder().encode(lines.join("\n"));
    for (let attempt = 0; attempt < 3; attempt++) {
      if (this.#libc.sendto(this.#fd, bytes, sendFlags, this.#address) !== -1) return null;
      if (this.#libc.errno() !== ERRNO.EINTR) break;
    }
    return this.#error("tell the service manager");
  }

  close(): void {
    if (this.#fd !== -1) this.#libc.close(this.#fd);
    this.#fd = -1;
  }

  #error(operation: string): LinuxError {
    return new LinuxError({ errno: this.#libc.errno(), operation });
  }
}
