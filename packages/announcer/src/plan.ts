import { type RouteMode, routeSignature } from "./ecmp/attributes.ts";
import type { WithdrawReason } from "./events.ts";
import { HostIndex, isOurs, keyOf } from "./host/host-index.ts";
import { fullLength, parsePrefix } from "./intent/address.ts";
import type { DesiredVip, Refusal } from "./intent/desired-vip.ts";
import type { Policy } from "./policy.ts";
import type { Binding, HostState, LedgerEntry } from "./ports.ts";

/**
 * What to do next, as a pure function of what is wanted and what is seen. Promise 2 is here: bind before announce; withdraw, then wait,
 * then unbind. Promise 3 too: only what is ours is ever unbound.
 *
 * Every list can be executed step by step with a new plan after each step: the rest of the list comes out again (waits shorter by the time
 * that has passed), so whatever changes in between is simply part of the next plan.
 */

/** One thing to do for one VIP. */
export type Step =
  /** Write into the ledger that the binding is going to be ours. */
  | { readonly kind: "record"; readonly vip: string; readonly entry: LedgerEntry }
  | { readonly kind: "bind"; readonly vip: string; readonly binding: Binding }
  /** Bind again what somebody removed, while the route stays announced. */
  | { readonly kind: "restore"; readonly vip: string; readonly binding: Binding }
  | { readonly kind: "announce"; readonly vip: string }
  /** Announce the worst preference. */
  | { readonly kind: "drain"; readonly vip: string }
  | { readonly kind: "withdraw"; readonly vip: string; readonly reason: WithdrawReason }
  | {
      readonly kind: "wait";
      readonly vip: string;
      readonly ms: number;
      readonly until: "drained" | "routers-know" | "address-back";
    }
  | { readonly kind: "unbind"; readonly vip: string; readonly binding: Binding }
  | { readonly kind: "forget"; readonly vip: string; readonly entry: LedgerEntry };

/** What is wanted of one VIP at this moment. */
export interface Wanted {
  readonly vip: DesiredVip;
  /** `drain`: taken out by request; `remove`: no longer in the intent; `stop`: the announcer ends. */
  readonly goal: "serve" | "drain" | "remove" | "stop";
  readonly health: "healthy" | "unhealthy";
  /** A guard refuses it now. */
  readonly refusal: Refusal | null;
  /**
   * `backoff`: binding failed a moment ago; `paused`: a step failed that the route does not depend on; `damped`: somebody keeps
   * removing the address.
   */
  readonly hold: "none" | "backoff" | "paused" | "damped";
  /** How long a drain lasts from its first announcement; 0 skips it. */
  readonly drainMs: number;
}

/** What our Adj-RIB-Out holds for a VIP. */
export interface Announced {
  readonly mode: RouteMode;
  /** `routeSignature` of what was announced. */
  readonly signature: string;
  readonly sinceMs: number;
}

/** What this process knows about a VIP besides the host's state. */
export interface RouteState {
  readonly announced: Announced | null;
  /** When the last withdrawal was handed over; null when there was none since the last unbind. */
  readonly withdrawnAtMs: number | null;
  /** When the address was found missing; whoever plans notes that time. Looked at only while it is missing. */
  readonly lostAtMs: number | null;
}

/** Everything {@link plan} looks at. */
export interface Observed extends HostState {
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  readonly ledger: readonly LedgerEntry[];
  readonly routes: ReadonlyMap<string, RouteState>;
}

/** What {@link planVip} looks at: the world as far as one VIP sees it. */
export interface VipView extends RouteState {
  readonly nowMs: number;
  /** Everything of ours with this prefix, on any interface. */
  readonly owned: readonly Binding[];
  /** Interfaces for which the ledger has an entry of this prefix. */
  readonly recorded: readonly string[];
  /** What stands at the place where the VIP belongs. */
  readonly place: "ours" | "foreign" | "empty";
  readonly linkUp: boolean;
  /** The ledger cannot be written but the kernel's marks can be relied on: go on without it. */
  readonly ledgerOptional: boolean;
}

/** The ledger as {@link viewOf} needs it. */
export interface LedgerView {
  has(key: string): boolean;
  /** Interfaces recorded for a prefix. */
  interfacesOf(prefix: string): readonly string[];
}

