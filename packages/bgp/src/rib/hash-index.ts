/** Up to here one segment holds everything: a table of a few routes must not cost more than they do. */
const singleSegmentRows = 32_768;
const segmentBits = 8;
const firstSlots = 16;
/** Fuller than this, probing gets slow. */
const maxLoad = 0.7;

/**
 * Which row of a flat table has a key with this hash: open addressing over row numbers, nothing else. The table keeps keys and knows their
 * hashes. Large ones are divided into segments that grow one at a time, because making one index of a million rows anew holds
 * everything else up for tens of milliseconds.
 *
 *     const slots = index.segment(hash);
 *     for (let at = hash & (slots.length - 1); ; at = (at + 1) & (slots.length - 1)) {
 *       const row = slots[at]! - 1;
 *       if (row < 0) return -1;
 *       if (keyIsAt(row)) return row;
 *     }
 */
export class HashIndex {
  readonly #hashOf: (row: number) => number;
  /** One, or `1 << segmentBits`. A slot holds a row's number and one more; 0 is a free slot. */
  #segments: Int32Array[] = [new Int32Array(firstSlots)];
  #counts = new Int32Array(1);
  #size = 0;

  /** `hashOf` is asked for rows that are in the index: any 32 bits, the same at each time. */
  constructor(hashOf: (row: number) => number) {
    this.#hashOf = hashOf;
  }

  get size(): number {
    return this.#size;
  }

  /** The slots in which rows with this hash are. Valid until the next `insert`. */
  segment(hash: number): Int32Array {
    return this.#segments[this.#segmentOf(hash)]!;
  }

  /** For a row whose key is not there yet. */
  insert(hash: number, row: number): void {
    if (this.#size === singleSegmentRows && this.#segments.length === 1) this.#divide();
    const segment = this.#segmentOf(hash);
    let slots = this.#segments[segment]!;
    const count = this.#counts[segment]! + 1;
    if (count > slots.length * maxLoad) {
      slots = this.#grown(slots);
      this.#segments[segment] = slots;
    }
    put(slots, hash, row);
    this.#counts[segment] = count;
    this.#size++;
  }

  /** For a row that is there, as long as `hashOf` still knows its hash. */
  remove(hash: number, row: number): void {
    const segment = this.#segmentOf(hash);
    const slots = this.#segments[segment]!;
    const mask = slots.length - 1;
    let gap = hash & mask;
    while (slots[gap] !== row + 1) gap = (gap + 1) & mask;
    // Moves back what was put behind the slot because it was taken, so that a search never meets a gap too early.
    for (let at = (gap + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#hashOf(slots[at]! - 1) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      slots[gap] = slots[at]!;
      gap = at;
    }
    slots[gap] = 0;
    this.#counts[segment] = this.#counts[segment]! - 1;
    this.#size--;
  }

  /** Empty again, and small. */
  clear(): void {
    this.#segments = [new Int32Array(firstSlots)];
    this.#counts = new Int32Array(1);
    this.#size = 0;
  }

  #segmentOf(hash: number): number {
    // The low bits say where in the segment.
    return (hash >>> (32 - segmentBits)) & (this.#segments.length - 1);
  }

  #grown(slots: Int32Array): Int32Array {
    const grown = new Int32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at++) {
      const row = slots[at]! - 1;
      if (row >= 0) put(grown, this.#hashOf(row), row);
    }
    return grown;
  }

  #divide(): void {
    const [whole] = this.#segments;
    const segments = 1 << segmentBits;
    this.#segments = Array.from({ length: segments }, () => new Int32Array(firstSlots));
    this.#counts = new Int32Array(segments);
    this.#size = 0;
    for (const slot of whole!) if (slot !== 0) this.insert(this.#hashOf(slot - 1), slot - 1);
  }
}

function put(slots: Int32Array, hash: number, row: number): void {
  const mask = slots.length - 1;
  let at = hash & mask;
  while (slots[at] !== 0) at = (at + 1) & mask;
  slots[at] = row + 1;
}
