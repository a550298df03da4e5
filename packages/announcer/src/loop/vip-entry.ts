import type { WeightInForce } from "../ecmp/weight.ts";
import type { WithdrawReason } from "../events.ts";
import { type Health, unchecked, type Verdict } from "../health/health.ts";
import type { DesiredVip, Refusal } from "../intent/desired-vip.ts";
import type { Announced, RouteState, Step, Wanted } from "../plan/step.ts";
import type { TrafficWatch } from "../ports.ts";
import { Damping } from "./damping.ts";
import type { Maintenance } from "./maintenance-watch.ts";
import type { VipHealth } from "./vip-health.ts";
import { Waiters } from "./waiters.ts";

/** The last step that failed and when it is tried again. */
export interface StepFailure {
  readonly step: Step["kind"];
  readonly code: string;
  readonly message: string;
  readonly attempt: number;
  readonly retryAtMs: number;
}

/** Everything the loop remembers of one VIP. */
export class VipEntry implements RouteState {
  vip: DesiredVip;
  goal: Wanted["goal"];
  /** What counts of its health, kept current by `health`, which is null for what an earlier run left. */
  verdict: Verdict = unchecked;
  health: VipHealth | null = null;
  /** Null when no maintenance file is named. */
  maintenance: Maintenance | null = null;
  announced: Announced | null = null;
  withdrawnAtMs: number | null = null;
  lostAtMs: number | null = null;
  /** What that was when our own bind last succeeded. */
  lostBeforeMs: number | null = null;
  /** When our own bind last succeeded. */
  boundAtMs: number | null = null;
  /**
   * Since when it has been announced with a preference of its own, for the failback delay; minus infinity when it has taken its place; null: not
   * since it last could not serve.
   */
  ableSinceMs: number | null = null;
  /** Looks at what arrives for it while it is being drained. */
  traffic: TrafficWatch | null = null;
  /** Set by `setWeight`; null: the intent's. */
  weightInForce: WeightInForce | null = null;
  /** What `setWeight` was last given, in force or not yet; null: the intent's. */
  weightAsked: number | null = null;
  refusal: Refusal | null = null;
  /** What a guard would refuse at the start and lets go on: see docs/adr/0005. */
  tolerated: Refusal | null = null;
  failure: StepFailure | null = null;
  withdrawal: { readonly reason: WithdrawReason; readonly causes: readonly string[] } | null = null;
  /** `vip.bound` has been reported and nothing has ended it. */
  reportedBound = false;
  readonly damping: Damping = new Damping();
  /** Peers that cannot be given the route, and why. */
  readonly refusedBy: Map<string, string> = new Map();

  /** The runner is at work; `again` asks it to look once more, `wake` ends a wait it is in. */
  running = false;
  /** A step is being carried out. */
  busy = false;
  again = false;
  wake: (() => void) | null = null;
  /** A withdrawal that is not handed over yet. */
  withdrawing: Promise<void> | null = null;
  /** Ends the wait for a turn. */
  jump: (() => void) | null = null;
  /** Ends the wait for a withdrawal's hand-over. */
  abandon: (() => void) | null = null;
  cancelRetry: (() => void) | null = null;
  /** Prevents the look at the end of a hold-down; a retry that comes or goes meanwhile does not. */
  cancelHoldDown: (() => void) | null = null;
  /** Prevents the look at the end of the time for which a lost address may be gone. */
  cancelReturn: (() => void) | null = null;
  /** Prevents the look at the end of the failback delay. */
  cancelFailback: (() => void) | null = null;
  /** Prevents a weight from coming into force later. */
  cancelWeight: (() => void) | null = null;
  /** Whoever waits until its goal is reached. */
  readonly settled: Waiters = new Waiters();

  constructor(vip: DesiredVip, goal: Wanted["goal"]) {
    this.vip = vip;
    this.goal = goal;
  }

  /** What is wanted of it now: a maintenance file drains what should be served. */
  get wantedGoal(): Wanted["goal"] {
    return this.goal === "serve" && this.maintenance?.present === true ? "drain" : this.goal;
  }

  /** What the plan may rest on: nothing is announced for the first time before its maintenance file was looked for. */
  get wantedHealth(): Health {
    return this.announced === null && this.maintenance?.present === null ? "unknown" : this.verdict.health;
  }

  /** Held down after its address was removed again and again. */
  isDamped(nowMs: number): boolean {
    return this.damping.remainingMs(nowMs) > 0;
  }

  /** Why steps are held back now. */
  hold(nowMs: number): Wanted["hold"] {
    if (this.failure === null || this.failure.retryAtMs <= nowMs) return "none";
    const { step } = this.failure;
    switch (step) {
      case "record":
      case "bind":
      case "restore":
        return "backoff";
      case "announce":
      case "drain":
        return "not-taken";
      case "withdraw":
      case "wait":
      case "unbind":
      case "forget":
        return "paused";
      default:
        return step satisfies never;
    }
  }

  /** How much longer it is announced as standby, 0 when it has taken its place. */
  standbyMs(nowMs: number): number {
    const { failbackMs } = this.vip;
    return this.ableSinceMs === null ? failbackMs : Math.max(0, this.ableSinceMs + failbackMs - nowMs);
  }

  /** Nobody asks any more what arrives for it. */
  endWatch(): void {
    this.traffic?.close();
    this.traffic = null;
  }

  /** Whatever failed is tried again at the next look. */
  clearFailure(): void {
    this.cancelRetry?.();
    this.cancelRetry = null;
    this.failure = null;
  }

  /** No timer of this entry fires any more. */
  retire(): void {
    this.clearFailure();
    this.cancelHoldDown?.();
    this.cancelHoldDown = null;
    this.cancelReturn?.();
    this.cancelReturn = null;
    this.cancelFailback?.();
    this.cancelFailback = null;
    this.cancelWeight?.();
    this.cancelWeight = null;
    this.health?.stop();
    this.maintenance?.stop();
    this.endWatch();
  }
}
