import type { CheckTiming } from "./check.ts";
import type { ProbeOutcome } from "./probe.ts";

/**
 * One check as a pure state machine: when to start a probe, when its silence is failure, and what its results come to. Time is an argument, deadlines
 * are in the state, and a tick that comes too early does nothing.
 *
 * Two probes never run at once. One that does not end although it was aborted blocks the next, and fails again at each time at which one would have started.
 *
 * Our own stall is not silence: while a probe runs the machine wants to be woken four times, and what a tick comes late is added to the deadline, for
 * a few ticks of each probe; at the deadline itself the event loop goes round once more before anything is judged.
 */

/** A tick that comes later than this was held up by our own process, milliseconds. */
const STALL_MS = 20;

/** Stalls that one probe is forgiven: a process that is always late must still come to a verdict. */
const FORGIVEN_STALLS = 4;

/** The probe that is under way. */
export interface RunningProbe {
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  readonly tickAtMs: number;
  /** How many more stalls are forgiven. */
  readonly patience: number;
  /** `late`: judged at the next tick; `overdue`: it failed, was aborted, and has not ended. */
  readonly phase: "waiting" | "late" | "overdue";
}

/** How the latest probe ended. */
export interface ProbeResult extends ProbeOutcome {
  readonly atMs: number;
  readonly tookMs: number;
}

/** Everything a check remembers. */
export interface CheckerState {
  /** Null before the first verdict. */
  readonly up: boolean | null;
  /** In a row, since the last of the other kind. */
  readonly successes: number;
  readonly failures: number;
  readonly last: ProbeResult | null;
  readonly running: RunningProbe | null;
  readonly nextStartMs: number;
  /** Failures before this do not count while there is no verdict; null before the first start. */
  readonly graceUntilMs: number | null;
  /** Probes that have ended, well and badly, since the beginning. */
  readonly total: number;
  readonly totalFailed: number;
}

/** What happened. `result` is the end of the probe, whatever its phase. */
export type CheckerEvent = { readonly kind: "tick" } | { readonly kind: "result"; readonly outcome: ProbeOutcome };

/** What to do. */
export type CheckerEffect = { readonly kind: "start" } | { readonly kind: "abort" };

/** Now, and a random number 0 ≤ x < 1. */
export interface CheckerMoment {
  readonly now: number;
  readonly random: number;
}

/** A check that has not begun; the first probe is due almost at once. */
export function newChecker({ now, random }: CheckerMoment, timing: CheckTiming): CheckerState {
  return {
    up: null,
    successes: 0,
    failures: 0,
    last: null,
    running: null,
    nextStartMs: now + random * Math.min(50, timing.fastIntervalMs / 10),
    graceUntilMs: null,
    total: 0,
    totalFailed: 0,
  };
}

/** When the next tick is due. */
export function nextTick(state: CheckerState): number {
  const { running, nextStartMs } = state;
  return running === null || running.phase === "overdue" ? nextStartMs : running.tickAtMs;
}

/** Whether results differ from the verdict, or there is none yet. */
function isChanging({ up, successes, failures }: CheckerState): boolean {
  return up === null || (up ? failures > 0 : successes > 0);
}

/** The next state and what to do, for one event. */
export function stepChecker(
  state: CheckerState,
  event: CheckerEvent,
  at: CheckerMoment,
  timing: CheckTiming,
): { readonly state: CheckerState; readonly effect: CheckerEffect | null } {
  switch (event.kind) {
    case "tick":
      return tick(state, at, timing);
    case "result":
      return { state: ended(state, event.outcome, at, timing), effect: null };
    default:
      return event satisfies never;
  }
}

