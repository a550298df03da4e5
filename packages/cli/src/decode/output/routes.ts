import type { Json } from "@vipcast/bgp";
import { type JsonObject, listOf, objectOf, texts } from "./json.ts";

/** One route of an object. */
export interface Route {
  readonly announced: boolean;
  /** As text. */
  readonly prefix: string;
  /** -1 without ADD-PATH. */
  readonly pathId: number;
  /** The next hops of the route as text; none when withdrawn. */
  readonly nextHops: readonly string[];
  /** Labels and route distinguisher, for families that have them. */
  readonly labels: readonly Json[];
  readonly rd: string | null;
  /** As `ipv6-unicast`, or null for the fields that are IPv4 unicast always. */
  readonly family: string | null;
}

/** The routes that an update or rib object announces and withdraws, in the order of the fields. Empty for other objects. */
export function routesOf(object: JsonObject): Route[] {
  const routes: Route[] = [];
  const attributes = objectOf(object.attributes);
  const reach = objectOf(attributes.mpReach);
  const unreach = objectOf(attributes.mpUnreach);
  const nextHop = typeof attributes.nextHop === "string" ? [attributes.nextHop] : [];
  if (object.type === "rib") {
    const nextHops = reach.nextHop === undefined ? nextHop : texts(reach.nextHop);
    return [route(object, true, nextHops, familyOf(reach))];
  }
  collect(routes, object.withdrawn, false, [], null);
  collect(routes, unreach.nlri, false, [], familyOf(unreach));
  collect(routes, reach.nlri, true, texts(reach.nextHop), familyOf(reach));
  collect(routes, object.nlri, true, nextHop, null);
  return routes;
}

function familyOf(reachability: JsonObject): string | null {
  return typeof reachability.family === "string" ? reachability.family : null;
}

function collect(
  into: Route[],
  nlri: Json | undefined,
  announced: boolean,
  nextHops: readonly string[],
  family: string | null,
): void {
  for (const entry of listOf(nlri)) {
    into.push(route(typeof entry === "string" ? { prefix: entry } : objectOf(entry), announced, nextHops, family));
  }
}

/** A route of what stands in the JSON of one NLRI: its prefix, or the octets of a family that cannot be read. */
function route(
  { prefix, raw, pathId, labels, rd }: JsonObject,
  announced: boolean,
  nextHops: readonly string[],
  family: string | null,
): Route {
  return {
    announced,
    prefix: String(prefix ?? raw),
    pathId: typeof pathId === "number" ? pathId : -1,
    nextHops,
    labels: listOf(labels),
    rd: typeof rd === "string" ? rd : null,
    family,
  };
}
