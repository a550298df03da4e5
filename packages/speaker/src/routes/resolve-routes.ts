import { type DesiredRoute, formatPrefix, type Prefix, parsePrefix } from "@vipcast/bgp";
import { SpeakerError } from "../errors.ts";
import { type ResolvedAttributes, resolveAttributes } from "./resolve-attributes.ts";
import type { Route, RouteAttributes, RoutePath } from "./route.ts";

const noAttributes: RouteAttributes = {};

/** Checks all routes before anything is changed; throws `ERR_SPEAKER_ROUTE` that names the first bad one. */
export function resolveRoutes(routes: Iterable<Route>): readonly DesiredRoute<ResolvedAttributes>[] {
  // Many routes usually share few attribute objects; each is resolved once per call.
  const seen = new Map<RouteAttributes, ResolvedAttributes>();
  const resolved: DesiredRoute<ResolvedAttributes>[] = [];
  for (const route of routes) {
    const prefix = withPathId(resolvePrefix(route.prefix), route.pathId);
    const asked = route.attributes ?? noAttributes;
    let attributes = seen.get(asked);
    if (attributes === undefined) {
      attributes = attributesOf(route.prefix, asked);
      seen.set(asked, attributes);
    }
    resolved.push({ prefix, attributes });
  }
  return resolved;
}

/** A prefix in text, as {@link Route.prefix} says; throws `ERR_SPEAKER_ROUTE`. */
export function resolvePrefix(text: string): Prefix {
  const prefix = parsePrefix(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
  if (prefix === undefined) {
    throw new SpeakerError(
      "ERR_SPEAKER_ROUTE",
      `"${text}" is not a prefix: write it like 192.0.2.10/32 or 2001:db8::10/128, with no bits set past the length`,
    );
  }
  return prefix;
}

/** A path as {@link RoutePath} says; throws `ERR_SPEAKER_ROUTE`. */
export function resolvePath(path: RoutePath): Prefix {
  return typeof path === "string" ? resolvePrefix(path) : withPathId(resolvePrefix(path.prefix), path.pathId);
}

function withPathId(prefix: Prefix, pathId: number | undefined): Prefix {
  if (pathId === undefined) return prefix;
  if (!Number.isInteger(pathId) || pathId < 0 || pathId > 0xffff_ffff) {
    throw new SpeakerError(
      "ERR_SPEAKER_ROUTE",
      `route ${formatPrefix(prefix)}: pathId is ${pathId}; it must be a whole number of 0..4294967295 (RFC 7911 §3)`,
    );
  }
  return { ...prefix, pathId };
}

function attributesOf(prefix: string, attributes: RouteAttributes): ResolvedAttributes {
  try {
    return resolveAttributes(attributes);
  } catch (error) {
    if (!(error instanceof SpeakerError)) throw error;
    throw new SpeakerError(error.code, `route ${prefix}: ${error.message}`);
  }
}
