/** Up to here one segment holds everything: a table of a few routes must not cost more than they do. */
const singleSegmentRows = 16_384;
const segmentBits = 8;
const firstSlots = 16;
/**
 * Fuller than this, probing gets slow. Hashes fill all segments alike; they grow at different loads, so that not all do at about the same time.
 */
const [leastLoad, mostLoad] = [0.5, 0.7];

/**
 * Which row of a flat table has a key with this hash: open addressing over pairs of a hash and one more than a row's number, 0 for a free
 * slot. The table keeps the keys; the hash beside the number saves it most looks at them, each of which is a wait for memory. Large ones
 * are divided into segments that grow one at a time, because making one index of a million rows anew holds everything else up for
 * tens of milliseconds.
 *
 *     const slots = index.segment(hash);
 *     const mask = slots.length - 2;
 *     for (let at = (hash << 1) & mask; slots[at + 1] !== 0; at = (at + 2) & mask)
 *       if (slots[at] === hash && keyIsAt(slots[at + 1]! - 1)) return slots[at + 1]! - 1;
 *     return -1;
 */
export class HashIndex {
  /** One, or `1 << segmentBits`. */
  #segments: Int32Array[] = [emptySlots()];
  #counts: Int32Array = new Int32Array(1);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The slots in which rows with this hash are, a signed 32-bit integer. Valid until the next `insert`. */
  segment(hash: number): Int32Array {
    return this.#segments[(hash >>> (32 - segmentBits)) & (this.#segments.length - 1)]!;
  }

  /** For a row whose key is not there yet. */
  insert(hash: number, row: number): void {
    if (this.#size === singleSegmentRows && this.#segments.length === 1) this.#divide();
    const segment = (hash >>> (32 - segmentBits)) & (this.#segments.length - 1);
    let slots = this.#segments[segment]!;
    const count = this.#counts[segment]! + 1;
    if (count * 2 > slots.length * (leastLoad + ((mostLoad - leastLoad) * segment) / this.#segments.length)) {
      slots = grown(slots);
      this.#segments[segment] = slots;
    }
    put(slots, hash, row + 1);
    this.#counts[segment] = count;
    this.#size++;
  }

  /** For a row that is there. */
  remove(hash: number, row: number): void {
    const segment = (hash >>> (32 - segmentBits)) & (this.#segments.length - 1);
    const slots = this.#segments[segment]!;
    const mask = slots.length - 2;
    let gap = (hash << 1) & mask;
    while (slots[gap + 1] !== row + 1) gap = (gap + 2) & mask;
    // Moves back what was put behind the slot because it was taken, so that a search never meets a gap too early.
    for (let at = (gap + 2) & mask; slots[at + 1] !== 0; at = (at + 2) & mask) {
      const home = (slots[at]! << 1) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      slots[gap] = slots[at]!;
      slots[gap + 1] = slots[at + 1]!;
      gap = at;
    }
    slots[gap + 1] = 0;
    this.#counts[segment] = this.#counts[segment]! - 1;
    this.#size--;
  }

  /** Empty again, and small. */
  clear(): void {
    this.#segments = [emptySlots()];
    this.#counts = new Int32Array(1);
    this.#size = 0;
  }

  #divide(): void {
    const [whole] = this.#segments;
    const segments = 1 << segmentBits;
    this.#segments = Array.from({ length: segments }, emptySlots);
    this.#counts = new Int32Array(segments);
    this.#size = 0;
    for (let at = 0; at < whole!.length; at += 2)
      if (whole![at + 1] !== 0) this.insert(whole![at]!, whole![at + 1]! - 1);
  }
}

function emptySlots(): Int32Array {
  return new Int32Array(firstSlots * 2);
}

function grown(slots: Int32Array): Int32Array {
  const larger = new Int32Array(slots.length * 2);
  for (let at = 0; at < slots.length; at += 2) if (slots[at + 1] !== 0) put(larger, slots[at]!, slots[at + 1]!);
  return larger;
}

function put(slots: Int32Array, hash: number, entry: number): void {
  const mask = slots.length - 2;
  let at = (hash << 1) & mask;
  while (slots[at + 1] !== 0) at = (at + 2) & mask;
  slots[at] = hash;
  slots[at + 1] = entry;
}
