import { describe, expect, it } from "vitest";
import { plan } from "../../src/plan/plan.ts";
import type { Observed, RouteState, Wanted } from "../../src/plan/step.ts";
import { defaultPolicy } from "../../src/policy.ts";
import { vip } from "../fakes/world.ts";

import { announced, at, degraded, lo, refusal, unmarked, V, worst } from "./samples.ts";

function serve(more: Partial<Wanted> = {}): Wanted {
  return {
    vip: V,
    goal: "serve",
    health: "healthy",
    refusal: null,
    hold: "none",
    damped: false,
    drainMs: 0,
    quietInMs: null,
    standbyMs: 0,
    weight: null,
    ...more,
  };
}

function seen(
  more: { ours?: boolean; foreign?: boolean; route?: Partial<RouteState>; up?: boolean; ledger?: boolean } = {},
): Observed {
  return {
    nowMs: 1000,
    addresses: [lo, ...(more.ours === true ? [at("ours")] : []), ...(more.foreign === true ? [at("other")] : [])],
    links: [{ name: "lo", up: more.up ?? true }],
    ledger: more.ledger === true ? [{ prefix: V.prefix, interface: "lo" }] : [],
    routes: new Map([[V.prefix, { announced: null, withdrawnAtMs: null, lostAtMs: null, ...more.route }]]),
  };
}

function kinds(wanted: readonly Wanted[], observed: Observed): string[] {
  return plan(wanted, observed, defaultPolicy).map((step) =>
    step.kind === "wait" ? `wait ${step.ms}` : step.kind === "withdraw" ? `withdraw ${step.reason}` : step.kind,
  );
}

