import { attributesFor, type RouteForm } from "../ecmp/attributes.ts";
import { formatBitRate } from "../ecmp/bit-rate.ts";
import { fingerprint } from "../ecmp/fingerprint.ts";
import type { NodeIdentity } from "../ecmp/node-identity.ts";
import { BEST_PREFERENCE, STANDBY_PREFERENCE } from "../ecmp/preference.ts";
import { compareHealth, type Health } from "../health/health.ts";
import type { Refusal } from "../intent/desired-vip.ts";
import type { Step } from "../plan/step.ts";
import { isUsable, type VipView } from "../plan/view.ts";
import type { NotificationText, RouteAttributes, RoutePeer } from "../ports.ts";
import { drainCause } from "./causes.ts";
import type { HealthExplanation } from "./explain-health.ts";
import type { StepFailure, VipEntry } from "./vip-entry.ts";

/** One peer's part of an {@link Explanation}. */
export interface PeerExplanation {
  readonly peer: string;
  readonly asn: number;
  readonly established: boolean;
  /** The UPDATE was handed to the kernel on the present session, and not withdrawn since. */
  readonly announced: boolean;
  /** Why, in a sentence. */
  readonly why: string;
  /** What is, or would be, announced. */
  readonly attributes: RouteAttributes;
  /** Equal on two nodes: their routes compare equal. */
  readonly fingerprint: string;
  readonly lastNotificationSent?: NotificationText;
  readonly lastNotificationReceived?: NotificationText;
}

/** Why a VIP is or is not announced. Plain data that can be printed as JSON. */
export interface Explanation {
  readonly vip: string;
  readonly state:
    | "announced"
    | "draining"
    | "drained"
    | "bound"
    | "waiting"
    | "refused"
    | "damped"
    | "failing"
    | "leaving"
    | "unknown";
  /** In our Adj-RIB-Out. */
  readonly announced: boolean;
  /** On the interface, as the invariant wants it. */
  readonly bound: boolean;
  readonly interface: string;
  readonly healthy: boolean;
  readonly health: Health;
  /** 0..10, higher is better, as the intent says. */
  readonly preference: number;
  /** How much longer it is announced as standby after it became able to serve, milliseconds; 0 when that is over. */
  readonly standbyMs: number;
  /** Bits per second, as announced or about to be; null: no weight. */
  readonly weight: number | null;
  /** Null for a VIP that is not in the intent. */
  readonly verdict: HealthExplanation | null;
  /** Sentences, most important first. */
  readonly reasons: readonly string[];
  readonly refusal: Refusal | null;
  readonly failure: (Omit<StepFailure, "retryAtMs"> & { readonly retryInMs: number }) | null;
  /** Removals by others within the damping window, and what is left of a hold-down. */
  readonly removals: number;
  readonly holdDownMs: number;
  /** What the loop will do next. */
  readonly next: readonly Step[];
  readonly peers: readonly PeerExplanation[];
}

/** What is known of drains, apart from which. */
interface DrainFacts {
  readonly node: boolean;
  readonly failure: string | null;
  /** Why it is not known what an earlier run drained; null when it is. */
  readonly unread: string | null;
}

/** What is known of the host, apart from addresses. */
interface HostFacts {
  /** Null once it has been observed, else why it was not yet; the text is empty when that is only a matter of time. */
  readonly unseen: string | null;
  /** The VIP's interface exists. */
  readonly hasLink: boolean;
}

