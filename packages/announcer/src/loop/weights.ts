import { decideWeight, quantise } from "../ecmp/weight.ts";
import type { LoopContext } from "./context.ts";
import type { VipEntry } from "./vip-entry.ts";

/** The weight a VIP is announced with now: what was asked for at run time, else what the intent says. */
export function weightOf(entry: VipEntry): number | null {
  return entry.weightInForce === null ? entry.vip.weight : entry.weightInForce.weight;
}

/**
 * Somebody wants a VIP to have another weight; null: the intent's again. It comes into force when it differs by a quantum and the interval since the
 * last change has passed; of several in between only the last one counts.
 */
export function askWeight(
  entry: VipEntry,
  asked: number | null,
  context: LoopContext,
  touch: (entry: VipEntry) => void,
): void {
  const { clock, policy } = context;
  entry.cancelWeight?.();
  entry.cancelWeight = null;
  entry.weightAsked = asked;
  const inForce = entry.weightInForce ?? { weight: entry.vip.weight, changedAtMs: null };
  const weight = asked === null ? entry.vip.weight : quantise(asked);
  const decision = decideWeight(inForce, weight, clock.now(), policy.weight);
  switch (decision.kind) {
    case "keep":
      return;
    case "later":
      entry.cancelWeight = clock.timer(() => askWeight(entry, asked, context, touch), decision.inMs);
      return;
    case "change":
      entry.weightInForce = { weight: decision.weight, changedAtMs: clock.now() };
      touch(entry);
      return;
    default:
      decision satisfies never;
  }
}

/** It was taken out of the intent and has come back: what was asked for belongs to its earlier life. */
export function forgetWeight(entry: VipEntry): void {
  entry.cancelWeight?.();
  entry.cancelWeight = null;
  entry.weightAsked = null;
  entry.weightInForce = null;
}

/** The intent has another weight than before: it counts at once, unless somebody asked for one that is not the intent's. */
export function followIntent(entry: VipEntry): void {
  if (entry.weightAsked !== null || entry.weightInForce === null) return;
  entry.cancelWeight?.();
  entry.cancelWeight = null;
  entry.weightInForce = { ...entry.weightInForce, weight: entry.vip.weight };
}
