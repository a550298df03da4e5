import { routeSignature } from "../ecmp/attributes.ts";
import type { WithdrawReason } from "../events.ts";
import type { Health } from "../health/health.ts";
import type { Policy } from "../policy.ts";
import type { Binding } from "../ports.ts";
import type { Step, Wanted } from "./step.ts";
import { bindingOf, isUsable, type VipView } from "./view.ts";

/**
 * What to do next, as a pure function of what is wanted and what is seen. Promise 2 is here: bind before announce; withdraw, then wait,
 * then unbind. Promise 3 too: only what is ours is ever unbound.
 *
 * Every list can be executed step by step with a new plan after each step: the rest of the list comes out again (waits shorter by the time
 * that has passed), so whatever changes in between is simply part of the next plan. An empty list: everything is as wanted.
 */
export function planVip(wanted: Wanted, view: VipView, policy: Policy): readonly Step[] {
  const { vip } = wanted;
  const steps: Step[] = [];
  const key = vip.prefix;
  const binding = bindingOf(vip);
  let announced = view.announced !== null;
  let bound = isUsable(vip, view);

  const withdraw = (reason: WithdrawReason): void => {
    if (announced) steps.push({ kind: "withdraw", vip: key, reason });
    announced = false;
  };
  const record = (when: VipView["ledger"]): void => {
    if (view.ledger === when && !view.recorded.includes(vip.interface))
      steps.push({ kind: "record", vip: key, entry: { prefix: key, interface: vip.interface } });
  };

  if (announced && wanted.refusal !== null) withdraw("refused");
  if (announced && !mayAnnounce(wanted.health)) withdraw("unhealthy");
  if (announced && wanted.damped) withdraw("damped");
  if (announced && !bound) {
    const leftMs =
      view.lostAtMs === null ? policy.restoreWindowMs : view.lostAtMs + policy.restoreWindowMs - view.nowMs;
    const mayReturn = leftMs > 0 && wanted.hold !== "backoff" && !wanted.damped;
    if (mayReturn && vip.bind && view.linkUp && view.place === "empty") {
      record("first");
      steps.push({ kind: "restore", vip: key, binding });
      bound = true;
    } else {
      if (mayReturn) steps.push({ kind: "wait", vip: key, ms: leftMs, until: "address-back" });
      withdraw("address-lost");
    }
  }

  if (wanted.goal !== "serve" || wanted.refusal !== null) {
    if (announced) {
      const draining = view.announced?.draining === true ? view.announced : null;
      if (wanted.drainMs > 0 && (wanted.hold !== "backoff" || draining !== null)) {
        if (draining === null) steps.push({ kind: "drain", vip: key });
        const leftMs = draining === null ? wanted.drainMs : draining.sinceMs + wanted.drainMs - view.nowMs;
        const ms = Math.min(leftMs, wanted.quietInMs ?? leftMs);
        if (ms > 0) steps.push({ kind: "wait", vip: key, ms, until: "drained" });
      }
      withdraw(REASONS[wanted.goal]);
    }
    if (wanted.hold !== "backoff" && wanted.hold !== "paused") takeAway(key, view, policy, steps);
    return steps;
  }

  if (wanted.health === "unhealthy" && vip.whenUnhealthy === "unbind") {
    if (wanted.hold !== "backoff" && wanted.hold !== "paused") takeAway(key, view, policy, steps);
    return steps;
  }
  if (wanted.damped || (wanted.hold !== "none" && wanted.hold !== "paused")) return steps;
  if (vip.bind && view.linkUp && view.place === "empty" && !bound) {
    record("first");
    steps.push({ kind: "bind", vip: key, binding });
    bound = true;
  }
  if (bound && mayAnnounce(wanted.health)) {
    const mode = wanted.health === "degraded" ? "worst" : wanted.standbyMs > 0 ? "standby" : "normal";
    const signature = routeSignature(vip, { mode, weight: wanted.weight });
    if (!announced || view.announced?.signature !== signature || view.announced.draining)
      steps.push({ kind: "announce", vip: key, mode });
  }
  // The route no longer depends on what follows.
  if (wanted.hold === "paused") return steps;
  if (vip.bind && (view.place === "ours" || (bound && view.place === "empty"))) record("behind");
  // What is ours but stands elsewhere: left from an earlier intent. It answers for the VIP until routers know, unless the right one does.
  const elsewhere = view.owned.filter((other) => !vip.bind || other.interface !== vip.interface);
  if (!bound) waitForRouters(key, view, policy, elsewhere, steps);
  for (const other of elsewhere) steps.push({ kind: "unbind", vip: key, binding: other });
  for (const name of recorded(view))
    if (name !== vip.interface || !vip.bind || view.place === "foreign")
      steps.push({ kind: "forget", vip: key, entry: { prefix: key, interface: name } });
  return steps;
}

/** Whether a VIP in this state has a route at all. */
function mayAnnounce(health: Health): boolean {
  return health === "healthy" || health === "degraded";
}

/** What the ledger can be asked to forget. */
function recorded(view: VipView): readonly string[] {
  return view.ledger === "down" ? [] : view.recorded;
}

const REASONS: Record<Wanted["goal"], WithdrawReason> = {
  serve: "refused",
  drain: "drained",
  remove: "removed",
  stop: "stopping",
};

/** What is about to be unbound still answers for as long as routers may send to it. */
function waitForRouters(vip: string, view: VipView, policy: Policy, bindings: readonly Binding[], steps: Step[]): void {
  const withdrawn = view.announced !== null && steps.some((step) => step.kind === "withdraw");
  const waitMs = withdrawn
    ? policy.withdrawWaitMs
    : view.withdrawnAtMs === null
      ? 0
      : view.withdrawnAtMs + policy.withdrawWaitMs - view.nowMs;
  if (waitMs > 0 && bindings.length > 0) steps.push({ kind: "wait", vip, ms: waitMs, until: "routers-know" });
}

/** Wait until routers know, then unbind what is ours, then forget it. */
function takeAway(vip: string, view: VipView, policy: Policy, steps: Step[]): void {
  waitForRouters(vip, view, policy, view.owned, steps);
  for (const binding of view.owned) steps.push({ kind: "unbind", vip, binding });
  for (const name of recorded(view)) steps.push({ kind: "forget", vip, entry: { prefix: vip, interface: name } });
}
