import { readU16, readU32 } from "../../bytes/reader.ts";
import type { Writer } from "../../bytes/writer.ts";
import { BgpEncodeError, checkList, checkRange } from "../encode-error.ts";
import { encodeU32s } from "./integers.ts";
import type { Json } from "./spec.ts";
import { type AsPathSegment, SegmentType } from "./values.ts";

/** Stands in a two-octet field for an AS number that needs four (RFC 6793 §9). */
export const asTrans = 23456;

/** A segment's count is one octet (RFC 4271 §4.3). */
const maxSegmentLength = 255;

const names = ["", "set", "sequence", "confed-sequence", "confed-set"] as const;

/** Name of the first rule the segments break, or null. RFC 7606 §7.2 for AS_PATH, RFC 6793 §6 for AS4_PATH, RFC 7607 §2 for AS 0. */
export type SegmentFault =
  | "as-path-underrun"
  | "as-path-segment-type"
  | "as-path-empty-segment"
  | "as-path-overrun"
  | "as-path-as-zero";

/** Checks segments of AS numbers of `asnOctets` octets each. */
export function checkSegments(bytes: Uint8Array, start: number, end: number, asnOctets: 2 | 4): SegmentFault | null {
  let at = start;
  while (at < end) {
    // "there is only a single octet remaining (that is, there is not enough unconsumed data to provide even an empty segment header)"
    if (end - at < 2) return "as-path-underrun";
    const type = bytes[at]!;
    const count = bytes[at + 1]!;
    if (type < SegmentType.Set || type > SegmentType.ConfedSet) return "as-path-segment-type";
    if (count === 0) return "as-path-empty-segment";
    at += 2;
    const next = at + count * asnOctets;
    if (next > end) return "as-path-overrun";
    // The last octet says it for nearly all: one in 256 needs a second look.
    for (let last = at + asnOctets - 1; last < next; last += asnOctets) {
      if (bytes[last] === 0 && isZeroAs(bytes, last - asnOctets + 1, asnOctets)) return "as-path-as-zero";
    }
    at = next;
  }
  return null;
}

/** Whether segments that passed {@link checkSegments} have one of a confederation among them (RFC 5065 §3). */
export function hasConfederationSegment(bytes: Uint8Array, start: number, end: number, asnOctets: 2 | 4): boolean {
  for (let at = start; at < end; at += 2 + bytes[at + 1]! * asnOctets) {
    if (bytes[at]! >= SegmentType.ConfedSequence) return true;
  }
  return false;
}

/** RFC 7607 §2: AS 0 in a path or an aggregator is malformed. */
export function isZeroAs(bytes: Uint8Array, at: number, asnOctets: 2 | 4): boolean {
  return (bytes[at]! | bytes[at + 1]!) === 0 && (asnOctets === 2 || (bytes[at + 2]! | bytes[at + 3]!) === 0);
}

/** The segments of octets that passed {@link checkSegments}. */
export function decodeSegments(bytes: Uint8Array, start: number, end: number, asnOctets: 2 | 4): AsPathSegment[] {
  const segments: AsPathSegment[] = [];
  let at = start;
  while (at < end) {
    const type = bytes[at]! as SegmentType;
    const count = bytes[at + 1]!;
    at += 2;
    // Made at its length: growing would leave room for more than most paths have.
    const asns = new Array<number>(count);
    for (let i = 0; i < count; i++, at += asnOctets)
      asns[i] = asnOctets === 4 ? readU32(bytes, at) : readU16(bytes, at);
    segments.push({ type, asns });
  }
  return segments;
}

/** Appends segments; runs of more than 255 become several (RFC 4271 §5.1.2). AS numbers that do not fit become AS_TRANS. */
export function encodeSegments(w: Writer, segments: readonly AsPathSegment[], asnOctets: 2 | 4): void {
  checkList("asPath", segments);
  for (let index = 0; index < segments.length; index++) {
    const { type, asns } = segments[index]!;
    checkRange("asPath.type", type, SegmentType.Set, SegmentType.ConfedSet);
    checkList("asPath.asns", asns);
    if (asns.length === 0) throw emptySegment();
    for (let from = 0; from < asns.length; from += maxSegmentLength) {
      const to = Math.min(asns.length, from + maxSegmentLength);
      w.u16((type << 8) | (to - from));
      // RFC 7607 §2: "MUST NOT originate or propagate a route with an AS number of zero".
      if (asnOctets === 4) encodeU32s(w, "asPath.asns", 1, asns, from, to);
      else for (let i = from; i < to; i++) encodeTwoOctetAsn(w, asns[i]!);
    }
  }
}

function emptySegment(): BgpEncodeError {
  return new BgpEncodeError("value-length", "asPath.asns", "a segment without AS numbers");
}

function encodeTwoOctetAsn(w: Writer, asn: number): void {
  checkRange("asPath.asns", asn, 1, 0xffff_ffff);
  w.u16(asn > 0xffff ? asTrans : asn);
}

export function segmentsToJson(segments: readonly AsPathSegment[]): Json {
  return segments.map(({ type, asns }) => ({ type: names[type], asns }));
}

/** How many AS numbers a path counts as: a set is one, confederation segments are none (RFC 4271 §9.1.2.2, RFC 5065 §5.3). */
export function pathLength(segments: readonly AsPathSegment[]): number {
  let length = 0;
  for (const segment of segments) length += segmentLength(segment);
  return length;
}

export function segmentLength({ type, asns }: AsPathSegment): number {
  switch (type) {
    case SegmentType.Sequence:
      return asns.length;
    case SegmentType.Set:
      return 1;
    case SegmentType.ConfedSequence:
    case SegmentType.ConfedSet:
      return 0;
    default:
      return type satisfies never;
  }
}

export function isConfederation(type: SegmentType): boolean {
  return type === SegmentType.ConfedSequence || type === SegmentType.ConfedSet;
}
