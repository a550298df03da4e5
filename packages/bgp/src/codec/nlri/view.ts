import { Slab } from "../../bytes/slab.ts";
import { Family } from "../../iana/afi-safi.ts";
import type { NlriVisitor } from "./family.ts";
import { formatPrefix, type Prefix } from "./prefix.ts";
import { nlriSpec } from "./table.ts";

const retained = new Slab();

/**
 * The NLRI of one field, validated and not materialised. Borrows the receive buffer, like the message it belongs to.
 * NLRI of a family without a spec are {@link opaque}: they count as none and are only there as {@link rawBytes}.
 */
export class NlriView {
  readonly family: Family;
  /** Each NLRI has a path identifier (RFC 7911). */
  readonly addPath: boolean;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** The NLRI of an MP_UNREACH_NLRI, whose labels mean nothing (RFC 8277 §2.4). */
  readonly withdrawn: boolean;

  constructor(family: Family, addPath: boolean, bytes: Uint8Array, start: number, end: number, withdrawn = false) {
    this.family = family;
    this.addPath = addPath;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.withdrawn = withdrawn;
  }

  /** No octets at all. */
  get isEmpty(): boolean {
    return this.start === this.end;
  }

  /** True when the family has no spec: there may be octets, but no NLRI can be told apart in them. */
  get opaque(): boolean {
    return nlriSpec(this.family) === null;
  }

  /** How many NLRI there are; walks the field. */
  get count(): number {
    return nlriSpec(this.family)?.count(this.bytes, this.start, this.end, this.addPath) ?? 0;
  }

  /** Calls `visit` for each NLRI in wire order; allocates nothing. Bits past `lengthBits` may be set: ignore them. */
  forEach(visit: NlriVisitor): void {
    nlriSpec(this.family)?.forEach(this.bytes, this.start, this.end, this.addPath, this.withdrawn, visit);
  }

  /** Independent values, in wire order. */
  materialise(): Prefix[] {
    const spec = nlriSpec(this.family);
    if (spec === null) return [];
    const prefixes = new Array<Prefix>(this.count);
    let index = 0;
    const { withdrawn } = this;
    spec.forEach(
      this.bytes,
      this.start,
      this.end,
      this.addPath,
      withdrawn,
      (bytes, offset, lengthBits, pathId, head) => {
        prefixes[index++] = spec.read(bytes, offset, lengthBits, pathId, head, withdrawn);
      },
    );
    return prefixes;
  }

  /** Text of each NLRI for display, as {@link formatPrefix} writes it. */
  *texts(): IterableIterator<string> {
    for (const prefix of this.materialise()) yield formatPrefix(prefix);
  }

  /** A view that lives on by itself. */
  retain(): NlriView {
    if (this.isEmpty) return this;
    const start = retained.copy(this.bytes, this.start, this.end);
    const end = start + this.end - this.start;
    return new NlriView(this.family, this.addPath, retained.bytes, start, end, this.withdrawn);
  }

  /** A copy of the field's octets. */
  rawBytes(): Uint8Array {
    return this.bytes.slice(this.start, this.end);
  }
}

/** Shared by every message without such a field. */
export const emptyNlri: NlriView = new NlriView(Family.Ipv4Unicast, false, new Uint8Array(0), 0, 0);
