import { plainBytes } from "../bytes/plain-bytes.ts";
import { checkHeader, HeaderFault, headerFaultMessage, headerLength, maxClassicMessageLength } from "./header.ts";
import type { MalformedMessage } from "./message-types.ts";

const nothing = new Uint8Array(0);

/**
 * Cuts a byte stream into messages (RFC 4271 §4.1) without copying them: a message that lies whole inside a chunk is
 * framed in place, and only one that spans chunks is put together in a buffer of its own size. Memory kept between chunks
 * is at most one message. How the stream was cut into chunks never changes the result.
 *
 *     framer.push(chunk);
 *     while (framer.next()) handle(decodeMessage(framer.bytes, framer.start, framer.end, ctx));
 *     if (framer.error !== null) giveUp(framer.error);
 */
export class Framer {
  /** Largest message accepted; raise it once RFC 8654 was negotiated. */
  maxMessageLength: number;
  /** After `next` returned true: the message is `bytes[start, end)`. Valid as long as its chunk is. */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** The header fault that ended the stream, or null. Everything pushed after it is ignored (RFC 4271 §6.1). */
  error: MalformedMessage | null;

  // What was pushed and not framed yet: chunk[position, …).
  private chunk: Uint8Array;
  private position: number;
  // A message of which only the beginning has come, and how much of it. Its buffer is as large as what is known of it:
  // the header first, the whole message once its length was checked. Never reused, for views may look into it.
  private partial: Uint8Array;
  private filled: number;

  constructor(maxMessageLength: number = maxClassicMessageLength) {
    this.maxMessageLength = maxMessageLength;
    this.bytes = nothing;
    this.start = 0;
    this.end = 0;
    this.error = null;
    this.chunk = nothing;
    this.position = 0;
    this.partial = nothing;
    this.filled = 0;
  }

  /** Gives the framer the next octets. It reads from `chunk` until `next` returns false, and keeps a copy of what is left then. */
  push(chunk: Uint8Array): void {
    if (this.error !== null) return;
    const left = this.chunk.length - this.position;
    if (left > 0) {
      // The caller did not drain the previous chunk: rare, so joining is good enough.
      const joined = new Uint8Array(left + chunk.length);
      joined.set(this.chunk.subarray(this.position));
      joined.set(chunk, left);
      this.chunk = joined;
    } else {
      this.chunk = plainBytes(chunk);
    }
    this.position = 0;
  }

  /** Moves to the next whole message. False when there is none yet, or after a header fault (see `error`). */
  next(): boolean {
    if (this.error !== null) return false;
    return this.filled > 0 ? this.nextPartial() : this.nextInPlace();
  }

  private nextInPlace(): boolean {
    const { chunk, position } = this;
    const available = chunk.length - position;
    if (available < headerLength) {
      this.keep(headerLength, available);
      return false;
    }
    const fault = checkHeader(chunk, position, this.maxMessageLength);
    if (fault !== HeaderFault.None) return this.fail(chunk, position, fault);
    const length = (chunk[position + 16]! << 8) | chunk[position + 17]!;
    if (available < length) {
      this.keep(length, available);
      return false;
    }
    this.bytes = chunk;
    this.start = position;
    this.end = position + length;
    this.position = this.end;
    return true;
  }

  private nextPartial(): boolean {
    if (this.filled < headerLength && !this.fill(headerLength)) return false;
    if (this.partial.length === headerLength) {
      const fault = checkHeader(this.partial, 0, this.maxMessageLength);
      if (fault !== HeaderFault.None) return this.fail(this.partial, 0, fault);
      const length = (this.partial[16]! << 8) | this.partial[17]!;
      if (length > headerLength) {
        const whole = new Uint8Array(length);
        whole.set(this.partial);
        this.partial = whole;
      }
    }
    if (!this.fill(this.partial.length)) return false;
    this.bytes = this.partial;
    this.start = 0;
    this.end = this.partial.length;
    this.partial = nothing;
    this.filled = 0;
    return true;
  }

  /** Copies from the chunk until `wanted` octets of the partial message are there; false when the chunk ended before. */
  private fill(wanted: number): boolean {
    const count = Math.min(wanted - this.filled, this.chunk.length - this.position);
    this.partial.set(this.chunk.subarray(this.position, this.position + count), this.filled);
    this.filled += count;
    this.position += count;
    if (this.filled === wanted) return true;
    this.release();
    return false;
  }

  private keep(size: number, available: number): void {
    if (available > 0) {
      this.partial = new Uint8Array(size);
      this.partial.set(this.chunk.subarray(this.position));
      this.filled = available;
    }
    this.release();
  }

  /** A session that waits must not hold what it was given last. */
  private release(): void {
    this.bytes = nothing;
    this.chunk = nothing;
    this.position = 0;
  }

  private fail(bytes: Uint8Array, start: number, fault: Exclude<HeaderFault, typeof HeaderFault.None>): false {
    this.error = headerFaultMessage(bytes, start, fault);
    this.partial = nothing;
    this.filled = 0;
    this.release();
    return false;
  }
}
