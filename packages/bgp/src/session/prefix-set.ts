/** What a slot holds before the significant octets: 1 + the length in bits (0: the slot is free), and the path identifier. */
const headOctets = 5;
/** More than three quarters full, probing gets slow. */
const maxLoad = 0.75;
const firstSlots = 64;

/**
 * A set of NLRI that costs no more than the octets it is made of: open addressing in one array, without an object or a string
 * for each. Made for counting a peer's prefixes as they arrive.
 */
export class PrefixSet {
  readonly #octets: number;
  readonly #width: number;
  #slots: Uint8Array;
  /** Number of slots less one; that number is a power of two. */
  #mask: number = firstSlots - 1;
  #size = 0;
  /** The NLRI that is being looked for, as a slot holds it. */
  readonly #key: Uint8Array;

  /** `octets`: the longest prefix of the family, 4 for IPv4. Longer ones are cut there. */
  constructor(octets: number) {
    this.#octets = octets;
    this.#width = headOctets + octets;
    this.#slots = new Uint8Array(firstSlots * this.#width);
    this.#key = new Uint8Array(this.#width);
  }

  get size(): number {
    return this.#size;
  }

  /** Bits past `lengthBits` do not matter; `pathId` is -1 where there is none. */
  add(bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): void {
    this.#setKey(bytes, offset, lengthBits, pathId);
    const at = this.#find(this.#slots, this.#mask, this.#key, 0);
    if (this.#slots[at] !== 0) return;
    this.#slots.set(this.#key, at);
    this.#size++;
    if (this.#size > maxLoad * (this.#mask + 1)) this.#grow();
  }

  delete(bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): void {
    this.#setKey(bytes, offset, lengthBits, pathId);
    const at = this.#find(this.#slots, this.#mask, this.#key, 0);
    if (this.#slots[at] === 0) return;
    this.#size--;
    this.#close(at / this.#width);
  }

  /** Moves back what was put behind the slot because it was taken, so that a search never meets a gap too early. */
  #close(removed: number): void {
    const slots = this.#slots;
    const width = this.#width;
    const mask = this.#mask;
    let gap = removed;
    for (let index = (gap + 1) & mask; slots[index * width] !== 0; index = (index + 1) & mask) {
      const home = this.#hash(slots, index * width) & mask;
      if (((index - home) & mask) < ((index - gap) & mask)) continue;
      slots.copyWithin(gap * width, index * width, (index + 1) * width);
      gap = index;
    }
    slots[gap * width] = 0;
  }

  #setKey(bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): void {
    const key = this.#key;
    key.fill(0);
    key[0] = lengthBits + 1;
    key[1] = pathId >>> 24;
    key[2] = pathId >>> 16;
    key[3] = pathId >>> 8;
    key[4] = pathId;
    const octets = Math.min((lengthBits + 7) >> 3, this.#octets);
    for (let index = 0; index < octets; index++) key[headOctets + index] = bytes[offset + index] ?? 0;
    if ((lengthBits & 7) !== 0 && octets === (lengthBits + 7) >> 3) {
      const last = headOctets + octets - 1;
      key[last] = (key[last] ?? 0) & (0xff << (8 - (lengthBits & 7)));
    }
  }

  /** Offset of the slot that holds `source[at, at + width)`, or of the free one where it belongs. */
  #find(slots: Uint8Array, mask: number, source: Uint8Array, at: number): number {
    const width = this.#width;
    let index = this.#hash(source, at) & mask;
    while (slots[index * width] !== 0 && !this.#equal(slots, index * width, source, at)) index = (index + 1) & mask;
    return index * width;
  }

  /** FNV-1a, with the high bits folded in. */
  #hash(bytes: Uint8Array, at: number): number {
    let hash = 0x811c_9dc5;
    for (let index = at; index < at + this.#width; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x0100_0193);
    return hash ^ (hash >>> 15);
  }

  #equal(a: Uint8Array, atA: number, b: Uint8Array, atB: number): boolean {
    for (let index = 0; index < this.#width; index++) if (a[atA + index] !== b[atB + index]) return false;
    return true;
  }

  #grow(): void {
    const width = this.#width;
    const before = this.#slots;
    const mask = this.#mask * 2 + 1;
    const slots = new Uint8Array((mask + 1) * width);
    for (let at = 0; at < before.length; at += width) {
      if (before[at] === 0) continue;
      slots.set(before.subarray(at, at + width), this.#find(slots, mask, before, at));
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}