describe("plan", () => {
  it.each<[string, Wanted[], Observed, string[]]>([
    ["binds before it announces, and records last", [serve()], seen(), ["bind", "announce", "record"]],
    [
      "records before it binds where the kernel keeps no marks",
      [serve()],
      unmarked(seen()),
      ["record", "bind", "announce"],
    ],
    [
      "binds and withdraws while something unimportant is paused",
      [serve({ hold: "paused" }), serve({ vip: vip("192.0.2.2"), hold: "paused", health: "unhealthy" })],
      seen(),
      ["bind", "announce", "bind"],
    ],
    ["offers a route that was not taken only later", [serve({ hold: "not-taken" })], seen({ ours: true }), []],
    [
      "takes away what a peer did not take",
      [serve({ hold: "not-taken", goal: "remove" })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["withdraw removed", "wait 500", "unbind", "forget"],
    ],
    ["does nothing when all is as wanted", [serve()], seen({ ours: true, ledger: true, route: { announced } }), []],
    [
      "keeps what a killed run left, without adding it again",
      [serve()],
      seen({ ours: true, ledger: true }),
      ["announce"],
    ],
    ["records what only the mark says", [serve()], seen({ ours: true }), ["announce", "record"]],
    ["removes what a killed run left and nobody wants", [], seen({ ours: true, ledger: true }), ["unbind", "forget"]],
    ["forgets what the ledger alone remembers", [], seen({ ledger: true }), ["forget"]],
    [
      "leaves alone what the ledger remembers but somebody else has",
      [],
      seen({ ledger: true, foreign: true }),
      ["forget"],
    ],
    [
      "puts back what was lost, without a withdrawal",
      [serve()],
      seen({ ledger: true, route: { announced, lostAtMs: 995 } }),
      ["restore"],
    ],
    [
      "withdraws what was not back in time, and binds again",
      [serve()],
      seen({ ledger: true, route: { announced, lostAtMs: 990 } }),
      ["withdraw address-lost", "bind", "announce"],
    ],
    [
      "withdraws at once what could not be put back",
      [serve({ hold: "backoff" })],
      seen({ route: { announced } }),
      ["withdraw address-lost"],
    ],
    [
      "still puts back while something unimportant is paused",
      [serve({ hold: "paused" })],
      seen({ ledger: true, route: { announced } }),
      ["restore"],
    ],
    ["tries nothing during a backoff", [serve({ hold: "backoff" })], seen(), []],
    [
      "withdraws a damped VIP and leaves it bound",
      [serve({ damped: true })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["withdraw damped"],
    ],
    ["binds an unhealthy VIP and does not announce it", [serve({ health: "unhealthy" })], seen(), ["bind", "record"]],
    [
      "binds a VIP of unknown health and does not announce it",
      [serve({ health: "unknown" })],
      seen(),
      ["bind", "record"],
    ],
    [
      "announces a degraded VIP with the worst preference, once",
      [serve({ health: "degraded" })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["announce"],
    ],
    [
      "leaves a degraded VIP at the worst preference",
      [serve({ health: "degraded" })],
      seen({ ours: true, ledger: true, route: { announced: degraded } }),
      [],
    ],
    [
      "ends the drain of a VIP that is degraded when it is taken back",
      [serve({ health: "degraded" })],
      seen({ ours: true, ledger: true, route: { announced: worst } }),
      ["announce"],
    ],
    [
      "gives a degraded VIP its whole drain time",
      [serve({ goal: "drain", health: "degraded", drainMs: 2000 })],
      seen({ ours: true, ledger: true, route: { announced: degraded } }),
      ["drain", "wait 2000", "withdraw drained", "wait 500", "unbind", "forget"],
    ],
    [
      "withdraws, waits and unbinds an unhealthy VIP that is not to be kept",
      [serve({ vip: vip(V.prefix, { whenUnhealthy: "unbind" }), health: "unhealthy" })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["withdraw unhealthy", "wait 500", "unbind", "forget"],
    ],
    [
      "does not bind such a VIP while it is unhealthy",
      [serve({ vip: vip(V.prefix, { whenUnhealthy: "unbind" }), health: "unhealthy" })],
      seen(),
      [],
    ],
    [
      "binds such a VIP while nothing is known",
      [serve({ vip: vip(V.prefix, { whenUnhealthy: "unbind" }), health: "unknown" })],
      seen(),
      ["bind", "record"],
    ],
    [
      "withdraws an unhealthy VIP and keeps it bound",
      [serve({ health: "unhealthy" })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["withdraw unhealthy"],
    ],
    [
      "waits for a link that is down, then withdraws",
      [serve()],
      seen({ ours: true, up: false, ledger: true, route: { announced } }),
      ["wait 10", "withdraw address-lost"],
    ],
    ["binds nothing on a link that is down", [serve()], seen({ up: false }), []],
    [
      "takes away in the order of promise 2",
      [serve({ goal: "remove" })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["withdraw removed", "wait 500", "unbind", "forget"],
    ],
    [
      "drains first when there is a drain time",
      [serve({ goal: "stop", drainMs: 2000 })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["drain", "wait 2000", "withdraw stopping", "wait 500", "unbind", "forget"],
    ],
    [
      "waits only for the rest of a drain that is under way",
      [serve({ goal: "drain", drainMs: 2000 })],
      seen({ ours: true, ledger: true, route: { announced: worst } }),
      ["wait 1900", "withdraw drained", "wait 500", "unbind", "forget"],
    ],
    [
      "waits only for the rest after a withdrawal",
      [serve({ goal: "drain" })],
      seen({ ours: true, ledger: true, route: { withdrawnAtMs: 800 } }),
      ["wait 300", "unbind", "forget"],
    ],
    [
      "announces normally again after an undrain",
      [serve()],
      seen({ ours: true, ledger: true, route: { announced: worst } }),
      ["announce"],
    ],
    [
      "takes a refused VIP away without a drain",
      [serve({ refusal })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["withdraw refused", "wait 500", "unbind", "forget"],
    ],
    [
      "waits for the retry with a damped VIP that is taken away",
      [serve({ goal: "drain", hold: "paused", damped: true })],
      seen({ ledger: true }),
      [],
    ],
    [
      "does not unbind during a backoff",
      [serve({ goal: "remove", hold: "paused" })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["withdraw removed"],
    ],
    [
      "never unbinds an adopted address",
      [serve({ goal: "remove", vip: vip(V.prefix, { adopt: true }) })],
      seen({ foreign: true, route: { announced } }),
      ["withdraw removed"],
    ],
    [
      "announces an adopted address without binding or recording",
      [serve({ vip: vip(V.prefix, { adopt: true }) })],
      seen({ foreign: true }),
      ["announce"],
    ],
    [
      "announces what somebody else has bound, with bind: false",
      [serve({ vip: vip(V.prefix, { bind: false }) })],
      seen({ foreign: true }),
      ["announce"],
    ],
    [
      "removes its own address when bind becomes false",
      [serve({ vip: vip(V.prefix, { bind: false }) })],
      seen({ ours: true, ledger: true }),
      ["unbind", "forget"],
    ],
    [
      "waits until routers know before it unbinds what is left elsewhere while the right place cannot be used",
      [serve({ vip: vip(V.prefix, { bind: false }) })],
      seen({ ours: true, ledger: true, route: { announced, lostAtMs: 0 } }),
      ["withdraw address-lost", "wait 500", "unbind", "forget"],
    ],
    [
      "announces again when attributes change",
      [serve({ vip: vip(V.prefix, { med: 1 }) })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["announce"],
    ],
    [
      "waits no longer than until it has been quiet",
      [serve({ goal: "drain", drainMs: 5000, quietInMs: 300 })],
      seen({ ours: true, ledger: true, route: { announced: worst } }),
      ["wait 300", "withdraw drained", "wait 500", "unbind", "forget"],
    ],
    [
      "ends a drain when it has been quiet",
      [serve({ goal: "drain", drainMs: 5000, quietInMs: 0 })],
      seen({ ours: true, ledger: true, route: { announced: worst } }),
      ["withdraw drained", "wait 500", "unbind", "forget"],
    ],
    [
      "ends a drain when its time is over, whatever arrives",
      [serve({ goal: "drain", drainMs: 100, quietInMs: 300 })],
      seen({ ours: true, ledger: true, route: { announced: worst } }),
      ["withdraw drained", "wait 500", "unbind", "forget"],
    ],
    [
      "announces again when the failback delay is over",
      [serve()],
      seen({ ours: true, ledger: true, route: { announced: { ...announced, mode: "standby", signature: "" } } }),
      ["announce"],
    ],
    [
      "announces again when the weight has changed",
      [serve({ weight: 8_000_000 })],
      seen({ ours: true, ledger: true, route: { announced } }),
      ["announce"],
    ],
  ])("%s", (_, wanted, observed, expected) => {
    expect(kinds(wanted, observed)).toEqual(expected);
  });
});
