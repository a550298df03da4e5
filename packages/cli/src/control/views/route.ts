import { formatCommunity as formatSent, type PeerExplanation } from "@vipcast/announcer";
import {
  type AsPathSegment,
  type AttributeValues,
  familyName,
  formatAddress,
  formatCommunity,
  formatLargeCommunity,
  formatPrefix,
  type RibRoute,
  SegmentType,
  toHex,
} from "@vipcast/bgp";
import type { RouteView } from "../resources/route.ts";

const origins = ["igp", "egp", "incomplete"] as const;

/** A route that a peer was sent, as the announcer asked for it. */
export function sentRoute(
  prefix: string,
  { peer, attributes, fingerprint }: PeerExplanation,
  session: { readonly internal: boolean; readonly localAs: number; readonly addPath: readonly string[] },
): RouteView {
  const {
    origin,
    nextHop,
    prepend = 0,
    med,
    localPref,
    communities,
    largeCommunities,
    extendedCommunities,
  } = attributes;
  const family = prefix.includes(":") ? "ipv6-unicast" : "ipv4-unicast";
  return {
    peer,
    direction: "sent",
    prefix,
    family,
    pathId: session.addPath.includes(family) ? 1 : null,
    nextHop,
    origin,
    asPath: session.internal
      ? ""
      : Array<number>(1 + prepend)
          .fill(session.localAs)
          .join(" "),
    med: med ?? null,
    localPref: localPref ?? null,
    communities: communities?.map(formatSent) ?? [],
    largeCommunities: largeCommunities ?? [],
    extendedCommunities: extendedCommunities ?? [],
    fingerprint,
  };
}

/** A route that a peer sent. */
export function receivedRoute(peer: string, { prefix, attributes }: RibRoute): RouteView {
  const { origin, asPath, multiExitDisc, localPref, communities, largeCommunities, extendedCommunities } = attributes;
  return {
    peer,
    direction: "received",
    prefix: formatPrefix(prefix),
    family: familyName(prefix.family),
    pathId: prefix.pathId < 0 ? null : prefix.pathId,
    nextHop: nextHopText(attributes),
    origin: origin === undefined ? null : (origins[origin] ?? null),
    asPath: (asPath ?? []).map(segmentText).join(" "),
    med: multiExitDisc ?? null,
    localPref: localPref ?? null,
    communities: communities?.map(formatCommunity) ?? [],
    largeCommunities: largeCommunities?.map(formatLargeCommunity) ?? [],
    extendedCommunities: extendedCommunities?.map((octets) => toHex(octets)) ?? [],
  };
}

/** An IPv6 next hop may be a global and a link-local address (RFC 2545 §3). */
function nextHopText({ nextHop }: AttributeValues): string {
  if (nextHop === undefined) return "";
  if (nextHop.length !== 32) return formatAddress(nextHop);
  return `${formatAddress(nextHop, 0, 16)} ${formatAddress(nextHop, 16, 16)}`;
}

function segmentText({ type, asns }: AsPathSegment): string {
  const numbers = asns.join(" ");
  switch (type) {
    case SegmentType.Sequence:
      return numbers;
    case SegmentType.Set:
      return `{${numbers}}`;
    case SegmentType.ConfedSequence:
      return `(${numbers})`;
    case SegmentType.ConfedSet:
      return `[${numbers}]`;
    default:
      return type satisfies never;
  }
}
