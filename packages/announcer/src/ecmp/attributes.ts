import { GRACEFUL_SHUTDOWN } from "@vipcast/bgp";
import type { DesiredVip } from "../intent/desired-vip.ts";
import { MAX_PREPEND } from "../intent/parse-vip.ts";
import type { RouteAttributes } from "../ports.ts";

/** `normal`, or the worst preference there is: what a drain announces. */
export type RouteMode = "normal" | "worst";

/** More copies of our AS than any VIP may ask for. */
const WORST_PREPEND = MAX_PREPEND + 4;
const WORST_MED = 4294967295;
const DEFAULT_LOCAL_PREF = 100;

/**
 * The attributes of a VIP towards one peer. Nothing in them depends on the node except a `nextHop` that is not `self` and communities that
 * differ between nodes' configurations: routers compare the rest, and form ECMP only over routes that compare equal.
 *
 * `worst` adds GRACEFUL_SHUTDOWN (RFC 8326 §4.3) and makes the route lose at routers that do not know it: LOCAL_PREF 0 inside our AS;
 * outside a long AS_PATH and the highest MED, since MED is not compared between different neighbour ASes.
 */
export function attributesFor(
  vip: DesiredVip,
  peer: { readonly internal: boolean },
  mode: RouteMode = "normal",
): RouteAttributes {
  const worst = mode === "worst";
  const communities =
    worst && !vip.communities.includes(GRACEFUL_SHUTDOWN)
      ? [...vip.communities, GRACEFUL_SHUTDOWN].sort((a, b) => a - b)
      : vip.communities;
  const med = worst && !peer.internal ? WORST_MED : vip.med;
  const prepend = worst ? WORST_PREPEND : vip.prepend;
  return {
    origin: "igp",
    nextHop: vip.nextHop,
    ...(peer.internal ? { localPref: worst ? 0 : (vip.localPref ?? DEFAULT_LOCAL_PREF) } : {}),
    ...(!peer.internal && prepend > 0 ? { prepend } : {}),
    ...(med === null ? {} : { med }),
    ...(communities.length === 0 ? {} : { communities }),
    ...(vip.largeCommunities.length === 0 ? {} : { largeCommunities: vip.largeCommunities }),
  };
}

/** Everything of a VIP that its route depends on, as one string: when it changes, the route must be announced again. */
export function routeSignature(vip: DesiredVip, mode: RouteMode): string {
  return [
    mode,
    vip.nextHop,
    vip.med ?? "-",
    vip.localPref ?? "-",
    vip.prepend,
    vip.communities.join(","),
    vip.largeCommunities.join(","),
  ].join("|");
}
