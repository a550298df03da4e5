import { addressLength, type Prefix } from "../codec/nlri/prefix.ts";
import { type Family, safiOf } from "../iana/afi-safi.ts";
import { firstLength, reaching } from "./column.ts";
import { HashIndex } from "./hash-index.ts";

/** SAFI of the VPN families (RFC 4364 §4.3.4). */
const vpnSafi = 128;
/** Set in a row's `meta` beside 1 + the bits of its key; 0 stands for a free row. */
const withPathId = 0x100;

/** Octets of the route distinguisher that makes equal addresses of two VPNs different destinations (RFC 4364 §4.1). */
export function rdOctetsOf(family: Family): 0 | 8 {
  return safiOf(family) === vpnSafi ? 8 : 0;
}

/**
 * The destinations, or paths, of one family, as rows of numbers: a row for each, found by its prefix, without an object or a string. A
 * row's number stays the same until it is removed. Owners keep what belongs to a row in typed arrays of their own, as long as
 * {@link rows}. Rows are never moved, so a walk over them may be interrupted and go on later.
 */
export class PrefixTable {
  readonly family: Family;
  readonly #rdOctets: 0 | 8;
  readonly #width: number;
  readonly #index = new HashIndex();
  /** Not known to the peer, which could else send prefixes that all share one slot. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32) | 0;
  /** What is looked for, as a row holds it. */
  readonly #key: Uint32Array;
  /** The key's octets as big-endian words, `#width` of them a row. */
  #words: Uint32Array;
  #meta: Uint16Array;
  /** So many rows have a place in both. */
  #reach: number;
  /** Null as long as no row has one. */
  #pathIds: Uint32Array | null = null;
  #rows = 0;
  /** 1 + the first of the free rows below `#rows`, which are chained through their first words. */
  #free = 0;
  #size = 0;
  #added = false;

  /** `order` of the first of its columns: see `firstLength`. */
  constructor(family: Family, order = 0) {
    this.family = family;
    this.#rdOctets = rdOctetsOf(family);
    this.#width = (addressLength(family) + this.#rdOctets) >> 2;
    this.#key = new Uint32Array(this.#width);
    this.#words = new Uint32Array(firstLength(order) * this.#width);
    this.#meta = new Uint16Array(firstLength(order + 1));
    this.#reach = firstLength(order);
  }

  /** Rows in use. */
  get size(): number {
    return this.#size;
  }

  /** Every row's number is below it; those not in use are in between. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether the last `add` made a new row. */
  get added(): boolean {
    return this.#added;
  }

  isUsed(row: number): boolean {
    return this.#meta[row] !== 0;
  }

  /** The row of the prefix at `offset` (a VPN's route distinguisher stands before it), or -1. `pathId` -1: there is none. */
  find(bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): number {
    const meta = this.#setKey(bytes, offset, lengthBits, pathId);
    return this.#find(this.#hashOfKey(meta, pathId), meta, pathId);
  }

