import type { Check, OnFailure, ProbeCheck } from "./check.ts";
import type { CheckerState } from "./checker.ts";
import { compareHealth, type Health, type Verdict } from "./health.ts";
import { ordinal } from "./words.ts";

/** Where the verdicts of single checks come from. */
export interface Evidence {
  /** Null when the check has not begun. */
  stateOf(check: ProbeCheck): CheckerState | null;
  /** What was pushed from outside; null when nothing was yet. */
  readonly pushed: Verdict | null;
  /** Why checks without a verdict count as failed; absent: they do not. */
  readonly overdue?: string;
}

/** What a tree of checks comes to. Pure. */
export function judge(check: Check, evidence: Evidence): Verdict {
  switch (check.kind) {
    case "probe":
      return softened(silenced(judgeProbe(check, evidence.stateOf(check)), evidence), check.onFailure);
    case "pushed":
      return softened(
        evidence.pushed ?? silenced({ health: "unknown", causes: ["no verdict was pushed yet"] }, evidence),
        check.onFailure,
      );
    case "all":
    case "any":
      return softened(judgeGroup(check.kind, check.of, evidence), check.onFailure);
    default:
      return check satisfies never;
  }
}

/** A verdict of a VIP without check, or the worse of its check's and what was pushed although no check asks for it. */
export function judgeVip(check: Check | null, evidence: Evidence): Verdict | null {
  const { pushed } = evidence;
  if (check === null) return pushed;
  const verdict = judge(check, evidence);
  if (pushed === null || asksForPush(check)) return verdict;
  return compareHealth(pushed.health, verdict.health) < 0 ? pushed : verdict;
}

/** Whether a pushed verdict is part of the check. */
function asksForPush(check: Check): boolean {
  return check.kind === "pushed" || ((check.kind === "all" || check.kind === "any") && check.of.some(asksForPush));
}

/** Every single check of a tree. */
export function probesOf(check: Check | null): readonly ProbeCheck[] {
  if (check === null || check.kind === "pushed") return [];
  return check.kind === "probe" ? [check] : check.of.flatMap(probesOf);
}

/** How long a verdict that was pushed for the first time is waited for where another one stands meanwhile, milliseconds. */
const FIRST_PUSH_MS = 30_000;

/**
 * How long the verdict of an earlier check may stand for a check that has just replaced it, milliseconds: as many intervals as it takes that one to come to
 * a verdict of its own, unless its results contradict each other. Its start grace does not count: it is for a service that starts, and a VIP that is
 * announced has one.
 */
export function newsLimitMs(check: Check | null): number {
  if (check === null) return 0;
  switch (check.kind) {
    case "probe": {
      const { rise, fall, fastIntervalMs, timeoutMs } = check.timing;
      return (rise + fall) * fastIntervalMs + timeoutMs;
    }
    case "pushed":
      return FIRST_PUSH_MS;
    case "all":
    case "any":
      return Math.max(...check.of.map(newsLimitMs));
    default:
      return check satisfies never;
  }
}

function judgeProbe(check: ProbeCheck, state: CheckerState | null): Verdict {
  const { name, timing } = check;
  if (state === null || state.last === null)
    return { health: "unknown", causes: [`the check ${name} has no result yet`] };
  const { up, last, successes, failures } = state;
  if (up === null) {
    const seen = last.ok
      ? `${last.detail}, ${successes} of ${timing.rise} successes`
      : `${last.detail}, ${failures} of ${timing.fall} failures`;
    return { health: "unknown", causes: [`the check ${name} has come to no verdict yet`, seen] };
  }
  if (up) return { health: "healthy", causes: [`the check ${name} succeeds`, last.detail] };
  // While it is rising again, what it failed of is not what came last.
  const seen = last.ok
    ? `${last.detail}, ${successes} of ${timing.rise} successes`
    : `${last.detail}, ${ordinal(failures)} failure in a row`;
  const causes = [`the check ${name} ${last.ok ? "has failed and begins to succeed" : "fails"}`, seen];
  return { health: "unhealthy", causes };
}

/** No verdict is a bad one when there should be one. */
function silenced(verdict: Verdict, { overdue }: Evidence): Verdict {
  if (verdict.health !== "unknown" || overdue === undefined) return verdict;
  return { health: "unhealthy", causes: [overdue, ...verdict.causes] };
}

function judgeGroup(kind: "all" | "any", of: readonly Check[], evidence: Evidence): Verdict {
  const verdicts = of.map((check) => judge(check, evidence));
  const sign = kind === "all" ? 1 : -1;
  const decides = verdicts.reduce((best, one) => (sign * compareHealth(one.health, best.health) < 0 ? one : best));
  const { health } = decides;
  // Of `all`, whoever is as bad as the worst says why; of `any`, the best is bad because all of them are.
  if (health === "healthy") return { health, causes: decides.causes };
  const bad = kind === "all" ? verdicts.filter((one) => one.health === health) : verdicts;
  const causes = bad.flatMap((one) => one.causes);
  return { health, causes: kind === "any" ? [`none of ${of.length} checks is healthy`, ...causes] : causes };
}

function softened(verdict: Verdict, onFailure: OnFailure): Verdict {
  const { health, causes } = verdict;
  const soft: Health = health === "unhealthy" && onFailure === "degrade" ? "degraded" : health;
  return soft === health ? verdict : { health: soft, causes };
}
