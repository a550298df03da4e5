import { decodeExtendedCommunity } from "../codec/attributes/extended-community.ts";
import type { AttributeValues } from "../codec/attributes/values.ts";

/** What shares add up to, but for rounding, as in FRR. */
const total = 100;

/**
 * The share of the traffic that each of several paths to one destination is to have, by the link-bandwidth extended community
 * (draft-ietf-idr-link-bandwidth §2): whole numbers of at least 1 that add up to about 100, in the order of the paths. All are 1 where one path
 * has no bandwidth, or none has any, as in FRR.
 */
export function pathShares(paths: readonly AttributeValues[]): readonly number[] {
  const bandwidths = paths.map(bandwidthOf);
  const sum = bandwidths.reduce<number>((before, bandwidth) => before + (bandwidth ?? 0), 0);
  const weighted = sum > 0 && bandwidths.every((bandwidth) => bandwidth !== null);
  return bandwidths.map((bandwidth) => (weighted ? Math.max(1, Math.round(((bandwidth ?? 0) / sum) * total)) : 1));
}

function bandwidthOf({ extendedCommunities = [] }: AttributeValues): number | null {
  for (const octets of extendedCommunities) {
    const community = decodeExtendedCommunity(octets);
    if (community.kind === "link-bandwidth") return community.bytesPerSecond;
  }
  return null;
}
