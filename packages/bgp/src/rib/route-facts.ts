import { readU32 } from "../bytes/reader.ts";
import { type AsPathSegment, type AttributeValues, Origin, SegmentType } from "../codec/attributes/values.ts";
import { AttributeCode } from "../iana/attribute-codes.ts";
import { attributeEnd, valueAt } from "./attribute-block.ts";

/** What the decision process reads of a route's attributes (RFC 4271 §9.1.2.2, RFC 4456 §9). */
export interface RouteFacts {
  readonly localPref: number;
  readonly pathLength: number;
  readonly origin: number;
  readonly multiExitDisc: number;
  /** The AS the route was received from; 0, our own, for a path that starts with anything but a sequence. */
  readonly neighborAs: number;
  /** -1: the route has none. */
  readonly originatorId: number;
  readonly clusterLength: number;
  readonly nextHop: Uint8Array;
}

/** RFC 4271 §5.1.5 leaves eBGP's degree of preference to policy; 100 is what every implementation takes. */
const defaultLocalPref = 100;
const noOctets = new Uint8Array(0);

export function factsOfValues(values: AttributeValues): RouteFacts {
  return {
    localPref: values.localPref ?? defaultLocalPref,
    pathLength: asPathLength(values),
    origin: values.origin ?? Origin.Incomplete,
    // RFC 4271 §9.1.2.2 c: a route without MED has the lowest value.
    multiExitDisc: values.multiExitDisc ?? 0,
    neighborAs: neighborAs(values.asPath ?? []),
    originatorId: values.originatorId === undefined ? -1 : readU32(values.originatorId, 0),
    clusterLength: values.clusterList?.length ?? 0,
    nextHop: values.nextHop ?? noOctets,
  };
}

/** The same of canonical octets, without making values of them. */
export function factsOfBlock(bytes: Uint8Array, start: number, end: number): RouteFacts {
  const facts = {
    localPref: defaultLocalPref,
    pathLength: 0,
    origin: Origin.Incomplete as number,
    multiExitDisc: 0,
    neighborAs: 0,
    originatorId: -1,
    clusterLength: 0,
    nextHop: noOctets,
  };
  for (let at = start; at < end; ) {
    const next = attributeEnd(bytes, at);
    const value = valueAt(bytes, at);
    switch (bytes[at + 1]) {
      case AttributeCode.Origin:
        facts.origin = bytes[value]!;
        break;
      case AttributeCode.AsPath:
        readPath(facts, bytes, value, next);
        break;
      case AttributeCode.NextHop:
        facts.nextHop = bytes.slice(value, next);
        break;
      case AttributeCode.MultiExitDisc:
        facts.multiExitDisc = readU32(bytes, value);
        break;
      case AttributeCode.LocalPref:
        facts.localPref = readU32(bytes, value);
        break;
      case AttributeCode.OriginatorId:
        facts.originatorId = readU32(bytes, value);
        break;
      case AttributeCode.ClusterList:
        facts.clusterLength = (next - value) >> 2;
        break;
    }
    at = next;
  }
  return facts;
}

/** RFC 4271 §9.1.2.2 a: an AS_SET counts as one; RFC 5065 §5.3: confederation segments do not count. */
function countedLength(type: number, asns: number): number {
  return type === SegmentType.Sequence ? asns : type === SegmentType.Set ? 1 : 0;
}

function readPath(
  facts: { pathLength: number; neighborAs: number },
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  let first = true;
  for (let segment = start; segment < end; ) {
    const type = bytes[segment]!;
    const asns = bytes[segment + 1]!;
    facts.pathLength += countedLength(type, asns);
    if (first && (type === SegmentType.Sequence || type === SegmentType.Set)) {
      first = false;
      if (type === SegmentType.Sequence && asns > 0) facts.neighborAs = readU32(bytes, segment + 2);
    }
    segment += 2 + 4 * asns;
  }
}

/** How many ASes a route has come through, as RFC 4271 §9.1.2.2 a counts them. */
export function asPathLength(attributes: AttributeValues): number {
  let length = 0;
  for (const { type, asns } of attributes.asPath ?? []) length += countedLength(type, asns.length);
  return length;
}

function neighborAs(path: readonly AsPathSegment[]): number {
  for (const { type, asns } of path) {
    if (type === SegmentType.Sequence) return asns[0] ?? 0;
    if (type === SegmentType.Set) return 0;
  }
  return 0;
}
