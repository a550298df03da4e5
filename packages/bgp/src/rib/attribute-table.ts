import { Writer } from "../bytes/writer.ts";
import { hashBytes } from "../codec/attributes/canonical.ts";
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
  /** Not known to the peer, which could else send sets that all share one bucket. */
  readonly #basis = Math.floor(Math.random() * 2 ** 32);
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
    const hash = hashBytes(writer.bytes, 0, writer.length, this.#basis);
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

function startsWith(bytes: Uint8Array, length: number, other: Uint8Array): boolean {
  if (other.length !== length) return false;
  for (let index = 0; index < length; index++) if (bytes[index] !== other[index]) return false;
  return true;
}
