import type { WeightPolicy } from "./ecmp/weight.ts";
import { parseLargeCommunity } from "./intent/communities.ts";

/** How long what keeps happening is answered with giving up. A quiet time of `maxHoldDownMs` after the last hold-down forgives. */
export interface HoldDownPolicy {
  readonly windowMs: number;
  /** The first hold-down; every further one is twice as long. */
  readonly holdDownMs: number;
  readonly maxHoldDownMs: number;
}

/** When a VIP that keeps being removed by somebody is given up for a while. */
export interface DampingPolicy extends HoldDownPolicy {
  /** So many removals within `windowMs` withdraw the VIP; at least 2. */
  readonly removals: number;
}

/** When a VIP whose health keeps going bad stays withdrawn for a while, although it is good again. */
export interface HealthDampingPolicy extends HoldDownPolicy {
  /** So many turns for the worse within `windowMs` hold it down; after the first hold-down each further one does. At least 1. */
  readonly flaps: number;
}

/** How the announcer behaves. All times are milliseconds. */
export interface Policy {
  /** Drain of a VIP that does not say; 0 withdraws at once. */
  readonly drainMs: number;
  /**
   * A drain ends before its time once no packet for the VIP has arrived for so long; null: only its time counts. Needs `Ports.traffic`. Idle
   * connections send nothing, and a router or monitor that pings does.
   */
  readonly drainIdleMs: number | null;
  /** From the withdrawal's hand-over to the unbind, so that routers stop sending first. */
  readonly withdrawWaitMs: number;
  /** How long a lost address may be gone before its route is withdrawn. */
  readonly restoreWindowMs: number;
  /** Bounds `close`; null: the longest drain plus 10 s. */
  readonly stopTimeoutMs: number | null;
  /** How long the disk is waited for at the start, for the ledger and for what was drained: docs/adr/0008. */
  readonly stateTimeoutMs: number;
  /** Everything is observed again this often (jittered), whatever the events said. */
  readonly resyncMs: number;
  /** Backoff of a failing step: first and longest delay, doubling, jittered by a quarter. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
  readonly damping: DampingPolicy;
  /** For weights that `setWeight` changes. */
  readonly weight: WeightPolicy;
  /**
   * A large community on every route of this node, for telling nodes apart; routers do not compare it. `auto` (default): AS, 1 and the router id as
   * a number, where the port says who we are. null: none.
   */
  readonly nodeCommunity: string | null;
  readonly healthDamping: HealthDampingPolicy;
}

/** What holds where a user says nothing. */
export const defaultPolicy: Policy = {
  drainMs: 0,
  drainIdleMs: null,
  withdrawWaitMs: 500,
  restoreWindowMs: 10,
  stopTimeoutMs: null,
  stateTimeoutMs: 5_000,
  resyncMs: 30_000,
  retryMs: 100,
  maxRetryMs: 30_000,
  damping: { removals: 5, windowMs: 30_000, holdDownMs: 5_000, maxHoldDownMs: 300_000 },
  weight: { quantum: 0.1, minIntervalMs: 10_000 },
  nodeCommunity: "auto",
  healthDamping: { flaps: 3, windowMs: 60_000, holdDownMs: 5_000, maxHoldDownMs: 300_000 },
};

/** Fills a partial policy and checks it. Throws a `RangeError` whose sentence names the field and the range. */
export function completePolicy(partial: Partial<Policy> = {}): Policy {
  const policy: Policy = { ...defaultPolicy, ...partial };
  const { damping, healthDamping, stopTimeoutMs, weight, nodeCommunity } = policy;
  const check = (name: string, value: number, min: number): void => {
    if (!Number.isFinite(value) || value < min)
      throw new RangeError(`policy.${name} is ${value}: write a number of at least ${min}`);
  };
  check("drainMs", policy.drainMs, 0);
  if (policy.drainIdleMs !== null) check("drainIdleMs", policy.drainIdleMs, 100);
  check("withdrawWaitMs", policy.withdrawWaitMs, 0);
  check("restoreWindowMs", policy.restoreWindowMs, 0);
  if (stopTimeoutMs !== null) check("stopTimeoutMs", stopTimeoutMs, 0);
  check("stateTimeoutMs", policy.stateTimeoutMs, 0);
  check("resyncMs", policy.resyncMs, 100);
  check("retryMs", policy.retryMs, 1);
  check("maxRetryMs", policy.maxRetryMs, policy.retryMs);
  check("damping.removals", damping.removals, 2);
  check("healthDamping.flaps", healthDamping.flaps, 1);
  for (const [name, { windowMs, holdDownMs, maxHoldDownMs }] of Object.entries({ damping, healthDamping })) {
    check(`${name}.windowMs`, windowMs, 1);
    check(`${name}.holdDownMs`, holdDownMs, 1);
    check(`${name}.maxHoldDownMs`, maxHoldDownMs, holdDownMs);
  }
  check("weight.quantum", weight.quantum, 0);
  if (weight.quantum > 1)
    throw new RangeError(`policy.weight.quantum is ${weight.quantum}: write a part of the weight, 0..1`);
  check("weight.minIntervalMs", weight.minIntervalMs, 0);
  if (nodeCommunity !== null && nodeCommunity !== "auto") {
    const parsed = parseLargeCommunity(nodeCommunity);
    if (!parsed.ok) throw new RangeError(`policy.nodeCommunity: ${parsed.message}, auto, or null`);
  }
  return policy;
}
