import { Writer } from "../bytes/writer.ts";
import type { PathAttributes } from "../codec/attributes/path-attributes.ts";
import type { AttributeValues } from "../codec/attributes/values.ts";
import type { Family } from "../iana/afi-safi.ts";

/** One attribute set that routes share. */
export interface InternedAttributes {
  readonly hash: number;
  /** Canonical octets (see `PathAttributes.writeCanonical`). */
  readonly bytes: Uint8Array;
  /** Materialised once. */
  readonly values: AttributeValues;
  /** Routes that hold it; at zero it leaves the table. */
  references: number;
}

/** Attribute sets by their octets: a table of a million routes has some ten thousand of them. */
export class AttributeTable {
  readonly #buckets = new Map<number, InternedAttributes[]>();
  readonly #writer = new Writer();
  #size = 0;

  /** Distinct sets. */
  get size(): number {
    return this.#size;
  }

  /** The set of `family`'s routes in an UPDATE, one object for equal ones. Ends with a reference for the caller, to be released. */
  acquire(attributes: PathAttributes, family: Family): InternedAttributes {
    const writer = this.#writer;
    writer.reset();
    attributes.writeCanonical(writer, family);
    const hash = fnv1a(writer.bytes, writer.length);
    const bucket = this.#buckets.get(hash);
    const known = bucket?.find((entry) => startsWith(writer.bytes, writer.length, entry.bytes));
    if (known !== undefined) {
      known.references++;
      return known;
    }
    const bytes = writer.bytes.slice(0, writer.length);
    const added: InternedAttributes = { hash, bytes, values: attributes.materialise(family), references: 1 };
    if (bucket === undefined) this.#buckets.set(hash, [added]);
    else bucket.push(added);
    this.#size++;
    return added;
  }

  retain(attributes: InternedAttributes): void {
    attributes.references++;
  }

  release(attributes: InternedAttributes): void {
    if (--attributes.references > 0) return;
    this.#size--;
    const bucket = this.#buckets.get(attributes.hash) ?? [];
    if (bucket.length <= 1) this.#buckets.delete(attributes.hash);
    else bucket.splice(bucket.indexOf(attributes), 1);
  }
}

/** FNV-1a, 32 bits. A peer can make collisions; they cost a comparison each, which its own UPDATEs pay for. */
function fnv1a(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < length; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  return hash;
}

function startsWith(bytes: Uint8Array, length: number, other: Uint8Array): boolean {
  if (other.length !== length) return false;
  for (let index = 0; index < length; index++) if (bytes[index] !== other[index]) return false;
  return true;
}
