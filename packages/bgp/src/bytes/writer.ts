/**
 * A growable scratch buffer, big-endian. Meant to be kept and reused: `reset` forgets the content and keeps the memory.
 * Lengths that are known only later are patched with `patchU8` and `patchU16`.
 */
export class Writer {
  /** The backing memory; octets at and past `length` are garbage. Replaced when the writer grows. */
  bytes: Uint8Array;
  /** The same memory: integers of four octets are written in one step. */
  view: DataView;
  length: number;

  constructor(capacity = 4096) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
    this.length = 0;
  }

  reset(): void {
    this.length = 0;
  }

  /** Makes room for `count` more octets. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(count);
  }

  // Apart, so that what runs before each write stays small enough to be inlined.
  #grow(count: number): void {
    const grown = new Uint8Array(Math.max(this.length + count, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  u8(value: number): void {
    this.reserve(1);
    const at = this.length;
    this.bytes[at] = value;
    this.length = at + 1;
  }

  u16(value: number): void {
    this.reserve(2);
    const { bytes, length: at } = this;
    bytes[at] = value >>> 8;
    bytes[at + 1] = value;
    this.length = at + 2;
  }

  u32(value: number): void {
    this.reserve(4);
    const at = this.length;
    this.view.setUint32(at, value);
    this.length = at + 4;
  }

  /** Appends `source[start, end)`. */
  copy(source: Uint8Array, start = 0, end: number = source.length): void {
    const count = end - start;
    this.reserve(count);
    // Prefixes and addresses are a few octets: a loop beats `set` with its `subarray` there.
    if (count <= 32) {
      const bytes = this.bytes;
      let at = this.length;
      for (let i = start; i < end; i++) bytes[at++] = source[i]!;
    } else {
      this.bytes.set(source.subarray(start, end), this.length);
    }
    this.length += count;
  }

  fill(value: number, count: number): void {
    this.reserve(count);
    this.bytes.fill(value, this.length, this.length + count);
    this.length += count;
  }

  /** Puts what was written from `middle` on in front of the octets `[start, middle)`. */
  rotate(start: number, middle: number): void {
    const count = middle - start;
    this.reserve(count);
    this.bytes.copyWithin(this.length, start, middle);
    this.bytes.copyWithin(start, middle, this.length + count);
  }

  patchU8(at: number, value: number): void {
    this.bytes[at] = value;
  }

  patchU16(at: number, value: number): void {
    this.bytes[at] = value >>> 8;
    this.bytes[at + 1] = value;
  }

  /** An independent copy of what was written. */
  slice(start = 0, end: number = this.length): Uint8Array {
    return this.bytes.slice(start, end);
  }
}
