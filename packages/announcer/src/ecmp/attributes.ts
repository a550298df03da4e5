import { GRACEFUL_SHUTDOWN } from "@vipcast/bgp";
import { compareLargeCommunities } from "../intent/communities.ts";
import type { DesiredVip } from "../intent/desired-vip.ts";
import { DEFAULT_LOCAL_PREF, MAX_PREPEND } from "../intent/parse-vip.ts";
import type { RouteAttributes } from "../ports.ts";
import { anonymous, type NodeIdentity } from "./node-identity.ts";
import { PREFERENCE_STEP, STANDBY_PREFERENCE, stepsBelowBest } from "./preference.ts";
import { linkBandwidth } from "./weight.ts";

/**
 * `normal`: the VIP's own preference. `standby`: the lowest preference, while a failback delay runs. `worst`: worse than any preference, which
 * is what a drain announces.
 */
export type RouteMode = "normal" | "standby" | "worst";

/** What is announced of a VIP at one moment, beside what its intent says. */
export interface RouteForm {
  readonly mode: RouteMode;
  /** Bits per second, or null: no weight. */
  readonly weight: number | null;
}

/** More copies of our AS than any VIP may ask for. */
const WORST_PREPEND = MAX_PREPEND + 4;
const WORST_MED = 4294967295;

/** What a VIP announces when nothing is changed at run time. */
export function normalForm(vip: DesiredVip): RouteForm {
  return { mode: "normal", weight: vip.weight };
}

/**
 * The attributes of a VIP towards one peer. Nothing that routers compare depends on the node, except a `nextHop` that is not `self` and what the
 * node's own intent says (preference): routers form ECMP only over routes that compare equal. Communities, the node's among them, are not compared.
 *
 * `worst` adds GRACEFUL_SHUTDOWN (RFC 8326 §4.3) and makes the route lose at routers that do not know it: LOCAL_PREF 0 inside our AS;
 * outside a long AS_PATH and the highest MED, since MED is not compared between different neighbour ASes.
 */
export function attributesFor(
  vip: DesiredVip,
  peer: { readonly internal: boolean },
  form: RouteForm = normalForm(vip),
  node: NodeIdentity = anonymous,
): RouteAttributes {
  const worst = form.mode === "worst";
  const communities =
    worst && !vip.communities.includes(GRACEFUL_SHUTDOWN)
      ? [...vip.communities, GRACEFUL_SHUTDOWN].sort((a, b) => a - b)
      : vip.communities;
  const largeCommunities =
    node.community === null || vip.largeCommunities.includes(node.community)
      ? vip.largeCommunities
      : [...vip.largeCommunities, node.community].sort(compareLargeCommunities);
  return {
    origin: "igp",
    nextHop: vip.nextHop,
    ...(peer.internal ? internalChoice(vip, form.mode) : externalChoice(vip, form.mode)),
    ...(communities.length === 0 ? {} : { communities }),
    ...(largeCommunities.length === 0 ? {} : { largeCommunities }),
    ...(form.weight === null ? {} : { extendedCommunities: [linkBandwidth(node.asn, form.weight)] }),
  };
}

type Choice = Pick<RouteAttributes, "prepend" | "med" | "localPref">;

function stepsOf(vip: DesiredVip, mode: "normal" | "standby"): number {
  return stepsBelowBest(mode === "standby" ? STANDBY_PREFERENCE : vip.preference);
}

function internalChoice(vip: DesiredVip, mode: RouteMode): Choice {
  const base = vip.localPref ?? DEFAULT_LOCAL_PREF;
  const localPref = mode === "worst" ? 0 : base - stepsOf(vip, mode) * PREFERENCE_STEP.localPref;
  return { localPref, ...(vip.med === null ? {} : { med: vip.med }) };
}

function externalChoice(vip: DesiredVip, mode: RouteMode): Choice {
  if (mode === "worst") return { prepend: WORST_PREPEND, med: WORST_MED };
  const steps = stepsOf(vip, mode);
  const prepend = vip.prepend + steps * PREFERENCE_STEP.prepend;
  // The best preference sends no MED by itself: absent counts as 0, the best there is, wherever a router was not told otherwise.
  const med = vip.med === null && steps === 0 ? null : (vip.med ?? 0) + steps * PREFERENCE_STEP.med;
  return { ...(prepend > 0 ? { prepend } : {}), ...(med === null ? {} : { med }) };
}

/** Everything of a VIP that its route depends on, as one string: when it changes, the route must be announced again. */
export function routeSignature(vip: DesiredVip, form: RouteForm): string {
  return [
    form.mode,
    form.weight ?? "-",
    vip.preference,
    vip.nextHop,
    vip.med ?? "-",
    vip.localPref ?? "-",
    vip.prepend,
    vip.communities.join(","),
    vip.largeCommunities.join(","),
  ].join("|");
}
