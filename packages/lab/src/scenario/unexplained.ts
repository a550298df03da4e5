/** Whether what a client lost has a reason in what the lab did. Pure. */
import type { Probe } from "../client/measure.ts";
import type { RouteReading } from "../inner/watch.ts";
import type { Excuse } from "./promises.ts";
import type { BrokenPromise } from "./result.ts";

/** How far from a connection a change of route may have torn it. */
const routeMovesMs = 100;

/**
 * Promise 1, as the client sees it: a new connection fails only when some node was excused meanwhile (its address was away for a moment) or the
 * route of its VIP moved.
 */
export function checkConnectionsAnswered(
  probes: readonly Probe[],
  excuses: readonly Excuse[],
  readings: readonly RouteReading[],
): readonly BrokenPromise[] {
  const failed = probes.filter(
    ({ at, ms, answer, target }) =>
      answer === null &&
      !excuses.some(({ from, to }) => at + ms >= from && at < to) &&
      !readings.some(
        (reading) =>
          reading.vip === target && reading.at >= at - routeMovesMs && reading.from <= at + ms + routeMovesMs,
      ),
  );
  const vips = [...new Set(failed.map(({ target }) => target))];
  return vips.map((vip) => {
    const own = failed.filter(({ target }) => target === vip);
    const detail = `${own.length} new connections got no answer (${own[0]?.error}) although no address was away and no route moved`;
    return { promise: 1, node: "the running nodes", vip, detail };
  });
}

/** A long-lived connection that broke. */
export interface Broken {
  readonly target: string;
  readonly answer: string;
  readonly at: number;
  readonly error: string;
}

/** A route has moved before a process that waits its turn has read it. */
const routeReadLateMs = 300;

/** Promise 1: putting an address back resets no connection. One breaks only where the route of its VIP moved since `since`. */
export function checkConnectionsKept(
  broken: readonly Broken[],
  readings: readonly RouteReading[],
  since: number,
): readonly BrokenPromise[] {
  return broken
    .filter(
      ({ target, at }) =>
        !readings.some(({ vip, at: moved }) => vip === target && moved >= since && moved <= at + routeReadLateMs),
    )
    .map(({ target, answer, error }) => ({
      promise: 1,
      node: answer,
      vip: target,
      detail: `a long-lived connection broke (${error}) although the route did not move`,
    }));
}
