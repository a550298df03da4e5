import type { Tlv } from "../codec/attributes/tlv.ts";
import type { AsPathSegment, AttributeValues, RawAttribute } from "../codec/attributes/values.ts";

/**
 * Whether two attribute sets mean the same on the wire; true exactly when their `attributeKey`s are equal. Asked once per
 * prefix, so it makes no text: one UPDATE of 64 KB can name some ten thousand prefixes beside 30 KB of attributes.
 */
export function sameAttributes(a: AttributeValues, b: AttributeValues): boolean {
  if (a === b) return true;
  return (
    a.origin === b.origin &&
    a.multiExitDisc === b.multiExitDisc &&
    a.localPref === b.localPref &&
    (a.atomicAggregate === true) === (b.atomicAggregate === true) &&
    sameBytes(a.nextHop, b.nextHop) &&
    sameBytes(a.originatorId, b.originatorId) &&
    samePath(a.asPath, b.asPath) &&
    samePath(a.as4Path, b.as4Path) &&
    sameAggregator(a.aggregator, b.aggregator) &&
    sameAggregator(a.as4Aggregator, b.as4Aggregator) &&
    sameList(a.communities, b.communities, Object.is) &&
    sameList(a.clusterList, b.clusterList, sameBytes) &&
    sameList(a.extendedCommunities, b.extendedCommunities, sameBytes) &&
    sameList(a.largeCommunities, b.largeCommunities, sameNumbers) &&
    a.onlyToCustomer === b.onlyToCustomer &&
    sameList(a.aigp, b.aigp, sameTlv) &&
    sameList(a.prefixSid, b.prefixSid, sameTlv) &&
    sameList(a.unknown, b.unknown, sameRaw)
  );
}

/** Whether two AS paths are the same; an empty one and none are not. */
export function samePath(a: readonly AsPathSegment[] | undefined, b: readonly AsPathSegment[] | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && sameList(a, b, sameSegment);
}

function sameSegment(a: AsPathSegment, b: AsPathSegment): boolean {
  return a.type === b.type && sameNumbers(a.asns, b.asns);
}

function sameAggregator(a: AttributeValues["aggregator"], b: AttributeValues["aggregator"]): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.asn === b.asn && sameBytes(a.address, b.address);
}

function sameRaw(a: RawAttribute, b: RawAttribute): boolean {
  return a.code === b.code && a.flags === b.flags && sameBytes(a.value, b.value);
}

function sameTlv(a: Tlv, b: Tlv): boolean {
  return a.type === b.type && sameBytes(a.value, b.value);
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return sameList(a, b, Object.is);
}

/** Policies copy sets and keep what they do not change: the very same list needs no second look. An empty list is not sent. */
function sameList<T>(a: readonly T[] | undefined, b: readonly T[] | undefined, same: (x: T, y: T) => boolean): boolean {
  if (a === b) return true;
  const length = a?.length ?? 0;
  if (length !== (b?.length ?? 0)) return false;
  for (let index = 0; index < length; index++) if (!same((a as T[])[index] as T, (b as T[])[index] as T)) return false;
  return true;
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === b) return true;
  const length = a?.length ?? 0;
  if (length !== (b?.length ?? 0)) return false;
  for (let index = 0; index < length; index++) if (a?.[index] !== b?.[index]) return false;
  return true;
}
