import {
  type AsPathSegment,
  type AttributeValues,
  formatAddress,
  formatCommunity,
  formatLargeCommunity,
  type Prefix,
  SegmentType,
} from "@vipcast/bgp";

const origins = ["igp", "egp", "incomplete"] as const;

/** `65000 65001 {65002 65003}`, confederations in brackets of their own. */
function pathText(segments: readonly AsPathSegment[]): string {
  return segments
    .map(({ type, asns }) => {
      const list = asns.join(" ");
      switch (type) {
        case SegmentType.Sequence:
          return list;
        case SegmentType.Set:
          return `{${list}}`;
        case SegmentType.ConfedSequence:
          return `(${list})`;
        case SegmentType.ConfedSet:
          return `[${list}]`;
        default:
          return type satisfies never;
      }
    })
    .join(" ");
}

/** The path identifier of a route, where it has one (RFC 7911). */
export function pathIdOf({ pathId }: Prefix): { readonly pathId?: number } {
  return pathId < 0 ? {} : { pathId };
}

/** What a line says of a route's attributes; those that it does not have are absent. */
export function attributeFields(attributes: AttributeValues): object {
  const { origin, asPath = [], nextHop, multiExitDisc, localPref, communities, largeCommunities } = attributes;
  return {
    origin: origins[origin ?? 2],
    asPath: pathText(asPath),
    // RFC 2545 §3: a link-local address may stand behind the global one, which is the one to show.
    ...(nextHop === undefined ? {} : { nextHop: formatAddress(nextHop, 0, Math.min(nextHop.length, 16)) }),
    ...(multiExitDisc === undefined ? {} : { med: multiExitDisc }),
    ...(localPref === undefined ? {} : { localPref }),
    ...(communities === undefined ? {} : { communities: communities.map(formatCommunity) }),
    ...(largeCommunities === undefined ? {} : { largeCommunities: largeCommunities.map(formatLargeCommunity) }),
  };
}