/** Explains a VIP that is in the intent or on its way out of it. */
export function explainEntry(
  entry: VipEntry,
  view: VipView,
  facts: {
    readonly next: readonly Step[];
    readonly node: NodeIdentity;
    readonly drains: DrainFacts;
    readonly host: HostFacts;
    readonly form: RouteForm;
    readonly peers: readonly RoutePeer[];
    readonly removals: number;
    readonly holdDownMs: number;
    readonly verdict: HealthExplanation;
    readonly sentTo: (peer: string) => boolean;
  },
): Explanation {
  const bound = isUsable(entry.vip, view);
  const failure = entry.failure;
  return {
    vip: entry.vip.prefix,
    state: stateOf(entry, bound, facts.holdDownMs + dampedMs(facts.verdict)),
    announced: entry.announced !== null,
    bound,
    interface: entry.vip.interface,
    healthy: entry.verdict.health === "healthy",
    health: entry.verdict.health,
    preference: entry.vip.preference,
    standbyMs: Math.round(entry.standbyMs(view.nowMs)),
    weight: facts.form.weight,
    verdict: facts.verdict,
    reasons: reasonsOf(entry, view, bound, facts),
    refusal: entry.refusal,
    failure:
      failure === null
        ? null
        : {
            step: failure.step,
            code: failure.code,
            message: failure.message,
            attempt: failure.attempt,
            retryInMs: Math.max(0, Math.round(failure.retryAtMs - view.nowMs)),
          },
    removals: facts.removals,
    holdDownMs: facts.holdDownMs,
    next: facts.next,
    peers: facts.peers.map((peer) =>
      explainPeer(entry, peer, facts.sentTo(peer.address), attributesFor(entry.vip, peer, facts.form, facts.node)),
    ),
  };
}

/** Explains a VIP that nobody has declared. */
export function explainUnknown(vip: string): Explanation {
  return {
    vip,
    state: "unknown",
    announced: false,
    bound: false,
    interface: "",
    healthy: false,
    health: "unknown",
    preference: 0,
    standbyMs: 0,
    weight: null,
    verdict: null,
    reasons: [`${vip} is not in the intent: vipcast announces only what it was told to`],
    refusal: null,
    failure: null,
    removals: 0,
    holdDownMs: 0,
    next: [],
    peers: [],
  };
}

function stateOf(entry: VipEntry, bound: boolean, holdDownMs: number): Explanation["state"] {
  if (entry.goal === "remove" || entry.goal === "stop")
    return entry.announced?.draining === true ? "draining" : "leaving";
  if (entry.wantedGoal === "drain") return entry.announced === null ? "drained" : "draining";
  if (entry.refusal !== null) return "refused";
  if (holdDownMs > 0) return "damped";
  if (entry.announced !== null) return "announced";
  if (entry.failure !== null) return "failing";
  return bound ? "bound" : "waiting";
}

/** What is left of a hold-down that keeps a VIP from being announced as well as it could be. */
function dampedMs({ health, judged, holdDownMs }: HealthExplanation): number {
  return compareHealth(health, judged) < 0 ? holdDownMs : 0;
}

function reasonsOf(
  entry: VipEntry,
  view: VipView,
  bound: boolean,
  { holdDownMs, drains, host }: { readonly holdDownMs: number; readonly drains: DrainFacts; readonly host: HostFacts },
): readonly string[] {
  const { vip } = entry;
  const reasons: string[] = [];
  if (entry.goal === "drain") reasons.push(...drainReasons(drains));
  else if (entry.wantedGoal === "drain") reasons.push(`${drainCause(entry)}: remove it to announce the VIP again`);
  if (entry.goal === "remove") reasons.push("it is no longer in the intent and is being taken away");
  if (entry.goal === "stop") reasons.push("vipcast is stopping");
  if (entry.refusal !== null) reasons.push(entry.refusal.message);
  if (entry.tolerated !== null && entry.announced === null) reasons.push(entry.tolerated.message);
  reasons.push(...healthReasons(entry, view.nowMs));
  if (holdDownMs > 0)
    reasons.push(
      `it kept being removed from ${vip.interface} by somebody else and is held down for another ${Math.round(holdDownMs)} ms`,
    );
  if (entry.failure !== null)
    reasons.push(
      `${entry.failure.step} failed ${entry.failure.attempt} time(s), the last time with: ${entry.failure.message} (${entry.failure.code})`,
    );
  if (entry.announced === null && entry.maintenance?.present === null)
    reasons.push(`it is not known yet whether the maintenance file ${entry.maintenance.path} is there`);
  if (!bound) reasons.push(whyNotBound(entry, view, host));
  if (bound && entry.announced !== null && reasons.length === 0)
    reasons.push(`it is bound on ${vip.interface}, healthy and not draining`);
  if (bound && drains.unread !== null) reasons.push(drains.unread);
  if (entry.tolerated !== null && entry.announced !== null)
    reasons.push(`${entry.tolerated.message}; it was running before that and stays, but the next start will refuse it`);
  if (entry.announced !== null) reasons.push(...standing(entry, view.nowMs));
  return reasons;
}

