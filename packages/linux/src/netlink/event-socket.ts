/**
 * The kernel's announcements of what changes, as messages from the event loop. The descriptor is polled by libuv through
 * the FFI's public `poll`; node:net refuses netlink descriptors unless one reaches into its internals.
 *
 * An overflow (ENOBUFS) loses messages and makes libuv stop polling (POLLERR), so the socket is opened anew; the new one is
 * bound before the listener hears `resync`, so a dump taken then misses nothing. While no socket can be had, `resync` comes
 * with every attempt: whoever listens then works by polling, not by hope.
 */
import { ERRNO, SOCK } from "../libc/constants.ts";
import type { Libc, PollHandle } from "../libc/libc.ts";
import { errnoName, LinuxError } from "../libc/linux-error.ts";
import { forEachMessage, type NetlinkMessage } from "./message.ts";
import { openNetlink } from "./netlink-socket.ts";

const BUFFER_BYTES = 64 * 1024;
const REOPEN_MS = 1000;
/** Datagrams taken per turn of the event loop, so that a burst does not starve timers and sessions. */
const DATAGRAMS_PER_TURN = 256;

/** What an `EventSocket` reports. */
export interface EventHandler {
  message(message: NetlinkMessage): void;
  /** Messages may have been lost. */
  resync(reason: string): void;
}

/** How an `EventSocket` listens. */
export interface EventSocketOptions {
  /** Bits of `nl_groups`. */
  readonly groups: number;
  readonly receiveBufferBytes: number;
  readonly keepAlive: boolean;
  /** What to let through, see `Libc.attachFilter`; null for everything. */
  readonly filter: Uint8Array | null;
}

/** A watch on rtnetlink's multicast groups, running from construction (which throws `LinuxError`) until `close`. */
export class EventSocket {
  readonly #libc: Libc;
  readonly #options: EventSocketOptions;
  readonly #handler: EventHandler;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #fd = -1;
  #poll: PollHandle | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(libc: Libc, options: EventSocketOptions, handler: EventHandler) {
    this.#libc = libc;
    this.#options = options;
    this.#handler = handler;
    this.#open();
  }

  #open(): void {
    const { groups, receiveBufferBytes, filter } = this.#options;
    this.#fd = openNetlink(this.#libc, SOCK.nonblock, groups, receiveBufferBytes, filter);
    this.#poll = this.#libc.poll(this.#fd, () => this.#drain());
    if (!this.#options.keepAlive) this.#poll.unref();
  }

  #drain(): void {
    for (let count = 0; count < DATAGRAMS_PER_TURN && !this.#closed; count++) {
      const length = this.#libc.recv(this.#fd, this.#buffer, 0);
      if (length === -1) {
        const errno = this.#libc.errno();
        if (errno === ERRNO.EINTR) continue;
        if (errno !== ERRNO.EAGAIN) this.#reopen(errno);
        return;
      }
      forEachMessage(this.#buffer.subarray(0, length), (message) => {
        if (!this.#closed) this.#deliver(() => this.#handler.message(message));
      });
    }
  }

  #reopen(errno: number): void {
    this.#release();
    const cause =
      errno === ERRNO.ENOBUFS
        ? "the kernel's event queue overflowed"
        : `the event socket failed with ${errnoName(errno)}`;
    this.#reopenBecause(cause);
  }

  #reopenBecause(cause: string): void {
    let reason = cause;
    try {
      this.#open();
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
      reason = `${cause}, and cannot be watched: ${error.message}`;
      this.#retry = setTimeout(() => this.#reopenBecause(cause), REOPEN_MS);
      if (!this.#options.keepAlive) this.#retry.unref();
    }
    this.#deliver(() => this.#handler.resync(reason));
  }

  // A listener that throws is its owner's bug: it surfaces as an uncaught exception, and the watch goes on.
  #deliver(call: () => void): void {
    try {
      call();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #release(): void {
    this.#poll?.close();
    this.#poll = undefined;
    if (this.#fd !== -1) this.#libc.close(this.#fd);
    this.#fd = -1;
  }

  /** Stops; nothing is delivered afterwards. Closing twice is harmless. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#release();
  }
}
