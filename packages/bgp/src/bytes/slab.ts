/** Up to here a loop beats `set` with its `subarray`. */
const fewOctets = 128;

/**
 * Memory for octets that outlive the buffer they were read from. Many small runs share one piece of memory, because an array of its
 * own costs each of them more than its octets do. Runs are never written again; the memory goes when the last view of it does.
 */
export class Slab {
  /** Where the run last copied is. */
  bytes: Uint8Array = new Uint8Array(0);
  #length = 0;
  readonly #slabLength: number;

  /** @param slabLength octets of each piece: what one run that is kept can pin. 8192, as in Node's pool for small Buffers. */
  constructor(slabLength = 8192) {
    this.#slabLength = slabLength;
  }

  /** Copies `source[start, end)`; returns the index in {@link bytes} it begins at. */
  copy(source: Uint8Array, start: number, end: number): number {
    // What is no run must not move the place of the next one: that would overwrite what others keep.
    const count = end > start ? end - start : 0;
    if (count > this.bytes.length - this.#length) {
      this.bytes = new Uint8Array(Math.max(this.#slabLength, count));
      this.#length = 0;
    }
    const at = this.#length;
    const { bytes } = this;
    if (count <= fewOctets) for (let i = 0; i < count; i++) bytes[at + i] = source[start + i]!;
    else bytes.set(source.subarray(start, end), at);
    this.#length = at + count;
    return at;
  }
}

// Small, since values are kept one by one: an address that stays pins no more than this.
const values = new Slab(1024);

/** Longer ones gain nothing by sharing. */
const maxSharedOctets = 64;

/**
 * An independent copy of `source[start, end)`. Small ones share memory: an array with memory of its own takes 200 octets of the heap, one
 * without less than half.
 */
export function copyOctets(source: Uint8Array, start: number, end: number): Uint8Array {
  if (end - start > maxSharedOctets) return source.slice(start, end);
  const at = values.copy(source, start, end);
  return values.bytes.subarray(at, Math.max(at, at + end - start));
}
