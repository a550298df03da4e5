import { readU16, readU32 } from "../../bytes/reader.ts";
import { copyOctets, Slab } from "../../bytes/slab.ts";
import { Writer } from "../../bytes/writer.ts";
import type { Family } from "../../iana/afi-safi.ts";
import { AttributeCode } from "../../iana/attribute-codes.ts";
import type { CodecContext } from "../context.ts";
import { MpReach } from "./14-mp-reach-nlri.ts";
import { MpUnreach } from "./15-mp-unreach-nlri.ts";
import { writeCanonical } from "./canonical.ts";
import { checkAttribute } from "./check.ts";
import { reconstructAggregator, reconstructPath } from "./four-octet-as.ts";
import { AttributeFlag, type MutableAttributeValues } from "./spec.ts";
import { attributeSpec } from "./table.ts";
import type { AttributeValues, Origin, RawAttribute } from "./values.ts";

const retained = new Slab();

/** Receives one attribute; its value is `bytes[start, end)`. */
export type AttributeVisitor = (code: number, flags: number, bytes: Uint8Array, start: number, end: number) => void;

/**
 * The path attributes of one UPDATE: validated, found by walking the headers, materialised on demand. An attribute that a
 * rule made malformed or unusable is not visible here. Borrows the receive buffer; `retain()` makes an independent copy.
 */
export class PathAttributes {
  declare readonly bytes: Uint8Array;
  declare readonly start: number;
  /** One past the last attribute that could be told apart. */
  declare readonly end: number;
  declare readonly context: CodecContext;
  /** Bit N: the attribute with code N (0..31) is there and usable. */
  declare private readonly low: number;
  /** Bit N: the attribute with code 32 + N is there and usable. */
  declare private readonly high: number;

