import { Slab } from "../../bytes/slab.ts";
import { Writer } from "../../bytes/writer.ts";
import { Family, familyName } from "../../iana/afi-safi.ts";
import { asEncodeError, BgpEncodeError } from "../encode-error.ts";
import type { NlriVisitor } from "./family.ts";
import { formatPrefix, type Prefix } from "./prefix.ts";
import { nlriSpec } from "./table.ts";

const retained = new Slab();

/**
 * NLRI of one family in wire form, back to back: those of one field of a decoded UPDATE, validated and not materialised, or routes of one's
 * own, made by {@link NlriView.from}. That of a message borrows the receive buffer, like the message; {@link retain} it.
 * Either can be the `nlri` of a `RouteBatch`, where it costs a fraction of what as many prefix objects do.
 * NLRI of a family without a spec are {@link opaque}: they count as none and are only there as {@link rawBytes}.
 */
export class NlriView implements Iterable<Prefix> {
  declare readonly family: Family;
  /** Each NLRI has a path identifier (RFC 7911). */
  declare readonly addPath: boolean;
  declare readonly bytes: Uint8Array;
  declare readonly start: number;
  declare readonly end: number;
  /** The NLRI of an MP_UNREACH_NLRI, whose labels mean nothing (RFC 8277 §2.4). */
  declare readonly withdrawn: boolean;

  constructor(family: Family, addPath: boolean, bytes: Uint8Array, start: number, end: number, withdrawn = false) {
    this.family = family;
    this.addPath = addPath;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.withdrawn = withdrawn;
  }

  /**
   * The NLRI of `prefixes`, in their order, in memory of their own. Throws BgpEncodeError as `encodeRoutes` does for a prefix that cannot be
   * sent, and for a family without a spec.
   * @param addPath with the path identifier of each before it, as a session with ADD-PATH for the family sends them (RFC 7911).
   * @param withdrawn to be withdrawn: labels are neither needed nor kept.
   */
  static from(family: Family, prefixes: Iterable<Prefix>, addPath = false, withdrawn = false): NlriView {
    const spec = nlriSpec(family);
    if (spec === null) throw new BgpEncodeError("unsupported-family", "family", familyName(family));
    const w = new Writer();
    try {
      for (const prefix of prefixes) spec.encode(w, prefix, addPath, withdrawn);
    } catch (error) {
      throw asEncodeError(error, "nlri");
    }
    return new NlriView(family, addPath, w.slice(), 0, w.length, withdrawn);
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

  /** Each of {@link materialise}. */
  [Symbol.iterator](): IterableIterator<Prefix> {
    return this.materialise().values();
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
