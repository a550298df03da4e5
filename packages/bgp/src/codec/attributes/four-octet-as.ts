import type { Aggregator } from "./aggregator-value.ts";
import { asTrans, isConfederation, pathLength, segmentLength } from "./as-path-segments.ts";
import { type AsPathSegment, type AttributeValues, SegmentType } from "./values.ts";

// RFC 6793: what travels between a speaker of four-octet AS numbers and one of two-octet ones.

function needsFourOctets(segments: readonly AsPathSegment[]): boolean {
  return segments.some(({ type, asns }) => !isConfederation(type) && asns.some((asn) => asn > 0xffff));
}

/**
 * The AS4_PATH to send beside an AS_PATH, or undefined when two octets can say it all (RFC 6793 §4.2.2). Confederation
 * segments are left out.
 */
export function as4PathToSend(asPath: readonly AsPathSegment[] | undefined): readonly AsPathSegment[] | undefined {
  if (asPath === undefined || !needsFourOctets(asPath)) return undefined;
  return asPath.filter(({ type }) => !isConfederation(type));
}

/** The AS4_AGGREGATOR to send beside an AGGREGATOR, or undefined when two octets suffice (RFC 6793 §4.2.2). */
export function as4AggregatorToSend(aggregator: Aggregator | undefined): Aggregator | undefined {
  return aggregator !== undefined && aggregator.asn > 0xffff ? aggregator : undefined;
}

/** Which of a two-octet peer's attributes count, and the path they mean (RFC 6793 §4.2.3). */
export function reconstructPath(values: AttributeValues): readonly AsPathSegment[] | undefined {
  const { asPath, as4Path, aggregator } = values;
  if (asPath === undefined || as4Path === undefined) return asPath;
  // An AGGREGATOR that does not say AS_TRANS was added by a speaker that knew neither AS4 attribute: both are stale.
  if (aggregator !== undefined && values.as4Aggregator !== undefined && aggregator.asn !== asTrans) return asPath;
  return mergePaths(asPath, as4Path);
}

export function reconstructAggregator(values: AttributeValues): Aggregator | undefined {
  const { aggregator, as4Aggregator } = values;
  return aggregator?.asn === asTrans && as4Aggregator !== undefined ? as4Aggregator : aggregator;
}

/** Prepends to `as4Path` as many leading AS numbers and segments of `asPath` as make it equally long. */
function mergePaths(asPath: readonly AsPathSegment[], as4Path: readonly AsPathSegment[]): readonly AsPathSegment[] {
  // RFC 6793 §6: confederation segments in AS4_PATH are discarded, the rest is used.
  const tail = as4Path.filter(({ type }) => !isConfederation(type));
  let missing = pathLength(asPath) - pathLength(tail);
  if (missing < 0) return asPath;
  const merged: AsPathSegment[] = [];
  for (const segment of asPath) {
    const length = segmentLength(segment);
    // A confederation segment counts nothing: it is taken when it leads, or follows something taken.
    if (length > missing) {
      if (missing > 0) merged.push({ type: segment.type, asns: segment.asns.slice(0, missing) });
      break;
    }
    merged.push(segment);
    missing -= length;
  }
  const [first, ...rest] = tail;
  const last = merged.at(-1);
  if (first?.type === SegmentType.Sequence && last?.type === SegmentType.Sequence) {
    merged.pop();
    return [...merged, { type: SegmentType.Sequence, asns: [...last.asns, ...first.asns] }, ...rest];
  }
  return [...merged, ...tail];
}
