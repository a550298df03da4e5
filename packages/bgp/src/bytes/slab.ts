/** As Node's pool for small Buffers: one run that is kept pins no more than this. */
const slabLength = 8192;

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

  /** Copies `source[start, end)`; returns the index in {@link bytes} it begins at. */
  copy(source: Uint8Array, start: number, end: number): number {
    const count = end - start;
    if (count > this.bytes.length - this.#length) {
      this.bytes = new Uint8Array(Math.max(slabLength, count));
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
