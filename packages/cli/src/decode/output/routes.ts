import type { Json } from "@vipcast/bgp";
import type { JsonObject } from "./object.ts";

/** One route of an object. */
export interface Route {
  readonly announced: boolean;
  /** As text. */
  readonly prefix: string;
  /** -1 without ADD-PATH. */
  readonly pathId: number;
  /** The next hops of the route as text; none when withdrawn. */
  readonly nextHops: readonly string[];
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
    const pathId = typeof object.pathId === "number" ? object.pathId : -1;
    const nextHops = reach.nextHop === undefined ? nextHop : texts(reach.nextHop);
    return [{ announced: true, prefix: String(object.prefix), pathId, nextHops, family: familyOf(reach) }];
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
    const { prefix, pathId, raw } = objectOf(entry);
    const text = typeof entry === "string" ? entry : typeof prefix === "string" ? prefix : null;
    into.push({
      announced,
      prefix: text ?? (typeof raw === "string" ? raw : JSON.stringify(entry)),
      pathId: typeof pathId === "number" ? pathId : -1,
      nextHops,
      family,
    });
  }
}

/** The value as an object; an empty one when it is none. */
export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The value as a list; an empty one when it is none. */
export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The texts of a list. */
export function texts(value: Json | undefined): string[] {
  return listOf(value).filter((entry) => typeof entry === "string");
}
