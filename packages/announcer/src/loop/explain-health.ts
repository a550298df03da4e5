import type { Check, CheckTiming, OnFailure } from "../health/check.ts";
import type { Health } from "../health/health.ts";
import { judge } from "../health/judge.ts";
import type { HealthDampingPolicy } from "../policy.ts";
import type { VipEntry } from "./vip-entry.ts";
import type { VipHealth } from "./vip-health.ts";

/** The latest result of a probe. */
export interface ProbeExplanation {
  readonly ok: boolean;
  readonly detail: string;
  /** What a program wrote. */
  readonly output?: string;
  /** How long ago, and how long it took, milliseconds. */
  readonly agoMs: number;
  readonly tookMs: number;
}

/** One check, or group of them, and what it comes to. */
export type CheckExplanation =
  | {
      readonly kind: "tcp" | "http" | "exec" | "icmp" | "dns";
      readonly name: string;
      readonly health: Health;
      readonly onFailure: OnFailure;
      /** In a row, of `rise` and `fall` that change the verdict. */
      readonly successes: number;
      readonly failures: number;
      readonly timing: CheckTiming;
      readonly total: number;
      readonly totalFailed: number;
      readonly last: ProbeExplanation | null;
      /** Under way for so long, milliseconds; null when none is. */
      readonly runningMs: number | null;
      /** Until the next one, milliseconds; 0 while one is under way. */
      readonly nextInMs: number;
    }
  | { readonly kind: "pushed"; readonly health: Health; readonly onFailure: OnFailure }
  | {
      readonly kind: "all" | "any";
      readonly health: Health;
      readonly onFailure: OnFailure;
      readonly of: readonly CheckExplanation[];
    };

/** Everything that is known of a VIP's health. Plain data. */
export interface HealthExplanation {
  /** What counts for the route. */
  readonly health: Health;
  /** What checks and pushed verdicts come to, before flap damping and the last-node guard. */
  readonly judged: Health;
  /** Why, nearest cause first. */
  readonly causes: readonly string[];
  /** Null for a VIP without check. */
  readonly check: CheckExplanation | null;
  /** The latest pushed verdict; null when there was none. `expiresInMs` null: it holds until the next. */
  readonly pushed: {
    readonly health: Health;
    readonly causes: readonly string[];
    readonly expiresInMs: number | null;
  } | null;
  /** Turns for the worse within the damping window, and what is left of a hold-down for them. */
  readonly flaps: number;
  readonly holdDownMs: number;
  /** Nodes whose route the last-node guard has seen, null when it cannot know; absent while it keeps nothing. */
  readonly siblings?: readonly string[] | null;
  /** The maintenance file, and whether it is there; null for a VIP without one. */
  readonly maintenance: { readonly file: string; readonly present: boolean } | null;
}

/** Explains the health of a VIP. */
export function explainHealth(entry: VipEntry, nowMs: number, policy: HealthDampingPolicy): HealthExplanation {
  const { health, maintenance, verdict } = entry;
  const check = health?.check ?? null;
  const pushed = health?.pushed.verdict ?? null;
  const guarded = health?.guarded ?? null;
  return {
    health: verdict.health,
    judged: health?.judged.health ?? verdict.health,
    causes: verdict.causes,
    check: check === null || health === null ? null : explainCheck(check, health, nowMs),
    pushed: pushed === null ? null : { ...pushed, expiresInMs: health?.pushed.remainingMs(nowMs) ?? null },
    flaps: health?.damping.count(nowMs, policy) ?? 0,
    holdDownMs: health?.damping.remainingMs(nowMs) ?? 0,
    ...(guarded === null ? {} : { siblings: guarded.siblings }),
    maintenance: maintenance === null ? null : { file: maintenance.path, present: maintenance.present === true },
  };
}

function explainCheck(check: Check, health: VipHealth, nowMs: number): CheckExplanation {
  const { onFailure } = check;
  const evidence = { stateOf: health.stateOf.bind(health), pushed: health.pushed.verdict };
  const verdict = judge(check, evidence).health;
  switch (check.kind) {
    case "all":
    case "any":
      return {
        kind: check.kind,
        health: verdict,
        onFailure,
        of: check.of.map((one) => explainCheck(one, health, nowMs)),
      };
    case "pushed":
      return { kind: "pushed", health: verdict, onFailure };
    case "probe": {
      const state = health.stateOf(check);
      const last = state?.last ?? null;
      const running = state?.running ?? null;
      return {
        kind: check.probe.kind,
        name: check.name,
        health: verdict,
        onFailure,
        successes: state?.successes ?? 0,
        failures: state?.failures ?? 0,
        timing: check.timing,
        total: state?.total ?? 0,
        totalFailed: state?.totalFailed ?? 0,
        last:
          last === null
            ? null
            : {
                ok: last.ok,
                detail: last.detail,
                ...(last.output === undefined ? {} : { output: last.output }),
                agoMs: Math.round(nowMs - last.atMs),
                tookMs: Math.round(last.tookMs * 10) / 10,
              },
        runningMs: running === null ? null : Math.round(nowMs - running.startedAtMs),
        nextInMs: state === null || running !== null ? 0 : Math.max(0, Math.round(state.nextStartMs - nowMs)),
      };
    }
    default:
      return check satisfies never;
  }
}