/** Nothing announced, withdrawn or lost. */
export const noRoute: RouteState = { announced: null, withdrawnAtMs: null, lostAtMs: null };

/** Where a VIP belongs. */
export function bindingOf(vip: DesiredVip, name: string = vip.interface): Binding {
  const { prefix, address, prefixLength, family } = vip;
  return {
    prefix,
    address,
    prefixLength,
    family,
    interface: name,
    kind: prefixLength === fullLength(family) ? "address" : "route",
  };
}

/** Gathers what concerns one VIP. */
export function viewOf(
  vip: DesiredVip,
  index: HostIndex,
  ledger: LedgerView,
  state: RouteState,
  at: { nowMs: number; ledgerOptional: boolean },
): VipView {
  const inLedger = (key: string): boolean => ledger.has(key);
  const wanted = bindingOf(vip);
  const same = index
    .at(vip.address)
    .filter(({ prefixLength, kind }) => prefixLength === vip.prefixLength && kind === wanted.kind);
  const found = index.get(keyOf(wanted));
  return {
    announced: state.announced,
    withdrawnAtMs: state.withdrawnAtMs,
    lostAtMs: state.lostAtMs,
    nowMs: at.nowMs,
    owned: same.filter((address) => isOurs(address, inLedger)).map((address) => bindingOf(vip, address.interface)),
    recorded: ledger.interfacesOf(vip.prefix),
    place: found === undefined ? "empty" : isOurs(found, inLedger) ? "ours" : "foreign",
    linkUp: index.link(vip.interface)?.up === true,
    ledgerOptional: at.ledgerOptional,
  };
}

/** Whether packets for the VIP are answered here, as far as can be seen. */
export function isUsable(vip: DesiredVip, view: VipView): boolean {
  if (!vip.bind) return vip.assumeBound || (view.linkUp && view.place === "foreign");
  return view.linkUp && (view.place === "ours" || (view.place === "foreign" && vip.adopt));
}

/** The steps for one VIP. Empty when everything is as wanted. */
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
  const record = (): void => {
    if (!view.recorded.includes(vip.interface) && !view.ledgerOptional)
      steps.push({ kind: "record", vip: key, entry: { prefix: key, interface: vip.interface } });
  };

  if (announced && wanted.refusal !== null) withdraw("refused");
  if (announced && wanted.health === "unhealthy") withdraw("unhealthy");
  if (announced && wanted.hold === "damped") withdraw("damped");
  if (announced && !bound) {
    const leftMs =
      view.lostAtMs === null ? policy.restoreWindowMs : view.lostAtMs + policy.restoreWindowMs - view.nowMs;
    const mayReturn = leftMs > 0 && (wanted.hold === "none" || wanted.hold === "paused");
    if (mayReturn && vip.bind && view.linkUp && view.place === "empty") {
      record();
      steps.push({ kind: "restore", vip: key, binding });
      bound = true;
    } else {
      if (mayReturn) steps.push({ kind: "wait", vip: key, ms: leftMs, until: "address-back" });
      withdraw("address-lost");
    }
  }

  if (wanted.goal !== "serve" || wanted.refusal !== null) {
    if (announced) {
      if (wanted.drainMs > 0 && (wanted.hold !== "backoff" || view.announced?.mode === "worst")) {
        if (view.announced?.mode !== "worst") steps.push({ kind: "drain", vip: key });
        const ms =
          view.announced?.mode === "worst" ? view.announced.sinceMs + wanted.drainMs - view.nowMs : wanted.drainMs;
        if (ms > 0) steps.push({ kind: "wait", vip: key, ms, until: "drained" });
      }
      withdraw(REASONS[wanted.goal]);
    }
    const withdrawn = view.announced !== null && steps.some((step) => step.kind === "withdraw");
    if (wanted.hold !== "backoff" && wanted.hold !== "paused") takeAway(key, view, policy, withdrawn, steps);
    return steps;
  }

  if (wanted.hold !== "none") return steps;
  if (vip.bind && view.linkUp && view.place === "empty" && !bound) {
    record();
    steps.push({ kind: "bind", vip: key, binding });
    bound = true;
  } else if (vip.bind && view.place === "ours") record();
  if (bound && wanted.health === "healthy") {
    const signature = routeSignature(vip, "normal");
    if (!announced || view.announced?.signature !== signature) steps.push({ kind: "announce", vip: key });
  }
  // What is ours but stands elsewhere: left from an earlier intent. The route no longer depends on it.
  for (const other of view.owned)
    if (!(vip.bind && other.interface === vip.interface)) steps.push({ kind: "unbind", vip: key, binding: other });
  for (const name of view.recorded)
    if (name !== vip.interface || !vip.bind || view.place === "foreign")
      steps.push({ kind: "forget", vip: key, entry: { prefix: key, interface: name } });
  return steps;
}

