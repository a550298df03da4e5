import { type Candidate, type DecisionOptions, decide } from "@vipcast/bgp";
import type { RouteSet } from "./route-sets.ts";

/** A rule of GoBGP that is not RFC 4271's, as the same decision over routes in which that rule's subject is changed. */
interface Rule {
  readonly words: string;
  readonly seen: (route: Candidate) => Candidate;
}

const rules: readonly Rule[] = [
  {
    words: "GoBGP does not compare the length of CLUSTER_LIST (RFC 4456 §9), and goes on to the neighbour's address",
    seen: (route) => without(route, "clusterList"),
  },
  {
    words: "GoBGP compares the neighbour's BGP Identifier also where a route has an ORIGINATOR_ID (RFC 4456 §9)",
    seen: (route) => without(route, "originatorId"),
  },
  {
    words: "GoBGP looks at neither ORIGINATOR_ID nor CLUSTER_LIST (RFC 4456 §9)",
    seen: (route) => without(without(route, "originatorId"), "clusterList"),
  },
];

function without(route: Candidate, property: "originatorId" | "clusterList"): Candidate {
  const { [property]: _left, ...attributes } = route.attributes;
  return { ...route, attributes };
}

/** Which of its rules makes GoBGP choose `theirs` (a next hop); null when none does. */
export function explainGobgp({ candidates }: RouteSet, theirs: string, options: DecisionOptions): string | null {
  const rule = rules.find(({ seen }) => {
    const { best } = decide(candidates.map(seen), options);
    return best?.attributes.nextHop?.join(".") === theirs;
  });
  return rule?.words ?? null;
}

const arrival =
  "BIRD without `deterministic med` compares a new route with the best so far alone, so that with MEDs of several neighbouring ASes its choice depends on the order in which routes came (its manual, `deterministic med`)";

/** Whether comparing by pairs, each new route with the best so far alone, ends with another route for another order of arrival. */
export function dependsOnArrival({ candidates }: RouteSet): boolean {
  return new Set(orders(candidates).map(lastBest)).size > 1;
}

/**
 * Whether BIRD, which compares by pairs, may have come to the next hops `theirs`: in some order of arrival one route beats the best so far at
 * each step, and those are the ones as good as the last. Only where {@link dependsOnArrival}; null else.
 */
export function explainBird({ candidates }: RouteSet, theirs: string): string | null {
  const bests = new Set(orders(candidates).map(lastBest));
  if (bests.size < 2) return null;
  const possible = [...bests].some((best) => sharedWith(best, candidates) === theirs);
  return possible ? arrival : null;
}

function lastBest(routes: readonly Candidate[]): Candidate {
  return routes.reduce((best, route) => decide([best, route]).best ?? best);
}

function sharedWith(best: Candidate, routes: readonly Candidate[]): string {
  const options = { maximumPaths: 2, asPathRelax: true };
  const shared = routes.filter((route) => route === best || decide([best, route], options).multipath.length === 2);
  return shared
    .map(({ attributes }) => attributes.nextHop?.join(".") ?? "")
    .sort()
    .join(" ");
}

/** Every order of a few things. */
function orders<T>(things: readonly T[]): readonly (readonly T[])[] {
  if (things.length <= 1) return [things];
  return things.flatMap((first) => orders(things.filter((other) => other !== first)).map((rest) => [first, ...rest]));
}
