import { type Prefix, parsePrefix } from "@vipcast/bgp";
import type { Place } from "../finding.ts";
import type { JsonObject } from "./json.ts";
import { type FindingType, findingType, findingTypes, hasRoutes, type Shown } from "./object.ts";
import { type Route, routesOf } from "./routes.ts";

export { type FindingType, findingTypes };

/** What of the findings to show: everything that fits one entry of each list that is not empty. */
export interface Filter {
  /** A route fits when its prefix is one of these or lies inside one (a more specific one). */
  readonly prefixes: readonly Prefix[];
  /** AS numbers of senders. */
  readonly peerAs: readonly number[];
  readonly types: readonly FindingType[];
}

/** Whether the finding fits as far as can be told without its body. {@link bodyFits} has the last word. */
export function mayFit({ prefixes, peerAs, types }: Filter, finding: Shown): boolean {
  if (types.length > 0 && !types.includes(findingType(finding))) return false;
  if (peerAs.length > 0 && !peerAs.some((asn) => asn === senderAs(finding.place))) return false;
  return prefixes.length === 0 || hasRoutes(finding);
}

/** MRT's `_LOCAL` subtypes: `local` was the sender. */
function senderAs({ sent, localAs, peerAs }: Place): number | undefined {
  return sent === true ? localAs : peerAs;
}

/** Whether the body of a finding that may fit has a route that fits. */
export function bodyFits(filter: Filter, body: JsonObject): boolean {
  return filter.prefixes.length === 0 || routesOf(body).some((route) => routeFits(filter, route));
}

/** Whether the route is one of the prefixes or inside one. */
export function routeFits({ prefixes }: Filter, route: Route): boolean {
  if (prefixes.length === 0) return true;
  const prefix = parsePrefix(route.prefix);
  return prefix !== undefined && prefixes.some((wider) => contains(wider, prefix));
}

function contains(wider: Prefix, prefix: Prefix): boolean {
  if (wider.family !== prefix.family || prefix.lengthBits < wider.lengthBits) return false;
  const octets = wider.lengthBits >> 3;
  for (let i = 0; i < octets; i++) if (wider.bytes[i] !== prefix.bytes[i]) return false;
  const rest = wider.lengthBits & 7;
  return rest === 0 || (wider.bytes[octets]! ^ prefix.bytes[octets]!) >> (8 - rest) === 0;
}
