import { HostIndex } from "../host/host-index.ts";
import type { Policy } from "../policy.ts";
import { leftovers, staleVip } from "./leftovers.ts";
import { planVip } from "./plan-vip.ts";
import type { Observed, Step, Wanted } from "./step.ts";
import { type LedgerView, noRoute, viewOf } from "./view.ts";

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
  const at = { nowMs: observed.nowMs, ledger: index.marksReliable ? ("behind" as const) : ("first" as const) };
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
    if (vip !== null)
      planOne({
        vip,
        goal: "remove",
        health: "healthy",
        refusal: null,
        hold: "none",
        damped: false,
        drainMs: 0,
        quietInMs: null,
        standbyMs: 0,
        weight: null,
      });
  }
  return steps;
}