const REASONS: Record<Wanted["goal"], WithdrawReason> = {
  serve: "refused",
  drain: "drained",
  remove: "removed",
  stop: "stopping",
};

/** Wait until routers know, then unbind what is ours, then forget it. */
function takeAway(vip: string, view: VipView, policy: Policy, withdrawn: boolean, steps: Step[]): void {
  const waitMs = withdrawn
    ? policy.withdrawWaitMs
    : view.withdrawnAtMs === null
      ? 0
      : view.withdrawnAtMs + policy.withdrawWaitMs - view.nowMs;
  if (waitMs > 0 && view.owned.length > 0) steps.push({ kind: "wait", vip, ms: waitMs, until: "routers-know" });
  for (const binding of view.owned) steps.push({ kind: "unbind", vip, binding });
  for (const name of view.recorded) steps.push({ kind: "forget", vip, entry: { prefix: vip, interface: name } });
}

/** The VIP that an address left from an earlier life would have been; enough to take it away. */
export function staleVip(prefix: string, name: string): DesiredVip | null {
  const parsed = parsePrefix(prefix);
  if (parsed === null) return null;
  const { address, prefixLength, family } = parsed;
  return {
    prefix: `${address}/${prefixLength}`,
    address,
    prefixLength,
    family,
    interface: name,
    bind: true,
    assumeBound: false,
    adopt: false,
    allowOnLink: true,
    allowAggregates: true,
    nextHop: "self",
    med: null,
    localPref: null,
    prepend: 0,
    communities: [],
    largeCommunities: [],
    drainMs: 0,
  };
}

/** Prefixes that are ours, on the host or in the ledger, with one interface each: what an earlier life left if the intent does not have it. */
export function leftovers(
  index: HostIndex,
  ledger: LedgerView,
  entries: Iterable<LedgerEntry>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const address of index.addresses)
    if (isOurs(address, (key) => ledger.has(key)))
      found.set(`${address.address}/${address.prefixLength}`, address.interface);
  for (const entry of entries) if (!found.has(entry.prefix)) found.set(entry.prefix, entry.interface);
  return found;
}

/**
 * The steps for everything: each wanted VIP, then what is ours and wanted by nobody. Pure; linear in the host's addresses and the VIPs. Steps of
 * different VIPs are independent of each other, those of one VIP are in order.
 */
export function plan(desired: readonly Wanted[], observed: Observed, policy: Policy): readonly Step[] {
  const index = new HostIndex();
  index.finishDump(observed);
  const keys = new Set(observed.ledger.map((entry) => `${entry.prefix} ${entry.interface}`));
  const interfaces = new Map<string, string[]>();
  for (const { prefix, interface: name } of observed.ledger)
    interfaces.set(prefix, [...(interfaces.get(prefix) ?? []), name]);
  const ledger: LedgerView = { has: (key) => keys.has(key), interfacesOf: (prefix) => interfaces.get(prefix) ?? [] };
  const at = { nowMs: observed.nowMs, ledgerOptional: false };
  const steps: Step[] = [];
  const known = new Set<string>();
  const planOne = (wanted: Wanted): void => {
    known.add(wanted.vip.prefix);
    steps.push(
      ...planVip(
        wanted,
        viewOf(wanted.vip, index, ledger, observed.routes.get(wanted.vip.prefix) ?? noRoute, at),
        policy,
      ),
    );
  };
  for (const wanted of desired) planOne(wanted);
  for (const [prefix, name] of leftovers(index, ledger, observed.ledger)) {
    const vip = known.has(prefix) ? null : staleVip(prefix, name);
    if (vip !== null) planOne({ vip, goal: "remove", health: "healthy", refusal: null, hold: "none", drainMs: 0 });
  }
  return steps;
}
