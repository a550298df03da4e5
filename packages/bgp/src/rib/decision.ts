import type { AttributeValues } from "../codec/attributes/values.ts";
import { factsOfValues, type RouteFacts } from "./route-facts.ts";
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
  /** iBGP, or a peer in another AS of our confederation (RFC 5065 §5.3). */
  readonly internal: boolean;
}

/** One route to a destination that is a candidate for use. */
export interface Candidate {
  readonly source: RouteSource;
  readonly attributes: AttributeValues;
  /** RFC 7911 path identifier, or -1. */
  readonly pathId: number;
  /** The label stack of a labelled or VPN route (RFC 8277 §2). */
  readonly labels?: readonly number[];
}

/** What may differ between routers; the defaults are those of RFC 4271. */
export interface DecisionOptions {
  /** How many routes may be used at once, at least 1 (which means no multipath). Default 1. */
  readonly maximumPaths?: number;
  /** Multipath takes AS_PATHs of equal length whatever is in them; without it they must be identical. Default false. */
  readonly asPathRelax?: boolean;
  /** Compare MULTI_EXIT_DISC between different neighbouring ASes too. Default false (RFC 4271 §9.1.2.2 c). */
  readonly alwaysCompareMed?: boolean;
  /**
   * Cost to reach a next hop, or null when it cannot be reached, which excludes the route (RFC 4271 §9.1.2.1). Default 0 for
   * all. A Loc-RIB asks again only when it is told to: see `LocRib.redecide`.
   */
  readonly nextHopCost?: (nextHop: Uint8Array) => number | null;
}

/** The outcome for one destination. `multipath` starts with `best`; both are empty when no route is usable. */
export interface Decision {
  readonly best: Candidate | null;
  readonly multipath: readonly Candidate[];
}

const nothing: Choice<never> = { best: null, multipath: [] };

/** Chooses the best of `candidates` and those that may share the traffic with it. The order given does not matter. */
export function decide(candidates: readonly Candidate[], options: DecisionOptions = {}): Decision {
  const contenders = candidates.map((candidate) => ({
    candidate,
    facts: factsOfValues(candidate.attributes),
    source: candidate.source,
    pathId: candidate.pathId,
    cost: 0,
  }));
  const { best, multipath } = choose(contenders, options, (a, b) =>
    samePath(a.candidate.attributes.asPath ?? [], b.candidate.attributes.asPath ?? []),
  );
  return { best: best?.candidate ?? null, multipath: multipath.map(({ candidate }) => candidate) };
}

/** A route as the decision process sees it. */
export interface Contender {
  readonly facts: RouteFacts;
  readonly source: RouteSource;
  readonly pathId: number;
  /** Written by {@link choose}. */
  cost: number;
}

export interface Choice<T> {
  readonly best: T | null;
  readonly multipath: readonly T[];
}

/** See {@link decide}. `sameAsPath` is asked only where multipath wants to know. */
export function choose<T extends Contender>(
  contenders: readonly T[],
  options: DecisionOptions,
  sameAsPath: (a: T, b: T) => boolean,
): Choice<T> {
  const usable = contenders.filter((route) => isReachable(route, options));
  if (usable.length === 0) return nothing;
  // RFC 4271 §9.1.1: the highest degree of preference.
  let rest = keepLowest(usable, (route) => -route.facts.localPref);
  // RFC 4271 §9.1.2.2, in its order; every step looks only at what the step before has left.
  rest = keepLowest(rest, (route) => route.facts.pathLength);
  rest = keepLowest(rest, (route) => route.facts.origin);
  const asGood = rest;
  rest = removeWorseMed(rest, options.alwaysCompareMed === true);
  rest = keepLowest(rest, (route) => (route.source.internal ? 1 : 0));
  rest = keepLowest(rest, (route) => route.cost);
  let best = rest[0]!;
  for (const route of rest) if (compareIdentity(route, best) < 0) best = route;
  return { best, multipath: shareWith(best, asGood, options, sameAsPath) };
}

function isReachable(route: Contender, { nextHopCost }: DecisionOptions): boolean {
  const { nextHop } = route.facts;
  const cost = nextHopCost === undefined || nextHop.length === 0 ? 0 : nextHopCost(nextHop);
  route.cost = cost ?? 0;
  return cost !== null;
}

/** RFC 4271 §9.1.2.2 c: only routes of one neighbouring AS are compared. Whoever is the worse of any two goes, so their order does not matter. */
function removeWorseMed<T extends Contender>(routes: readonly T[], always: boolean): readonly T[] {
  if (routes.length === 1) return routes;
  const lowest = new Map<number, number>();
  const groupOf = (route: T): number => (always ? 0 : route.facts.neighborAs);
  for (const route of routes) {
    const group = groupOf(route);
    const med = route.facts.multiExitDisc;
    lowest.set(group, Math.min(med, lowest.get(group) ?? med));
  }
  return routes.filter((route) => route.facts.multiExitDisc === lowest.get(groupOf(route)));
}

function keepLowest<T>(routes: readonly T[], rank: (route: T) => number): readonly T[] {
  if (routes.length === 1) return routes;
  let lowest = Number.POSITIVE_INFINITY;
  let kept: T[] = [];
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

/** RFC 4271 §9.1.2.2 f and g, RFC 4456 §9 (ORIGINATOR_ID instead of the identifier, then the shorter CLUSTER_LIST), then the path identifier. */
function compareIdentity(a: Contender, b: Contender): number {
  return (
    identifierOf(a) - identifierOf(b) ||
    a.facts.clusterLength - b.facts.clusterLength ||
    compareBytes(a.source.address, b.source.address) ||
    a.pathId - b.pathId
  );
}

function identifierOf({ facts, source }: Contender): number {
  return facts.originatorId === -1 ? source.routerId : facts.originatorId;
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

/**
 * Routes as good as the best up to the cost of the next hop; one per next hop, since two through the same one are one path. Each is
 * compared with the best alone, as BIRD and FRR do: the MED of a route from another neighbouring AS says nothing here.
 */
function shareWith<T extends Contender>(
  best: T,
  asGood: readonly T[],
  options: DecisionOptions,
  sameAsPath: (a: T, b: T) => boolean,
): readonly T[] {
  const maximum = options.maximumPaths ?? 1;
  const chosen = [best];
  if (maximum <= 1 || asGood.length === 1) return chosen;
  const others = asGood.filter((route) => route !== best && isAsGood(route, best, options)).sort(compareIdentity);
  for (const route of others) {
    if (chosen.length === maximum) break;
    if (options.asPathRelax !== true && !sameAsPath(route, best)) continue;
    if (chosen.some((other) => compareBytes(other.facts.nextHop, route.facts.nextHop) === 0)) continue;
    chosen.push(route);
  }
  return chosen;
}

function isAsGood(route: Contender, best: Contender, { alwaysCompareMed = false }: DecisionOptions): boolean {
  const comparable = alwaysCompareMed || route.facts.neighborAs === best.facts.neighborAs;
  if (comparable && route.facts.multiExitDisc !== best.facts.multiExitDisc) return false;
  return route.source.internal === best.source.internal && route.cost === best.cost;
}