  constructor(bytes: Uint8Array, start: number, end: number, context: CodecContext, low: number, high: number) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.context = context;
    this.low = low;
    this.high = high;
  }

  /** Whether a usable attribute with this code is there. */
  has(code: number): boolean {
    if (code < 32) return (this.low & (1 << code)) !== 0;
    if (code < 64) return (this.high & (1 << (code - 32))) !== 0;
    return this.find(code) >= 0;
  }

  /** Index of the first value octet of the attribute, or -1 when it is not there. Its length: {@link valueEnd}. */
  valueStart(code: number): number {
    const header = this.find(code);
    return header < 0 ? -1 : header + headerSize(this.bytes, header);
  }

  /** Index one past the attribute's last octet, or -1 when it is not there. */
  valueEnd(code: number): number {
    const header = this.find(code);
    return header < 0 ? -1 : attributeEnd(this.bytes, header);
  }

  /** The Attribute Flags octet as received, or -1 when the attribute is not there. */
  flags(code: number): number {
    const header = this.find(code);
    return header < 0 ? -1 : this.bytes[header]!;
  }

  /** 0, 1 or 2 (see `Origin`), or -1 when absent. */
  get origin(): Origin | -1 {
    const at = this.valueStart(AttributeCode.Origin);
    return at < 0 ? -1 : (this.bytes[at]! as Origin);
  }

  /** 0..4294967295, or -1 when absent. */
  get multiExitDisc(): number {
    const at = this.valueStart(AttributeCode.MultiExitDisc);
    return at < 0 ? -1 : readU32(this.bytes, at);
  }

  /** 0..4294967295, or -1 when absent (always from an external peer, RFC 7606 §7.5). */
  get localPref(): number {
    const at = this.valueStart(AttributeCode.LocalPref);
    return at < 0 ? -1 : readU32(this.bytes, at);
  }

  get atomicAggregate(): boolean {
    return this.has(AttributeCode.AtomicAggregate);
  }

  /** The NEXT_HOP attribute as an unsigned 32-bit integer, or -1 when absent. */
  get nextHop(): number {
    const at = this.valueStart(AttributeCode.NextHop);
    return at < 0 ? -1 : readU32(this.bytes, at);
  }

  /** Null when absent. */
  get mpReach(): MpReach | null {
    const start = this.valueStart(AttributeCode.MpReachNlri);
    return start < 0 ? null : new MpReach(this.bytes, start, this.valueEnd(AttributeCode.MpReachNlri), this.context);
  }

  /** Null when absent. */
  get mpUnreach(): MpUnreach | null {
    const start = this.valueStart(AttributeCode.MpUnreachNlri);
    return start < 0
      ? null
      : new MpUnreach(this.bytes, start, this.valueEnd(AttributeCode.MpUnreachNlri), this.context);
  }

  /** Calls `visit` for every usable attribute in wire order, MP_REACH_NLRI and MP_UNREACH_NLRI included; repetitions are left out. */
  forEach(visit: AttributeVisitor): void {
    const { bytes, end } = this;
    let seenLow = 0;
    let seenHigh = 0;
    let seenRest: Set<number> | null = null;
    for (let at = this.start; at < end; ) {
      const code = bytes[at + 1]!;
      const next = attributeEnd(bytes, at);
      let wanted: boolean;
      if (code < 32) {
        const bit = 1 << code;
        wanted = (this.low & bit) !== 0 && (seenLow & bit) === 0;
        seenLow |= bit;
      } else if (code < 64) {
        const bit = 1 << (code - 32);
        wanted = (this.high & bit) !== 0 && (seenHigh & bit) === 0;
        seenHigh |= bit;
      } else {
        seenRest ??= new Set();
        wanted = !seenRest.has(code) && this.isUsable(at);
        seenRest.add(code);
      }
      if (wanted) visit(code, bytes[at]!, bytes, at + headerSize(bytes, at), next);
      at = next;
    }
  }

  /**
   * Independent values. From a two-octet peer `asPath` and `aggregator` are the true ones, rebuilt from AS4_PATH and
   * AS4_AGGREGATOR (RFC 6793 §4.2.3), which are then left out. `nextHop` is the one of `family`'s routes: MP_REACH_NLRI's when
   * it carries that family, else NEXT_HOP; without `family` MP_REACH_NLRI's when it is there (RFC 4760 §3), else NEXT_HOP.
   */
  materialise(family?: Family): AttributeValues {
    const values = this.wireValues() as MutableAttributeValues;
    if (!this.context.fourOctetAs) {
      const path = reconstructPath(values);
      const aggregator = reconstructAggregator(values);
      if (path !== undefined) values.asPath = path;
      if (aggregator !== undefined) values.aggregator = aggregator;
      delete values.as4Path;
      delete values.as4Aggregator;
    }
    const reach = this.mpReach;
    if (reach !== null && (family === undefined || reach.family === family)) {
      values.nextHop = reach.nextHop;
    }
    return values;
  }

  /** Independent values exactly as on the wire: no reconstruction, `nextHop` only from NEXT_HOP. */
  wireValues(): AttributeValues {
    const values: MutableAttributeValues = {};
    const unknown: RawAttribute[] = [];
    this.forEach((code, flags, bytes, start, end) => {
      const spec = attributeSpec(code);
      if (spec !== null && !spec.opaque) spec.load(values, bytes, start, end, this.context);
      else unknown.push({ code, flags: flags & ~AttributeFlag.ExtendedLength, value: copyOctets(bytes, start, end) });
    });
    if (unknown.length > 0) values.unknown = unknown;
    return values;
  }

  /**
   * Appends the canonical octets of what `family`'s routes share: equal sets give equal octets whatever order or length
   * encoding the peer chose. Attributes ascend, lengths are minimal, AS numbers have four octets, the next hop stands as
   * NEXT_HOP with 4, 16 or 32 octets, and the NLRI are left out. Without `family` as in {@link materialise}.
   */
  writeCanonical(w: Writer, family?: Family): void {
    writeCanonical(w, this, family);
  }

  /** {@link writeCanonical} into an array of its own. */
  rawBytes(family?: Family): Uint8Array {
    const w = new Writer(this.end - this.start + 64);
    this.writeCanonical(w, family);
    return w.slice();
  }

  /** A copy that lives on by itself. */
  retain(): PathAttributes {
    const start = retained.copy(this.bytes, this.start, this.end);
    const end = start + this.end - this.start;
    return new PathAttributes(retained.bytes, start, end, this.context, this.low, this.high);
  }

  private find(code: number): number {
    if (code < 64) return this.has(code) ? this.walkTo(code) : -1;
    const header = this.walkTo(code);
    return header >= 0 && this.isUsable(header) ? header : -1;
  }

  /** Whether the attribute at `header`, whose code is 64 or more, broke no rule: there is no bit to say so. */
  private isUsable(header: number): boolean {
    const { bytes, context } = this;
    const spec = attributeSpec(bytes[header + 1]!);
    const flags = bytes[header]!;
    // RFC 4271 §6.3: an unknown one may not claim to be well-known.
    if (spec === null) return (flags & AttributeFlag.Optional) !== 0;
    const start = header + headerSize(bytes, header);
    return checkAttribute(spec, bytes, start, attributeEnd(bytes, header), flags, context, true) === null;
  }

  private walkTo(code: number): number {
    const { bytes, end } = this;
    for (let at = this.start; at < end; at = attributeEnd(bytes, at)) if (bytes[at + 1] === code) return at;
    return -1;
  }
}

/** Octets before the value: flags, code and a length of one or two octets (RFC 4271 §4.3). */
function headerSize(bytes: Uint8Array, at: number): 3 | 4 {
  return (bytes[at]! & AttributeFlag.ExtendedLength) === 0 ? 3 : 4;
}

/** Where the attribute that begins at `at`, and is known to be whole, ends. */
function attributeEnd(bytes: Uint8Array, at: number): number {
  return (bytes[at]! & AttributeFlag.ExtendedLength) === 0 ? at + 3 + bytes[at + 2]! : at + 4 + readU16(bytes, at + 2);
}
