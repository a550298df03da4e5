import type { RouterSession } from "../router/router.ts";

/** One thing a scenario did or checked. */
export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen, in words. */
  readonly detail: string;
  /** How long the step took, in milliseconds. */
  readonly ms: number;
}

/** What one fault cost, as the client and the router's kernel saw it. Times in milliseconds. */
export interface FaultMeasurement {
  /** For example `kill node1`. */
  readonly fault: string;
  readonly node: string;
  /** From the first failed new connection to the first after which all succeed; 0 when none failed; null when the lab cannot measure it. */
  readonly outageMs: number | null;
  /** The longest time without any answer from any node, or null. */
  readonly longestGapMs: number | null;
  /** From the fault to the moment the router's next hops were right, or null when they never were. */
  readonly convergedMs: number | null;
  /** New connections tried from the fault to the end of the observation, and how many of them got no answer. */
  readonly probes: number;
  readonly probesFailed: number;
  /** The failed ones by error code. `ECONNRESET` alone means cut in the middle of the handshake by the change of route itself. */
  readonly probeErrors: Readonly<Record<string, number>>;
  /** Failed ones that neither a cut handshake nor the router's own way of replacing a route explains: packets that found nobody. */
  readonly probesUnexplained: number;
  /** Long-lived connections open when the fault came, and how many of them broke. */
  readonly connections: number;
  readonly connectionsReset: number;
  /** Those of the broken connections that were answered by another node than the faulty one. */
  readonly connectionsResetElsewhere: number;
}

/** A promise of vipcast that was seen to be broken. */
export interface BrokenPromise {
  /** Number of the promise in the project's list (1 one invariant, 2 order, 3 ownership, 7 no manual recovery). */
  readonly promise: number;
  readonly node: string;
  readonly vip: string;
  /** What was seen, in words and milliseconds. */
  readonly detail: string;
}

/** How a lab is built: real namespaces, or addresses of 127.0.0.0/8 where namespaces are forbidden. */
export type LabMode = "namespaces" | "loopback";

/** What a chaos run was and did: the same seed makes the same faults again, as far as the time reaches. */
export interface ChaosRecord {
  /** 0..4294967295. */
  readonly seed: number;
  /** How long faults were made. */
  readonly seconds: number;
  /** The faults in words, in order. */
  readonly faults: readonly string[];
}

/** The outcome of a scenario. */
export interface LabResult {
  readonly scenario: string;
  /** True when every step succeeded and no promise was broken. */
  readonly ok: boolean;
  readonly mode: LabMode;
  /** Why the lab runs in loopback mode, in words; null in namespaces. */
  readonly modeReason: string | null;
  readonly router: { readonly kind: string; readonly version: string };
  readonly nodes: readonly string[];
  readonly vips: readonly string[];
  readonly sessions: readonly RouterSession[];
  readonly steps: readonly StepResult[];
  readonly faults: readonly FaultMeasurement[];
  readonly promisesBroken: readonly BrokenPromise[];
  /** What decided everything that was left to chance; null in a scenario that leaves nothing to it. */
  readonly seed: number | null;
  /** What the scenario counted, by names of its own: `deletions`, `kills`. */
  readonly counts: Readonly<Record<string, number>>;
  /** Null in every scenario but `chaos`. */
  readonly chaos: ChaosRecord | null;
  /** How many of the client's new connections each node answered. */
  readonly answers: Readonly<Record<string, number>>;
  /**
   * How long the lab's own process, which does next to nothing, had to wait for its turn at worst, in milliseconds. A promise of 10 ms cannot be
   * judged on a machine where this is far above it.
   */
  readonly lateMs: number;
  readonly durationMs: number;
}
