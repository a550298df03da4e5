/**
 * Whether what was seen keeps vipcast's promises. Pure: everything is an argument, times are `monotonicMs()` of one machine, so
 * that the order of two observations is the order of the events.
 */
import type { Probe } from "../client/measure.ts";
import type { RouteReading } from "../inner/watch.ts";
import type { AddressChange } from "../node/lab-node.ts";
import { vantageKey } from "../topology/plan.ts";
import type { BrokenPromise } from "./result.ts";

/** A time in which a node cannot keep its promise, because the lab itself broke the node. */
export interface Excuse {
  readonly node: string;
  readonly from: number;
  readonly to: number;
}

/** What was seen from the router. */
export interface Observation {
  readonly vips: readonly string[];
  /** Readings of the router's kernel, in order. */
  readonly readings: readonly RouteReading[];
  /** Probes past the routing decision, target `vantageKey(node, vip)`. */
  readonly probes: readonly Probe[];
  /** The node a next hop belongs to. */
  readonly nodeOf: (nextHop: string) => string;
  /** The end of the observation. */
  readonly until: number;
  readonly excuses: readonly Excuse[];
}

/** A time in which a node certainly was a next hop of a VIP. */
export interface Tenure {
  readonly node: string;
  readonly vip: string;
  readonly from: number;
  readonly to: number;
  /** When the router's kernel certainly no longer had it, or null when it still does. */
  readonly goneAt: number | null;
}

/** Turns the readings into the times in which each node was a next hop; a node that came and went has several. */
export function tenures(observation: Observation): readonly Tenure[] {
  const { vips, readings, nodeOf, until } = observation;
  const result: Tenure[] = [];
  for (const vip of vips) {
    const open = new Map<string, number>();
    for (const reading of readings) {
      if (reading.vip !== vip) continue;
      const nodes = new Set(reading.nextHops.map(nodeOf));
      for (const [node, from] of open) {
        if (nodes.has(node)) continue;
        result.push({ node, vip, from, to: reading.from, goneAt: reading.at });
        open.delete(node);
      }
      for (const node of nodes) if (!open.has(node)) open.set(node, reading.at);
    }
    for (const [node, from] of open) result.push({ node, vip, from, to: until, goneAt: null });
  }
  return result;
}

/** Promise 1: while the router forwards a VIP to a node, the VIP answers there. */
export function checkAnswersWhileAnnounced(observation: Observation): readonly BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  for (const { node, vip, from, to } of tenures(observation)) {
    const key = vantageKey(node, vip);
    const failed = observation.probes.filter(
      (probe) =>
        probe.target === key &&
        probe.answer === null &&
        probe.at >= from &&
        probe.at < to &&
        !observation.excuses.some(
          (excuse) => excuse.node === node && probe.at + probe.ms >= excuse.from && probe.at < excuse.to,
        ),
    );
    const [first] = failed;
    if (first === undefined) continue;
    const detail = `the router forwarded to it, and ${failed.length} of its probes got no answer (${first.error}), the first ${Math.round(first.at - from)} ms after the route came`;
    broken.push({ promise: 1, node, vip, detail });
  }
  return broken;
}

/** Promise 1: a probe was answered by the very node it was sent to. */
export function checkAnsweredByItself(observation: Observation): readonly BrokenPromise[] {
  const wrong = observation.probes.find(
    (probe) => probe.answer !== null && !probe.target.startsWith(`${probe.answer} `),
  );
  if (wrong === undefined) return [];
  const [node = "", vip = ""] = wrong.target.split(" ");
  return [{ promise: 1, node, vip, detail: `${wrong.answer} answered in its place` }];
}

/**
 * Promise 2, on a stop: the withdrawal reached the router while the VIP still answered, and only then the address went. `since`
 * is when the stop was asked for.
 */
export function checkWithdrawnBeforeUnbound(
  observation: Observation,
  node: string,
  changes: readonly AddressChange[],
  since: number,
): readonly BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  for (const vip of observation.vips) {
    const report = (detail: string): number => broken.push({ promise: 2, node, vip, detail });
    const end = tenures(observation).find(
      (tenure) => tenure.node === node && tenure.vip === vip && tenure.goneAt !== null && tenure.goneAt >= since,
    );
    const unbound = changes.find((change) => change.vip === vip && !change.bound && change.at >= since);
    if (end === undefined || end.goneAt === null) {
      report("it was not withdrawn from the router after the stop");
      continue;
    }
    if (unbound === undefined) continue;
    if (unbound.at < end.to) {
      report(`the address went ${Math.round(end.to - unbound.at)} ms before the router had the withdrawal`);
      continue;
    }
    const goneAt = end.goneAt;
    const key = vantageKey(node, vip);
    const after = observation.probes.filter((probe) => probe.target === key && probe.at >= goneAt);
    const answered = after.some((probe) => probe.answer !== null);
    const chance = after.some((probe) => probe.at < unbound.at);
    if (!answered && chance)
      report("nothing answered on it between the withdrawal at the router and the end of the address");
  }
  return broken;
}

