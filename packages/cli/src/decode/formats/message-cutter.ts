import {
  type CodecContext,
  decodeMessage,
  Framer,
  headerLength,
  type MalformedMessage,
  type Message,
  maxExtendedMessageLength,
} from "@vipcast/bgp";
import { ByteQueue } from "./byte-queue.ts";

const markerLength = 16;

/** What came next in a stream of messages. Offsets count from the stream's first octet. */
export type Cut =
  | { readonly kind: "message"; readonly offset: number; readonly message: Message | MalformedMessage }
  /** Octets that belong to no message. */
  | { readonly kind: "lost"; readonly from: number; readonly to: number }
  /** The stream ended inside a message. `wanted` is 19 while its header is not whole. */
  | { readonly kind: "truncated"; readonly offset: number; readonly have: number; readonly wanted: number };

/**
 * Cuts a stream into messages and decodes them (RFC 4271 §4.1). A speaker would close the connection at the first faulty header; to
 * show as much as there is, this reports it as a malformed message and goes on: behind it where its length field leads to
 * the next marker, else at the next octets that look like a header. Memory is bounded by one message.
 */
export class MessageCutter {
  /** How messages are read from here on; also says how long one may be. */
  context: CodecContext;
  readonly #queue = new ByteQueue();
  #ended = false;
  // Looking for a header since this offset, or -1.
  #lostFrom = -1;

  constructor(context: CodecContext) {
    this.context = context;
  }

  push(chunk: Uint8Array): void {
    this.#queue.push(chunk);
  }

  /** Says that the stream is over: what is left of a message will not come. */
  end(): void {
    this.#ended = true;
  }

  /** Says that a stream follows the one that ended. */
  reopen(): void {
    this.#ended = false;
  }

  /** Says that octets are missing here: what there is of a message is given up, and the next one is searched for. */
  breakOff(): void {
    if (this.#lostFrom < 0) this.#lostFrom = this.#queue.offset;
    this.#queue.skip(this.#queue.length);
  }

  /** The next cut, or null when more octets are needed. A message borrows them until the next `push`. */
  next(): Cut | null {
    const cut = this.#cut();
    if (cut === null) this.#queue.settle();
    return cut;
  }

  #cut(): Cut | null {
    if (this.#lostFrom >= 0) {
      const lost = this.#search();
      if (lost === null || lost.to > lost.from) return lost;
    }
    const queue = this.#queue;
    if (queue.length === 0) return null;
    if (queue.length < headerLength) return this.#truncated(headerLength);
    const { bytes, start, offset } = queue;
    const length = (bytes[start + 16]! << 8) | bytes[start + 17]!;
    const framer = new Framer(this.context.maxMessageLength);
    framer.push(bytes.subarray(start, start + headerLength));
    framer.next();
    if (framer.error !== null) return this.#faulty(framer.error, length);
    if (queue.length < length) return this.#truncated(length);
    const message = decodeMessage(bytes, start, start + length, this.context);
    queue.skip(length);
    return { kind: "message", offset, message };
  }

  #truncated(wanted: number): Cut | null {
    if (!this.#ended) return null;
    const { offset, length: have } = this.#queue;
    this.#queue.skip(have);
    return { kind: "truncated", offset, have, wanted };
  }

  #faulty(message: MalformedMessage, length: number): Cut | null {
    const queue = this.#queue;
    const { offset } = queue;
    const plausible = length >= headerLength && length <= maxExtendedMessageLength;
    if (plausible && queue.length < length + markerLength && !this.#ended) return null;
    if (plausible && queue.length >= length && this.#markerAt(queue.start + length)) {
      queue.skip(length);
    } else {
      this.#lostFrom = offset;
      queue.skip(1);
    }
    return { kind: "message", offset, message };
  }

  /** Whether a marker begins at `at`, or the stream is over there. */
  #markerAt(at: number): boolean {
    const { bytes, end } = this.#queue;
    for (let i = at; i < Math.min(end, at + markerLength); i++) if (bytes[i] !== 0xff) return false;
    return true;
  }

  /** Moves to the next header; null when it has not come yet. */
  #search(): Extract<Cut, { kind: "lost" }> | null {
    const queue = this.#queue;
    while (queue.length >= headerLength && !this.#looksLikeHeader()) {
      // The search jumps behind what cannot be part of a marker.
      const { bytes, start } = queue;
      let next = start + 1;
      if (bytes[start] !== 0xff) while (next < queue.end && bytes[next] !== 0xff) next++;
      queue.skip(next - start);
    }
    const found = queue.length >= headerLength;
    if (!found && this.#ended) queue.skip(queue.length);
    if (!found && !this.#ended) return null;
    const from = this.#lostFrom;
    this.#lostFrom = -1;
    return { kind: "lost", from, to: queue.offset };
  }

  #looksLikeHeader(): boolean {
    const { bytes, start } = this.#queue;
    for (let i = start; i < start + markerLength; i++) if (bytes[i] !== 0xff) return false;
    const length = (bytes[start + 16]! << 8) | bytes[start + 17]!;
    const type = bytes[start + 18]!;
    // A length of 0xff.. is one more octet of a marker that begins later.
    return length >= headerLength && length < 0xff00 && type >= 1 && type <= 5;
  }
}
