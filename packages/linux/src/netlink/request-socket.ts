/**
 * Questions to the kernel, answered before the call returns: rtnetlink runs a request inside `send`, so the answer is in the
 * socket's queue by then, and one blocking `recv` costs microseconds where a trip through the event loop costs more.
 */
import { ERRNO, SO, SOL } from "../libc/constants.ts";
import { int32, LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import type { Libc } from "../libc/libc.ts";
import { LinuxError } from "../libc/linux-error.ts";
import { NLM_F, NLMSG, SOL_NETLINK_OPTION } from "./constants.ts";
import { decodeAcknowledgement, decodeDone, forEachMessage, type NetlinkMessage } from "./message.ts";
import { netlinkError, openNetlink } from "./netlink-socket.ts";

const BUFFER_BYTES = 256 * 1024;
const ANSWER_SECONDS = 5;
const DUMP_ATTEMPTS = 20;

/** Builds a request that carries the given sequence number. */
export type RequestBuilder = (sequence: number) => Uint8Array;

/** A NETLINK_ROUTE socket for requests and dumps. Opened at the first use; every failure is a thrown `LinuxError`. */
export class RequestSocket {
  readonly #libc: () => Libc;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #fd = -1;
  #sequence = 0;
  #closed = false;

  constructor(libc: () => Libc) {
    this.#libc = libc;
  }

  /** The descriptor, for ioctls that any socket answers. */
  descriptor(): number {
    if (this.#closed) {
      throw new LinuxError({ errno: ERRNO.EBADF, operation: "use the netlink socket", detail: "it has been closed" });
    }
    if (this.#fd === -1) this.#fd = this.#open();
    return this.#fd;
  }

  #open(): number {
    const libc = this.#libc();
    const fd = openNetlink(libc, 0, 0, 0);
    const timeout = new Uint8Array(16);
    viewOf(timeout).setBigInt64(0, BigInt(ANSWER_SECONDS), LITTLE_ENDIAN);
    libc.setsockopt(fd, SOL.socket, SO.receiveTimeout, timeout);
    // Each of these is missing in some kernel; without them answers only say less.
    libc.setsockopt(fd, SOL.netlink, SOL_NETLINK_OPTION.extAck, int32(1));
    libc.setsockopt(fd, SOL.netlink, SOL_NETLINK_OPTION.capAck, int32(1));
    libc.setsockopt(fd, SOL.netlink, SOL_NETLINK_OPTION.strictCheck, int32(1));
    return fd;
  }

  /** Sends a request that asks for an acknowledgement and waits for it. */
  request(operation: string, build: RequestBuilder): void {
    const sequence = this.#send(operation, build);
    let answered = false;
    while (!answered) {
      this.#receive(operation, sequence, (message) => {
        if (message.type !== NLMSG.error) return;
        answered = true;
        const { errno, text } = decodeAcknowledgement(message);
        if (errno !== 0) throw netlinkError(errno, operation, text);
      });
    }
  }

  /**
   * Collects every message of a dump. One that the kernel marks as interrupted by a change (NLM_F_DUMP_INTR) may have
   * missed or doubled entries and is asked again; throws EAGAIN after twenty attempts.
   */
  dump<T>(operation: string, build: RequestBuilder, decode: (message: NetlinkMessage) => T | undefined): T[] {
    for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      const result = this.#dumpOnce(operation, build, decode);
      if (result !== undefined) return result;
    }
    throw new LinuxError({
      errno: ERRNO.EAGAIN,
      operation,
      detail: `the answer was interrupted by changes ${DUMP_ATTEMPTS} times in a row`,
    });
  }

  #dumpOnce<T>(
    operation: string,
    build: RequestBuilder,
    decode: (message: NetlinkMessage) => T | undefined,
  ): T[] | undefined {
    const sequence = this.#send(operation, build);
    const result: T[] = [];
    let done = false;
    let interrupted = false;
    while (!done) {
      this.#receive(operation, sequence, (message) => {
        interrupted ||= (message.flags & NLM_F.dumpInterrupted) !== 0;
        switch (message.type) {
          case NLMSG.done:
          case NLMSG.error: {
            done = true;
            const { errno, text } = message.type === NLMSG.done ? decodeDone(message) : decodeAcknowledgement(message);
            if (errno !== 0) throw netlinkError(errno, operation, text);
            break;
          }
          default: {
            const value = decode(message);
            if (value !== undefined) result.push(value);
          }
        }
      });
    }
    return interrupted ? undefined : result;
  }

  #send(operation: string, build: RequestBuilder): number {
    const libc = this.#libc();
    const fd = this.descriptor();
    this.#sequence = (this.#sequence + 1) >>> 0 || 1;
    const message = build(this.#sequence);
    for (;;) {
      if (libc.send(fd, message, 0) !== -1) return this.#sequence;
      const errno = libc.errno();
      if (errno !== ERRNO.EINTR) throw netlinkError(errno, operation, "");
    }
  }

  // Leftovers of a request that failed half way carry an older sequence number and are passed over.
  #receive(operation: string, sequence: number, visit: (message: NetlinkMessage) => void): void {
    const libc = this.#libc();
    const length = libc.recv(this.#fd, this.#buffer, 0);
    if (length === -1) {
      const errno = libc.errno();
      if (errno === ERRNO.EINTR) return;
      const detail = errno === ERRNO.EAGAIN ? `the kernel did not answer within ${ANSWER_SECONDS} s` : "";
      throw netlinkError(errno, operation, detail);
    }
    forEachMessage(this.#buffer.subarray(0, length), (message) => {
      if (message.sequence === sequence) visit(message);
    });
  }

  /** Frees the socket; later use throws EBADF. Closing twice is harmless. */
  close(): void {
    this.#closed = true;
    if (this.#fd !== -1) this.#libc().close(this.#fd);
    this.#fd = -1;
  }
}
