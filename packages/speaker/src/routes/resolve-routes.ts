import { type DesiredRoute, type Prefix, parsePrefix } from "@vipcast/bgp";
import { SpeakerError } from "../errors.ts";
import { type ResolvedAttributes, resolveAttributes } from "./resolve-attributes.ts";
import type { Route, RouteAttributes } from "./route.ts";

const noAttributes: RouteAttributes = {};

/** Checks all routes before anything is changed; throws `ERR_SPEAKER_ROUTE` that names the first bad one. */
export function resolveRoutes(routes: Iterable<Route>): readonly DesiredRoute<ResolvedAttributes>[] {
  // Many routes usually share few attribute objects; each is resolved once per call.
  const seen = new Map<RouteAttributes, ResolvedAttributes>();
  const resolved: DesiredRoute<ResolvedAttributes>[] = [];
  for (const route of routes) {
    const prefix = resolvePrefix(route.prefix);
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

function attributesOf(prefix: string, attributes: RouteAttributes): ResolvedAttributes {
  try {
    return resolveAttributes(attributes);
  } catch (error) {
    if (!(error instanceof SpeakerError)) throw error;
    throw new SpeakerError(error.code, `route ${prefix}: ${error.message}`);
  }
}
