import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RouteForm, routeSignature } from "../../src/ecmp/attributes.ts";
import type { DesiredVip } from "../../src/intent/desired-vip.ts";
import { plan } from "../../src/plan/plan.ts";
import type { Observed, RouteState, Step, Wanted } from "../../src/plan/step.ts";
import { defaultPolicy } from "../../src/policy.ts";
import type { HostAddress, LedgerEntry } from "../../src/ports.ts";
import { vip } from "../fakes/world.ts";

const V = vip("192.0.2.1");
const lo: HostAddress = {
  address: "127.0.0.1",
  prefixLength: 8,
  interface: "lo",
  kind: "address",
  scope: "host",
  mark: "other",
};
const refusal = { vip: V.prefix, rule: "host-address", message: "no" } as const;

function serve(more: Partial<Wanted> = {}): Wanted {
  return {
    vip: V,
    goal: "serve",
    health: "healthy",
    refusal: null,
    hold: "none",
    drainMs: 0,
    quietInMs: null,
    standbyMs: 0,
    weight: null,
    ...more,
  };
}

function at(mark: HostAddress["mark"], prefix = V.prefix, name = "lo"): HostAddress {
  const [address = "", length] = prefix.split("/");
  return { address, prefixLength: Number(length), interface: name, kind: "address", scope: "host", mark };
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

/** The same on a kernel without marks. */
function unmarked(observed: Observed): Observed {
  return { ...observed, addresses: observed.addresses.map((one) => ({ ...one, mark: "unknown" })) };
}

const normalForm = { mode: "normal", weight: null } as const;
const worstForm = { mode: "worst", weight: null } as const;
const announced = { ...normalForm, signature: routeSignature(V, normalForm), sinceMs: 0 } as const;
const worst = { ...worstForm, signature: routeSignature(V, worstForm), sinceMs: 900 } as const;

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
      [serve({ hold: "damped" })],
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
      seen({ ours: true, ledger: true, route: { announced: worst } }),
      [],
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

// A world that obeys: each step does what it says. Somebody else's addresses are in it too.
const vips: readonly DesiredVip[] = [
  V,
  vip("192.0.2.2", { med: 3 }),
  vip("2001:db8::3", { adopt: true }),
  vip("192.0.2.4", { bind: false }),
];
const wantedArb: fc.Arbitrary<Wanted[]> = fc
  .tuple(
    ...vips.map((one) =>
      fc.option(
        fc.record({
          vip: fc.constant(one),
          goal: fc.constantFrom<Wanted["goal"]>("serve", "serve", "drain", "remove", "stop"),
          health: fc.constantFrom<Wanted["health"]>("healthy", "healthy", "degraded", "unhealthy", "unknown"),
          refusal: fc.constantFrom(null, null, refusal),
          hold: fc.constant<Wanted["hold"]>("none"),
          drainMs: fc.constantFrom(0, 100),
          quietInMs: fc.constantFrom(null, 50, 0, -20),
          standbyMs: fc.constantFrom(0, 0, 500),
          weight: fc.constantFrom(null, 8_000_000, 16_000_000),
        }),
        { nil: null },
      ),
    ),
  )
  .map((list) => list.filter((one) => one !== null));
const markArb = fc.constantFrom<HostAddress["mark"]>("ours", "other");
const prefixes = vips.map(({ prefix }) => prefix).concat("192.0.2.99/32");
const observedArb: fc.Arbitrary<Observed> = fc
  .record({
    marked: fc.boolean(),
    addresses: fc.uniqueArray(
      fc
        .record({ prefix: fc.constantFrom(...prefixes), mark: markArb, name: fc.constantFrom("lo", "eth0") })
        .map(({ prefix, mark, name }) => at(mark, prefix, name)),
      { selector: (one) => `${one.address} ${one.interface}` },
    ),
    ledger: fc.uniqueArray(
      fc.record({ prefix: fc.constantFrom(...prefixes), interface: fc.constantFrom("lo", "eth0") }),
      { selector: (one) => JSON.stringify(one) },
    ),
    routes: fc.array(
      fc.record({
        prefix: fc.constantFrom(...vips.map(({ prefix }) => prefix)),
        announced: fc.option(fc.constantFrom(announced, worst)),
        withdrawnAtMs: fc.option(fc.constantFrom(0, 900)),
        lostAtMs: fc.constantFrom(0, 995, 1000),
      }),
    ),
  })
  .map(({ marked, addresses, ledger, routes }) => {
    const state = stateOf({ addresses, ledger, routes });
    return marked ? state : unmarked(state);
  });

function stateOf({
  addresses,
  ledger,
  routes,
}: {
  addresses: readonly HostAddress[];
  ledger: readonly LedgerEntry[];
  routes: readonly (RouteState & { prefix: string })[];
}): Observed {
  return {
    nowMs: 1000,
    addresses: [lo, ...addresses],
    links: ["lo", "eth0"].map((name) => ({ name, up: true })),
    ledger,
    routes: new Map(routes.map(({ prefix, ...state }) => [prefix, state])),
  };
}

/** Whether an address is ours, by its mark or by the ledger. */
function isOurs(one: HostAddress, observed: Observed): boolean {
  const noted = observed.ledger.some(
    ({ prefix, interface: name }) => prefix === `${one.address}/${one.prefixLength}` && name === one.interface,
  );
  return one.mark === "ours" || (one.mark === "unknown" && noted);
}

function marked({ addresses }: Observed): boolean {
  return addresses.every(({ mark }) => mark !== "unknown");
}

function obey(step: Step, observed: Observed, wanted: readonly Wanted[]): Observed {
  const state = observed.routes.get(step.vip) ?? { announced: null, withdrawnAtMs: null, lostAtMs: null };
  const route = (more: Partial<RouteState>): ReadonlyMap<string, RouteState> =>
    new Map(observed.routes).set(step.vip, { ...state, ...more });
  const given = wanted.find(({ vip: one }) => one.prefix === step.vip)?.vip ?? V;
  const without = (entry: LedgerEntry): LedgerEntry[] =>
    observed.ledger.filter(({ prefix, interface: name }) => prefix !== entry.prefix || name !== entry.interface);
  switch (step.kind) {
    case "record":
      return { ...observed, ledger: [...without(step.entry), step.entry] };
    case "forget":
      return { ...observed, ledger: without(step.entry) };
    case "bind":
    case "restore":
      return {
        ...observed,
        addresses: [
          ...observed.addresses,
          at(marked(observed) ? "ours" : "unknown", step.binding.prefix, step.binding.interface),
        ],
        routes: route({ lostAtMs: null }),
      };
    case "unbind": {
      const { address, interface: name } = step.binding;
      return {
        ...observed,
        addresses: observed.addresses.filter((one) => one.address !== address || one.interface !== name),
        routes: route({ withdrawnAtMs: null }),
      };
    }
    case "announce":
    case "drain": {
      const weight = wanted.find(({ vip: one }) => one.prefix === step.vip)?.weight ?? null;
      const form: RouteForm = { mode: step.kind === "drain" ? "worst" : step.mode, weight };
      return {
        ...observed,
        routes: route({ announced: { ...form, signature: routeSignature(given, form), sinceMs: observed.nowMs } }),
      };
    }
    case "withdraw":
      return { ...observed, routes: route({ announced: null, withdrawnAtMs: observed.nowMs }) };
    case "wait":
      return { ...observed, nowMs: observed.nowMs + step.ms };
    default:
      return step satisfies never;
  }
}

describe("plan from any observed state", () => {
  it("converges, one step and a new plan at a time, in an order that keeps promises 1 to 3", () => {
    fc.assert(
      fc.property(wantedArb, observedArb, (wanted, start) => {
        const nameOf = (one: HostAddress): string => `${one.address} ${one.interface}`;
        const foreign = start.addresses.filter((one) => !isOurs(one, start)).map(nameOf);
        let now = start;
        let steps = plan(wanted, now, defaultPolicy);
        for (let count = 0; steps.length > 0; count++) {
          assert.ok(count < 100, "plan does not converge");
          const step = steps[0]!;
          const routed = now.routes.get(step.vip)?.announced != null;
          const there = (name?: string): boolean =>
            now.addresses.some(
              (one) =>
                `${one.address}/${one.prefixLength}` === step.vip && (name === undefined || one.interface === name),
            );
          if (step.kind === "announce" || step.kind === "drain") assert.ok(there("lo"), `${step.kind} before bind`);
          if (step.kind === "bind" && !marked(start)) {
            const noted = now.ledger.some(({ prefix, interface: name }) => prefix === step.vip && name === "lo");
            assert.ok(noted, "bind before its ledger entry");
          }
          if (step.kind === "unbind") {
            const { address, interface: name } = step.binding;
            const found = now.addresses.find((one) => one.address === address && one.interface === name);
            assert.ok(found !== undefined && isOurs(found, start.addresses.includes(found) ? start : now));
            assert.ok(!foreign.includes(nameOf(found)), "unbind of what is not ours");
            const given = wanted.find(({ vip: one }) => one.prefix === step.vip);
            if (given === undefined || given.goal !== "serve" || name === "lo")
              assert.ok(!(routed && given?.vip.bind !== false), "unbind while announced");
          }
          now = obey(step, now, wanted);
          steps = plan(wanted, now, defaultPolicy);
        }
        const left = new Set(now.addresses.map(nameOf));
        assert.ok(
          foreign.every((one) => left.has(one)),
          "something of others is gone",
        );
        for (const one of wanted) {
          const found = now.addresses.find(
            (address) => `${address.address}/${address.prefixLength}` === one.vip.prefix && address.interface === "lo",
          );
          const place = found === undefined ? "empty" : isOurs(found, now) ? "ours" : "other";
          const taken = one.goal !== "serve" || one.refusal !== null;
          const usable = one.vip.bind ? place === "ours" || (place === "other" && one.vip.adopt) : place === "other";
          expect(now.routes.get(one.vip.prefix)?.announced != null).toBe(
            !taken && usable && (one.health === "healthy" || one.health === "degraded"),
          );
          expect(place === "ours").toBe(!taken && one.vip.bind && place !== "other");
        }
        const kept = new Set(
          wanted
            .filter(({ goal, refusal: no, vip: one }) => goal === "serve" && no === null && one.bind)
            .map(({ vip: one }) => one.prefix),
        );
        for (const one of now.addresses.filter((one) => isOurs(one, now))) {
          expect(kept).toContain(`${one.address}/${one.prefixLength}`);
          expect(one.interface).toBe("lo");
        }
        for (const { prefix, interface: name } of now.ledger) {
          expect(kept).toContain(prefix);
          expect(name).toBe("lo");
        }
      }),
      { numRuns: 500 },
    );
  });
});