function tick(
  state: CheckerState,
  at: CheckerMoment,
  timing: CheckTiming,
): { readonly state: CheckerState; readonly effect: CheckerEffect | null } {
  const { now } = at;
  const { running } = state;
  if (now < nextTick(state)) return { state, effect: null };
  if (running === null) return { state: started(state, now, timing), effect: { kind: "start" } };
  if (running.phase === "overdue") {
    const seconds = Math.round((now - running.startedAtMs) / 100) / 10;
    const detail = `the check that began ${seconds} s ago has not ended although it was stopped`;
    const failed = counted(state, { ok: false, detail }, running.startedAtMs, now, timing);
    return { state: { ...failed, nextStartMs: now + paceMs(failed, at, timing) }, effect: null };
  }
  const lateMs = now - running.tickAtMs;
  const stalled = lateMs > STALL_MS && running.patience > 0;
  const deadlineMs = running.deadlineMs + (stalled ? lateMs : 0);
  const patience = running.patience - (stalled ? 1 : 0);
  if (now < deadlineMs) {
    const tickAtMs = Math.min(deadlineMs, now + timing.timeoutMs / 4);
    return { state: { ...state, running: { ...running, deadlineMs, patience, tickAtMs } }, effect: null };
  }
  if (running.phase === "waiting")
    return {
      state: { ...state, running: { ...running, deadlineMs, patience, tickAtMs: now, phase: "late" } },
      effect: null,
    };
  const outcome = { ok: false, detail: `no answer within ${timing.timeoutMs} ms` };
  const failed = counted(state, outcome, running.startedAtMs, now, timing);
  return {
    state: {
      ...failed,
      running: { ...running, deadlineMs, patience, phase: "overdue" },
      nextStartMs: Math.max(now, running.startedAtMs + paceMs(failed, at, timing)),
    },
    effect: { kind: "abort" },
  };
}

function started(state: CheckerState, now: number, timing: CheckTiming): CheckerState {
  const { timeoutMs, graceMs } = timing;
  return {
    ...state,
    graceUntilMs: state.graceUntilMs ?? now + graceMs,
    running: {
      startedAtMs: now,
      deadlineMs: now + timeoutMs,
      tickAtMs: now + timeoutMs / 4,
      patience: FORGIVEN_STALLS,
      phase: "waiting",
    },
  };
}

function ended(state: CheckerState, outcome: ProbeOutcome, at: CheckerMoment, timing: CheckTiming): CheckerState {
  const { running, last } = state;
  if (running === null) return state;
  if (running.phase === "overdue") {
    // It has failed already; what the program had written until then is worth keeping.
    const kept = last === null || outcome.output === undefined ? last : { ...last, output: outcome.output };
    return { ...state, last: kept, running: null, nextStartMs: Math.max(at.now, state.nextStartMs) };
  }
  const next = counted(state, outcome, running.startedAtMs, at.now, timing);
  const nextStartMs = Math.max(at.now, running.startedAtMs + paceMs(next, at, timing));
  return { ...next, running: null, nextStartMs };
}

function counted(
  state: CheckerState,
  outcome: ProbeOutcome,
  startedAtMs: number,
  now: number,
  timing: CheckTiming,
): CheckerState {
  const last = { ...outcome, atMs: now, tookMs: now - startedAtMs };
  const total = state.total + 1;
  if (outcome.ok) {
    const successes = state.successes + 1;
    const up = successes >= timing.rise ? true : state.up;
    return { ...state, up, successes, failures: 0, last, total };
  }
  const totalFailed = state.totalFailed + 1;
  const inGrace = state.up === null && state.graceUntilMs !== null && now < state.graceUntilMs;
  const failures = inGrace ? 0 : state.failures + 1;
  const up = failures >= timing.fall ? false : state.up;
  return { ...state, up, successes: 0, failures, last, total, totalFailed };
}

/** From one start to the next: never more than the interval, so that detection takes no longer than promised. */
function paceMs(state: CheckerState, { random }: CheckerMoment, timing: CheckTiming): number {
  return (isChanging(state) ? timing.fastIntervalMs : timing.intervalMs) * (0.9 + random / 10);
}
