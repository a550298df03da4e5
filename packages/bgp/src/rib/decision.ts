import { type AttributeValues, Origin, SegmentType } from "../codec/attributes/values.ts";
import { samePath } from "./same-attributes.ts";

// The decision process of RFC 4271 §9.1, with multipath. Pure: routes in, the choice out.

/** Who a route was learned from, as far as the decision process looks at it. */
export interface RouteSource {
  /** Unique among the sources of one Loc-RIB: the peer's address as text. */
  readonly name: string;
  /** The peer's address, 4 or 16 octets. */
  readonly address: Uint8Array;
  /** BGP Identifier of the peer, unsigned 32-bit. */
  readonly routerId: number;
  readonly asn: number;
  /** iBGP. */
  readonly internal: boolean;
}

/** One route to a destination that is a candidate for use. */
export interface Candidate {
  readonly source: RouteSource;
  readonly attributes: AttributeValues;
  /** RFC 7911 path identifier, or -1. */
  readonly pathId: number;
}

/** What may differ between routers; the defaults are those of RFC 4271. */
export interface DecisionOptions {
  /** How many routes may be used at once, at least 1 (which means no multipath). Default 1. */
  readonly maximumPaths?: number;
  /** Multipath takes AS_PATHs of equal length whatever is in them; without it they must be identical. Default false. */
  readonly asPathRelax?: boolean;
  /** Compare MULTI_EXIT_DISC between different neighbouring ASes too. Default false (RFC 4271 §9.1.2.2 c). */
  readonly alwaysCompareMed?: boolean;
  /** Cost to reach a next hop, or null when it cannot be reached, which excludes the route (RFC 4271 §9.1.2.1). Default 0 for all. */
  readonly nextHopCost?: (nextHop: Uint8Array) => number | null;
}

/** The outcome for one destination. `multipath` starts with `best`; both are empty when no route is usable. */
export interface Decision {
  readonly best: Candidate | null;
  readonly multipath: readonly Candidate[];
}

const nothing: Decision = { best: null, multipath: [] };

/** RFC 4271 §5.1.5 leaves eBGP's degree of preference to policy; 100 is what every implementation takes. */
const defaultLocalPref = 100;

/** Chooses the best of `candidates` and those that may share the traffic with it. The order given does not matter. */
export function decide(candidates: readonly Candidate[], options: DecisionOptions = {}): Decision {
  const costs = new Map<Candidate, number>();
  for (const candidate of candidates) {
    const cost = costOf(candidate, options);
    if (cost !== null) costs.set(candidate, cost);
  }
  let rest = [...costs.keys()];
  if (rest.length === 0) return nothing;
  // RFC 4271 §9.1.1: the highest degree of preference.
  rest = keepLowest(rest, (route) => -(route.attributes.localPref ?? defaultLocalPref));
  // RFC 4271 §9.1.2.2, in its order; every step looks only at what the step before has left.
  rest = keepLowest(rest, (route) => asPathLength(route.attributes));
  rest = keepLowest(rest, (route) => route.attributes.origin ?? Origin.Incomplete);
  rest = removeWorseMed(rest, options.alwaysCompareMed === true);
  rest = keepLowest(rest, (route) => (route.source.internal ? 1 : 0));
  rest = keepLowest(rest, (route) => costs.get(route) ?? 0);
  const best = breakTie(rest);
  if (best === null) return nothing;
  return { best, multipath: shareWith(best, rest, options) };
}

function costOf(candidate: Candidate, options: DecisionOptions): number | null {
  const { nextHop } = candidate.attributes;
  return options.nextHopCost === undefined || nextHop === undefined ? 0 : options.nextHopCost(nextHop);
}