/** Promise 3, after an orderly end: the VIPs are gone from the node, its own addresses are not. */
export function checkCleanedUp(
  node: string,
  vips: readonly string[],
  addresses: readonly string[],
  own: readonly string[],
): readonly BrokenPromise[] {
  const bare = new Set(addresses.map((address) => address.split("/")[0]));
  const left = vips.filter((vip) => bare.has(vip.split("/")[0]));
  const lost = own.filter((address) => !bare.has(address));
  return [
    ...left.map((vip) => ({ promise: 3, node, vip, detail: "its address was left behind after an orderly end" })),
    ...lost.map((address) => ({ promise: 3, node, vip: address, detail: "an address of the host itself was removed" })),
  ];
}

/** A time in which the router had a node's route although the node's kernel did not have the VIP. */
export interface UnboundWhileAnnounced {
  readonly node: string;
  readonly vip: string;
  /** The longest such time within one stay in the ECMP set. */
  readonly ms: number;
}

/** Compares the router's routes with what each node's kernel said. `changes` go from the node's first start on, by node. */
export function unboundWhileAnnounced(
  observation: Observation,
  changes: ReadonlyMap<string, readonly AddressChange[]>,
): readonly UnboundWhileAnnounced[] {
  return tenures(observation)
    .map(({ node, vip, from, to }) => {
      const times = unboundTimes(changes.get(node) ?? [], vip);
      const gaps = times.map((time) => Math.min(to, time.to) - Math.max(from, time.from));
      return { node, vip, ms: Math.max(0, ...gaps) };
    })
    .filter(({ ms }) => ms > 0);
}

/**
 * Promise 1, from the node's own kernel: while the router had the route, the VIP was bound. A gap of up to `graceMs` is what putting
 * it back, or withdrawing, may take.
 */
export function checkBoundWhileAnnounced(
  observation: Observation,
  changes: ReadonlyMap<string, readonly AddressChange[]>,
  graceMs: number,
): readonly BrokenPromise[] {
  return unboundWhileAnnounced(observation, changes)
    .filter(({ ms }) => ms > graceMs)
    .map(({ node, vip, ms }) => ({
      promise: 1,
      node,
      vip,
      detail: `announced for ${Math.round(ms)} ms without being bound`,
    }));
}

/** The times in which a kernel did not have a VIP; the first begins with the world, the last may have no end. */
export function unboundTimes(
  changes: readonly AddressChange[],
  vip: string,
): readonly { readonly from: number; readonly to: number }[] {
  const times: { from: number; to: number }[] = [];
  let lostAt: number | null = Number.NEGATIVE_INFINITY;
  for (const change of changes) {
    if (change.vip !== vip) continue;
    if (!change.bound) lostAt ??= change.at;
    else if (lostAt !== null) {
      times.push({ from: lostAt, to: change.at });
      lostAt = null;
    }
  }
  if (lostAt !== null) times.push({ from: lostAt, to: Number.POSITIVE_INFINITY });
  return times;
}

/** A time in which the lab broke nothing and the router's next hops were right. */
export interface QuietTime {
  readonly from: number;
  readonly to: number;
}

/** A connection that was without an answer for so long before the end of a quiet time was in trouble within it. */
const inTroubleMs = 100;
/** How far from a connection's begin a change of route may have torn it. */
const routeMovesMs = 100;

/**
 * Promise 7: once the routes are right again, every new connection of the client is answered. A connection that was under way
 * while the route of its VIP moved is the router's affair.
 */
export function checkAnsweredInQuiet(
  clientProbes: readonly Probe[],
  quiet: readonly QuietTime[],
  readings: readonly RouteReading[],
): readonly BrokenPromise[] {
  const failed = clientProbes.filter(
    (probe) =>
      probe.answer === null &&
      quiet.some(({ from, to }) => probe.at >= from && probe.at < to - inTroubleMs) &&
      !readings.some(
        (reading) =>
          reading.vip === probe.target &&
          reading.at >= probe.at - routeMovesMs &&
          reading.from <= probe.at + routeMovesMs,
      ),
  );
  const byVip = new Map<string, Probe[]>();
  for (const probe of failed) byVip.set(probe.target, [...(byVip.get(probe.target) ?? []), probe]);
  return [...byVip].map(([vip, probes]) => ({
    promise: 7,
    node: "the running nodes",
    vip,
    detail: `${probes.length} new connections got no answer (${probes[0]?.error}) although the routes were right and nothing was broken`,
  }));
}