  /** The same for a prefix as a value. */
  findPrefix(prefix: Prefix, pathId: number): number {
    const { bytes, lengthBits } = prefix;
    if (this.#rdOctets === 0) return this.find(bytes, 0, lengthBits, pathId);
    const octets = keyOctets(prefix);
    return this.find(octets, this.#rdOctets, lengthBits, pathId);
  }

  /** The row of the prefix, a new one where there is none yet: see {@link added}. */
  add(bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): number {
    const meta = this.#setKey(bytes, offset, lengthBits, pathId);
    const hash = this.#hashOfKey(meta, pathId);
    const known = this.#find(hash, meta, pathId);
    this.#added = known < 0;
    if (known >= 0) return known;
    const row = this.#newRow();
    const at = row * this.#width;
    for (let word = 0; word < this.#width; word++) this.#words[at + word] = this.#key[word]!;
    this.#meta[row] = meta;
    if (pathId !== -1) this.#setPathId(row, pathId);
    this.#index.insert(hash, row);
    this.#size++;
    return row;
  }

  remove(row: number): void {
    this.#index.remove(this.#hashOfRow(row), row);
    this.#meta[row] = 0;
    this.#size--;
    if (this.#size === 0) {
      this.#rows = 0;
      this.#free = 0;
      this.#index.clear();
      return;
    }
    this.#words[row * this.#width] = this.#free;
    this.#free = row + 1;
  }

  lengthBits(row: number): number {
    return (this.#meta[row]! & 0xff) - 1 - 8 * this.#rdOctets;
  }

  pathId(row: number): number {
    return (this.#meta[row]! & withPathId) === 0 ? -1 : this.#pathIds![row]!;
  }

  /** Writes the significant octets of the row's prefix, after a VPN's route distinguisher, to `into`; returns where the prefix begins. */
  write(row: number, into: Uint8Array): number {
    const octets = this.#octetsOf(row);
    const at = row * this.#width;
    for (let index = 0; index < octets; index++)
      into[index] = this.#words[at + (index >> 2)]! >>> (24 - 8 * (index & 3));
    return this.#rdOctets;
  }

  /** The row's prefix as a value, without labels. */
  prefix(row: number): Prefix {
    const octets = new Uint8Array(this.#octetsOf(row));
    const offset = this.write(row, octets);
    const { family } = this;
    const [lengthBits, pathId] = [this.lengthBits(row), this.pathId(row)];
    if (offset === 0) return { family, lengthBits, bytes: octets, pathId };
    return { family, lengthBits, bytes: octets.slice(offset), pathId, rd: octets.slice(0, offset) };
  }

  #octetsOf(row: number): number {
    return ((this.#meta[row]! & 0xff) + 6) >> 3;
  }

  #newRow(): number {
    if (this.#free > 0) {
      const row = this.#free - 1;
      this.#free = this.#words[row * this.#width]!;
      return row;
    }
    if (this.#rows === this.#reach) this.#grow();
    return this.#rows++;
  }

  #grow(): void {
    this.#words = reaching(this.#words, (this.#reach + 1) * this.#width - 1);
    this.#meta = reaching(this.#meta, this.#reach);
    this.#reach = Math.min(this.#words.length / this.#width, this.#meta.length);
  }

  #setPathId(row: number, pathId: number): void {
    this.#pathIds = reaching(this.#pathIds ?? new Uint32Array(this.#meta.length), row);
    this.#pathIds[row] = pathId;
  }

  /** Returns the key's `meta`. Bits past the length do not matter, so they become zero. */
  #setKey(bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): number {
    const key = this.#key;
    const bits = lengthBits + 8 * this.#rdOctets;
    const octets = (bits + 7) >> 3;
    let at = offset - this.#rdOctets;
    const last = at + octets;
    for (let word = 0; word < key.length; word++) {
      let value = 0;
      for (let shift = 24; shift >= 0 && at < last; shift -= 8) value |= bytes[at++]! << shift;
      key[word] = value;
    }
    if ((bits & 31) !== 0) key[bits >> 5] = key[bits >> 5]! & (-1 << (32 - (bits & 31)));
    return (bits + 1) | (pathId === -1 ? 0 : withPathId);
  }

  #find(hash: number, meta: number, pathId: number): number {
    const slots = this.#index.segment(hash);
    const mask = slots.length - 2;
    for (let at = (hash << 1) & mask; slots[at + 1] !== 0; at = (at + 2) & mask)
      if (slots[at] === hash && this.#isAt(slots[at + 1]! - 1, meta, pathId)) return slots[at + 1]! - 1;
    return -1;
  }

  #isAt(row: number, meta: number, pathId: number): boolean {
    const width = this.#width;
    const at = row * width;
    for (let word = 0; word < width; word++) if (this.#words[at + word] !== this.#key[word]) return false;
    return this.#meta[row] === meta && (pathId === -1 || this.#pathIds![row] === pathId);
  }

  #hashOfKey(meta: number, pathId: number): number {
    return this.#hash(this.#key, 0, meta, pathId);
  }

  #hashOfRow(row: number): number {
    return this.#hash(this.#words, row * this.#width, this.#meta[row]!, this.pathId(row));
  }

  #hash(words: Uint32Array, at: number, meta: number, pathId: number): number {
    let hash = Math.imul(this.#seed ^ meta, 0x9e37_79b1) ^ pathId;
    hash ^= hash >>> 15;
    for (let word = 0; word < this.#width; word++) {
      hash = Math.imul(hash ^ words[at + word]!, 0x85eb_ca6b);
      hash ^= hash >>> 13;
    }
    hash = Math.imul(hash, 0xc2b2_ae35);
    return hash ^ (hash >>> 16);
  }
}

/** Octets of a prefix's key: the route distinguisher, if it has one, and the prefix. */
export function keyOctets({ rd, bytes }: Prefix): Uint8Array {
  if (rd === undefined) return bytes;
  const octets = new Uint8Array(rd.length + bytes.length);
  octets.set(rd);
  octets.set(bytes, rd.length);
  return octets;
}
