/**
 * A cursor over part of a Uint8Array, big-endian. Reading past the end never throws: it returns 0 and sets
 * {@link Reader.overrun}, so a decoder reads a whole structure and looks at one flag afterwards. Reusable: `reset`.
 */
export class Reader {
  bytes: Uint8Array;
  /** Absolute index of the next octet in `bytes`. */
  offset: number;
  /** Absolute index one past the last octet that may be read. */
  end: number;
  /** True once a read wanted more octets than were left; stays true until `reset`. */
  overrun: boolean;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
    this.overrun = false;
  }

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
    this.overrun = false;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  u8(): number {
    const at = this.take(1);
    return at < 0 ? 0 : this.bytes[at]!;
  }

  u16(): number {
    const at = this.take(2);
    return at < 0 ? 0 : readU16(this.bytes, at);
  }

  u32(): number {
    const at = this.take(4);
    return at < 0 ? 0 : readU32(this.bytes, at);
  }

  /** A copy of the next `length` octets; an empty array when fewer are left. */
  copy(length: number): Uint8Array {
    const at = this.take(length);
    return at < 0 ? new Uint8Array(0) : this.bytes.slice(at, at + length);
  }

  /** Moves on by `length` octets; returns the index they start at, or -1 when fewer are left. */
  take(length: number): number {
    const at = this.offset;
    if (length > this.end - at) {
      this.overrun = true;
      this.offset = this.end;
      return -1;
    }
    this.offset = at + length;
    return at;
  }
}

/** Unsigned 16-bit big-endian integer at `at`; the caller has checked the bounds. */
export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Unsigned 32-bit big-endian integer at `at`; the caller has checked the bounds. */
export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
