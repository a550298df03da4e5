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

import { announced, at, degraded, lo, refusal, unmarked, V, worst } from "./samples.ts";

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
          damped: fc.constant(false),
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
        announced: fc.option(fc.constantFrom(announced, degraded, worst)),
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
        routes: route({
          announced: {
            ...form,
            signature: routeSignature(given, form),
            sinceMs: observed.nowMs,
            draining: step.kind === "drain",
          },
        }),
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