/** RFC 4271 §9.1.2.2 a: an AS_SET counts as one; RFC 5065 §5.3: confederation segments do not count. */
export function asPathLength(attributes: AttributeValues): number {
  let length = 0;
  for (const segment of attributes.asPath ?? []) {
    switch (segment.type) {
      case SegmentType.Sequence:
        length += segment.asns.length;
        break;
      case SegmentType.Set:
        length += 1;
        break;
      case SegmentType.ConfedSequence:
      case SegmentType.ConfedSet:
        break;
      default:
        segment.type satisfies never;
    }
  }
  return length;
}

/** RFC 4271 §9.1.2.2 c: the AS the route was received from; 0, our own, for a path that starts with anything but a sequence. */
function neighborAs(attributes: AttributeValues): number {
  for (const segment of attributes.asPath ?? []) {
    if (segment.type === SegmentType.Sequence) return segment.asns[0] ?? 0;
    if (segment.type === SegmentType.Set) return 0;
  }
  return 0;
}

/** RFC 4271 §9.1.2.2 c: only routes of one neighbouring AS are compared; a route without MED has the lowest value. */
function removeWorseMed(routes: readonly Candidate[], always: boolean): Candidate[] {
  const lowest = new Map<number, number>();
  const groupOf = (route: Candidate): number => (always ? 0 : neighborAs(route.attributes));
  for (const route of routes) {
    const group = groupOf(route);
    const med = route.attributes.multiExitDisc ?? 0;
    lowest.set(group, Math.min(med, lowest.get(group) ?? med));
  }
  return routes.filter((route) => (route.attributes.multiExitDisc ?? 0) === lowest.get(groupOf(route)));
}

function keepLowest(routes: readonly Candidate[], rank: (route: Candidate) => number): Candidate[] {
  let lowest = Number.POSITIVE_INFINITY;
  let kept: Candidate[] = [];
  for (const route of routes) {
    const value = rank(route);
    if (value < lowest) {
      lowest = value;
      kept = [route];
    } else if (value === lowest) {
      kept.push(route);
    }
  }
  return kept;
}

function breakTie(routes: readonly Candidate[]): Candidate | null {
  let best: Candidate | null = null;
  for (const route of routes) if (best === null || compareIdentity(route, best) < 0) best = route;
  return best;
}

/** RFC 4271 §9.1.2.2 f and g, RFC 4456 §9 (ORIGINATOR_ID instead of the identifier, then the shorter CLUSTER_LIST), then the path identifier. */
function compareIdentity(a: Candidate, b: Candidate): number {
  return (
    identifierOf(a) - identifierOf(b) ||
    (a.attributes.clusterList?.length ?? 0) - (b.attributes.clusterList?.length ?? 0) ||
    compareBytes(a.source.address, b.source.address) ||
    a.pathId - b.pathId
  );
}

function identifierOf(route: Candidate): number {
  const id = route.attributes.originatorId;
  return id === undefined ? route.source.routerId : readUint32(id);
}

function readUint32(bytes: Uint8Array): number {
  let value = 0;
  for (let index = 0; index < 4; index++) value = value * 256 + (bytes[index] ?? 0);
  return value;
}

// An IPv4 address is lower than any IPv6 one: the RFC compares addresses of one kind only.
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let index = 0; index < a.length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Routes as good as the best up to the cost of the next hop; one per next hop, since two through the same one are one path. */
function shareWith(best: Candidate, equals: readonly Candidate[], options: DecisionOptions): Candidate[] {
  const maximum = options.maximumPaths ?? 1;
  const chosen = [best];
  if (maximum <= 1) return chosen;
  const nextHops = new Set([nextHopText(best.attributes)]);
  const others = equals.filter((route) => route !== best).sort(compareIdentity);
  for (const route of others) {
    if (chosen.length === maximum) break;
    if (options.asPathRelax !== true && !samePath(route.attributes.asPath ?? [], best.attributes.asPath ?? []))
      continue;
    const nextHop = nextHopText(route.attributes);
    if (nextHops.has(nextHop)) continue;
    nextHops.add(nextHop);
    chosen.push(route);
  }
  return chosen;
}

function nextHopText(attributes: AttributeValues): string {
  return attributes.nextHop?.join(".") ?? "";
}
