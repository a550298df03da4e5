import { Writer } from "../bytes/writer.ts";
import { hashBytes } from "../codec/attributes/canonical.ts";
import type { PathAttributes } from "../codec/attributes/path-attributes.ts";
import type { AttributeValues } from "../codec/attributes/values.ts";
import type { Family } from "../iana/afi-safi.ts";
import { hasBeenAt, valuesOfBlock, writeBlock } from "./attribute-block.ts";
import { firstLength, reaching } from "./column.ts";
import { HashIndex } from "./hash-index.ts";
import { OctetArena } from "./octet-arena.ts";
import { factsOfBlock, type RouteFacts } from "./route-facts.ts";

/** Sets of which values or facts are kept ready: a power of two. Those of all sets would take several times the octets. */
const keptReady = 1024;

/**
 * Attribute sets by their octets, for any number of RIBs: a table of a million routes has some hundred thousand of them. A set is a number as
 * long as somebody holds a reference to it; equal sets have one number. Kept are their canonical octets (see
 * `PathAttributes.writeCanonical`), and values are made of them when somebody asks.
 */
export class AttributeTable {
  #arena = new OctetArena();
  readonly #index = new HashIndex();
  readonly #writer = new Writer();
  /** Not known to the peer, which could else send sets that all share one slot. */
  readonly #basis = Math.floor(Math.random() * 2 ** 32);
  #runs = new Uint32Array(firstLength(0));
  #lengths = new Uint32Array(firstLength(1));
  #hashes = new Int32Array(firstLength(2));
  #references = new Uint32Array(firstLength(3));
  #sets = 0;
  /** Sets below it have a place in every column. */
  #reach = 0;
  /** 1 + the first of the free numbers, which are chained through `#runs`. */
  #free = 0;
  readonly #values: { readonly set: number; readonly values: AttributeValues }[] = [];
  readonly #facts: { readonly set: number; readonly facts: RouteFacts }[] = [];

  /** Distinct sets. */
  get size(): number {
    return this.#index.size;
  }

  /** The set of `family`'s routes in an UPDATE. Ends with a reference for the caller, to be released. */
  acquire(attributes: PathAttributes, family: Family): number {
    const writer = this.#writer;
    writer.reset();
    attributes.writeCanonical(writer, family);
    return this.#intern(writer.bytes, writer.length);
  }

  /** The same for values. Throws `BgpEncodeError` for what cannot be on the wire. */
  acquireValues(values: AttributeValues): number {
    const writer = this.#writer;
    writer.reset();
    writeBlock(writer, values);
    return this.#intern(writer.bytes, writer.length);
  }

  retain(set: number): void {
    this.#references[set] = this.#references[set]! + 1;
  }

  release(set: number): void {
    const left = this.#references[set]! - 1;
    this.#references[set] = left;
    if (left > 0) return;
    this.#index.remove(this.#hashes[set]!, set);
    this.#arena.free(this.#runs[set]!, this.#lengths[set]!);
    this.#runs[set] = this.#free;
    this.#free = set + 1;
    this.#forget(set);
    if (this.#arena.wasted) this.#compact();
  }

  /** What the set says; one object for as long as it is asked for often. Must not be changed. */
  values(set: number): AttributeValues {
    const kept = this.#values[set & (keptReady - 1)];
    if (kept !== undefined && kept.set === set) return kept.values;
    const run = this.#runs[set]!;
    const at = this.#arena.offset(run);
    const values = valuesOfBlock(this.#arena.piece(run), at, at + this.#lengths[set]!);
    this.#values[set & (keptReady - 1)] = { set, values };
    return values;
  }

  /** What the decision process reads of it. */
  facts(set: number): RouteFacts {
    const kept = this.#facts[set & (keptReady - 1)];
    if (kept !== undefined && kept.set === set) return kept.facts;
    const run = this.#runs[set]!;
    const at = this.#arena.offset(run);
    const facts = factsOfBlock(this.#arena.piece(run), at, at + this.#lengths[set]!);
    this.#facts[set & (keptReady - 1)] = { set, facts };
    return facts;
  }

  /** Whether routes with this set have been at this AS or this BGP Identifier before (RFC 4271 §9.1.2, RFC 4456 §8). */
  hasBeenAt(set: number, asn: number, routerId: number): boolean {
    const run = this.#runs[set]!;
    const at = this.#arena.offset(run);
    return hasBeenAt(this.#arena.piece(run), at, at + this.#lengths[set]!, asn, routerId);
  }

  /** A copy of the set's canonical octets. */
  octets(set: number): Uint8Array {
    const run = this.#runs[set]!;
    const at = this.#arena.offset(run);
    return this.#arena.piece(run).slice(at, at + this.#lengths[set]!);
  }

  #intern(bytes: Uint8Array, length: number): number {
    const hash = scatter(hashBytes(bytes, 0, length, this.#basis));
    const slots = this.#index.segment(hash);
    const mask = slots.length - 2;
    for (let at = (hash << 1) & mask; slots[at + 1] !== 0; at = (at + 2) & mask) {
      const set = slots[at + 1]! - 1;
      if (slots[at] !== hash || !this.#isAt(set, bytes, length)) continue;
      this.retain(set);
      return set;
    }
    return this.#add(hash, bytes, length);
  }

  #add(hash: number, bytes: Uint8Array, length: number): number {
    let set = this.#free - 1;
    if (set >= 0) this.#free = this.#runs[set]!;
    else set = this.#newNumber();
    this.#runs[set] = this.#arena.store(bytes, 0, length);
    this.#lengths[set] = length;
    this.#hashes[set] = hash;
    this.#references[set] = 1;
    this.#index.insert(hash, set);
    return set;
  }

  #newNumber(): number {
    if (this.#sets >= this.#reach) this.#grow(this.#sets);
    return this.#sets++;
  }

  #grow(set: number): void {
    this.#runs = reaching(this.#runs, set);
    this.#lengths = reaching(this.#lengths, set);
    this.#hashes = reaching(this.#hashes, set);
    this.#references = reaching(this.#references, set);
    const columns = [this.#runs, this.#lengths, this.#hashes, this.#references];
    this.#reach = Math.min(...columns.map(({ length }) => length));
  }

  #isAt(set: number, bytes: Uint8Array, length: number): boolean {
    if (this.#lengths[set] !== length) return false;
    const run = this.#runs[set]!;
    const piece = this.#arena.piece(run);
    const at = this.#arena.offset(run);
    for (let index = 0; index < length; index++) if (piece[at + index] !== bytes[index]) return false;
    return true;
  }

  /** The number may come to mean another set. */
  #forget(set: number): void {
    const place = set & (keptReady - 1);
    if (this.#values[place]?.set === set) this.#values[place] = { set: -1, values: {} };
    if (this.#facts[place]?.set === set) this.#facts[place] = { set: -1, facts: this.#facts[place].facts };
  }

  /** Into new memory what is still in use: what was given back between it is more than that. */
  #compact(): void {
    const arena = new OctetArena();
    for (let set = 0; set < this.#sets; set++) {
      if (this.#references[set] === 0) continue;
      const run = this.#runs[set]!;
      const at = this.#arena.offset(run);
      this.#runs[set] = arena.store(this.#arena.piece(run), at, at + this.#lengths[set]!);
    }
    this.#arena = arena;
  }
}

/** FNV-1a leaves the high bits, by which an index is divided, too much alike. */
function scatter(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return mixed ^ (mixed >>> 13);
}
