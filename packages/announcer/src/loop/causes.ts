import { BEST_PREFERENCE } from "../ecmp/preference.ts";
import type { WithdrawReason } from "../events.ts";
import type { VipEntry } from "./vip-entry.ts";

/** Whether packets for the VIP may be lost until its withdrawal has arrived; the others still answer. */
export function isUrgent(reason: WithdrawReason): boolean {
  switch (reason) {
    case "unhealthy":
    case "refused":
    case "address-lost":
    case "damped":
      return true;
    case "removed":
    case "stopping":
    case "drained":
      return false;
    default:
      return reason satisfies never;
  }
}

/** Why a VIP is drained. */
export function drainCause({ goal, maintenance }: VipEntry, wholeNode = false): string {
  return goal === "serve" && maintenance?.present === true
    ? `the maintenance file ${maintenance.path} is there`
    : `a drain ${wholeNode ? "of the whole node " : ""}was asked for`;
}

/** Why a route is withdrawn, in sentences, nearest cause first. */
export function withdrawCauses(entry: VipEntry, reason: WithdrawReason): readonly string[] {
  const { interface: name, prefix } = entry.vip;
  const failure = entry.failure === null ? [] : [`${entry.failure.step} failed: ${entry.failure.message}`];
  switch (reason) {
    case "removed":
      return [`${prefix} is no longer in the intent`, ...arrivals(entry)];
    case "stopping":
      return ["vipcast is stopping", ...arrivals(entry)];
    case "drained":
      return [drainCause(entry), ...arrivals(entry)];
    case "unhealthy":
      return [`${prefix} is not healthy`, ...entry.verdict.causes];
    case "refused":
      return entry.refusal === null ? [] : [entry.refusal.message];
    case "address-lost":
      return [`${prefix} is not on ${name}${entry.vip.bind ? " and could not be put back in time" : ""}`, ...failure];
    case "damped":
      return [`${prefix} keeps being removed from ${name}`, RIVALS];
    default:
      return reason satisfies never;
  }
}

/** Why a route was announced as it was, nearest cause first. */
export function announceCauses(entry: VipEntry | undefined, nowMs: number): readonly string[] {
  if (entry === undefined) return ["bound on this host"];
  const { vip, announced, verdict } = entry;
  const where = vip.assumeBound ? "its address is left to others" : `bound on ${vip.interface}`;
  const mode = announced?.mode;
  switch (mode) {
    case "worst":
      return announced?.draining !== true && verdict.health === "degraded"
        ? ["with worst preference, because it is degraded", ...verdict.causes]
        : ["with worst preference, because it is being drained"];
    case "standby":
      return [
        `as standby for another ${Math.round(entry.standbyMs(nowMs))} ms, because it has become able to serve`,
        where,
      ];
    case "normal":
    case undefined:
      return vip.preference === BEST_PREFERENCE
        ? [where]
        : [`with preference ${vip.preference} of ${BEST_PREFERENCE}`, where];
    default:
      return mode satisfies never;
  }
}

/** What is known of packets that still arrive. */
function arrivals({ traffic }: VipEntry): readonly string[] {
  const idleMs = traffic?.idleMs() ?? null;
  return idleMs === null ? [] : [`no packet for it has arrived for ${Math.round(idleMs)} ms`];
}

/** Who removes addresses of others, as far as is known. */
export const RIVALS =
  "something on this host may be fighting for it: a network manager (systemd-networkd, NetworkManager, netplan) that prunes addresses it does not know, keepalived, kube-vip, kube-proxy in IPVS mode, another vipcast, or a script";