function whyNotBound({ vip }: VipEntry, { linkUp }: VipView, { unseen, hasLink }: HostFacts): string {
  if (unseen !== null)
    return `nothing is bound or announced before the host has been observed${unseen === "" ? "" : `: ${unseen}`}`;
  if (!hasLink) return `there is no interface ${vip.interface}`;
  if (!linkUp) return `the interface ${vip.interface} is down: ip link set ${vip.interface} up`;
  return vip.bind
    ? `it is not on ${vip.interface}`
    : `nobody has bound it on ${vip.interface}, and vipcast was told not to`;
}

function drainReasons({ node, failure }: DrainFacts): readonly string[] {
  return [
    node
      ? "a drain of the whole node was asked for: end that to announce it again"
      : "a drain was asked for: undrain it to announce it again",
    ...(failure === null ? [] : [`that is not written down and ends with this process: ${failure}`]),
  ];
}

/** How it stands to the same VIP on other nodes, where that is not simply equal. */
function standing(entry: VipEntry, nowMs: number): readonly string[] {
  const { vip, announced } = entry;
  if (announced?.mode === "standby")
    return [
      `it is announced as standby for another ${Math.round(entry.standbyMs(nowMs))} ms, because it has become able to serve a moment ago (failback delay)`,
    ];
  const shares =
    announced === null || announced.weight === null ? [] : [`its weight is ${formatBitRate(announced.weight)} bit/s`];
  if (vip.preference === BEST_PREFERENCE) return shares;
  const name = vip.preference === STANDBY_PREFERENCE ? "standby" : `preference ${vip.preference}`;
  return [`it is ${name}: routers prefer every node with a higher preference`, ...shares];
}

function healthReasons(entry: VipEntry, nowMs: number): readonly string[] {
  const { health } = entry.verdict;
  const inheritedMs = entry.health?.inheritedMs(nowMs) ?? null;
  if (inheritedMs === null) return verdictReasons(entry);
  return [
    ...verdictReasons(entry),
    `its check was changed and has come to no verdict yet: that it is ${health} is what was known before, and counts for another ${Math.round(inheritedMs)} ms`,
  ];
}

function verdictReasons({ verdict: { health, causes } }: VipEntry): readonly string[] {
  const why = causes.length === 0 ? "" : `: ${causes.join(", because ")}`;
  switch (health) {
    case "healthy":
      return [];
    case "degraded":
      return [`it is degraded and has the worst preference${why}`];
    case "unhealthy":
      return [`it is not healthy${why}`];
    case "unknown":
      return [`nothing is known of its health yet${why}`];
    default:
      return health satisfies never;
  }
}

function explainPeer(entry: VipEntry, peer: RoutePeer, sent: boolean, attributes: RouteAttributes): PeerExplanation {
  return {
    peer: peer.address,
    asn: peer.asn,
    established: peer.established,
    announced: sent && peer.established,
    why: whyPeer(entry, peer, sent),
    attributes,
    fingerprint: fingerprint(attributes),
    ...(peer.lastNotificationSent === undefined ? {} : { lastNotificationSent: peer.lastNotificationSent }),
    ...(peer.lastNotificationReceived === undefined ? {} : { lastNotificationReceived: peer.lastNotificationReceived }),
  };
}

function whyPeer(entry: VipEntry, peer: RoutePeer, sent: boolean): string {
  const refused = entry.refusedBy.get(peer.address);
  if (refused !== undefined) return `this peer cannot be given the route: ${refused}`;
  if (!peer.established)
    return `the session is ${peer.state}${peer.lastDown === undefined ? "" : `; it last ended because ${peer.lastDown}`}${entry.announced === null ? "" : "; the route is sent when it is Established"}`;
  if (entry.announced === null)
    return sent ? "the withdrawal is on its way" : "not announced, see the reasons of the VIP";
  return sent ? "the route was sent on this session" : "the route is about to be sent";
}
