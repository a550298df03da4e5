/** The ways out of a state that several states share: to Idle, with a stop or with a pause before the next attempt. */
import type { NotificationBody } from "../codec/outcome.ts";
import type { PeerConfig } from "./config.ts";
import type { DownReason, FsmEffect } from "./effect.ts";
import type { FsmEvent } from "./event.ts";
import { failuresAfterSession, retryDelayMs, retrySchedule } from "./retry.ts";
import type { FsmState, IdleState } from "./state.ts";

/** When something happens, and the randomness for its jitter: `now` in monotonic milliseconds, `random` in [0, 1). */
export interface At {
  readonly now: number;
  readonly random: number;
}

/** What `transition` returns: the next state, and what is to be done, in order. */
export interface Transition {
  readonly state: FsmState;
  readonly effects: readonly FsmEffect[];
}

/** Nothing changes. */
export function stay(state: FsmState): Transition {
  return { state, effects: [] };
}

/** The pause that this many failures deserve, in milliseconds. */
export function pauseAfter(failures: number, at: At, config: PeerConfig): number {
  return retryDelayMs(failures, retrySchedule(config.idleHold, config.connectRetry), at.random);
}

/** Idle, and started again by the IdleHoldTimer: after `pauseMs`, or where that is null after what the failures deserve. */
export function idleAfterFailures(
  connectRetryCounter: number,
  pauseMs: number | null,
  at: At,
  config: PeerConfig,
): IdleState {
  const pause = pauseMs === null ? pauseAfter(connectRetryCounter, at, config) : pauseMs;
  return { name: "Idle", connectRetryCounter, timers: { idleHold: at.now + pause } };
}

/** RFC 4271 §8.2.2: "increments the ConnectRetryCounter by 1", unless a stable session came before. */
function failuresOf(state: FsmState, at: At, config: PeerConfig): number {
  if (state.name !== "Established") return state.connectRetryCounter + 1;
  const { stableAfter } = retrySchedule(config.idleHold, config.connectRetry);
  return failuresAfterSession(state.connectRetryCounter, at.now - state.sinceMs, stableAfter);
}

/** Whether there is a TCP connection, a dial in progress, or neither. */
export function transportOf(state: FsmState): "none" | "dialling" | "connected" {
  switch (state.name) {
    case "Idle":
      return "none";
    case "Connect":
      return Number.isFinite(state.timers.delayOpen) ? "connected" : "dialling";
    case "Active":
      return Number.isFinite(state.timers.delayOpen) ? "connected" : "none";
    case "OpenSent":
    case "OpenConfirm":
    case "Established":
      return "connected";
  }
  return state satisfies never;
}

function closing(state: FsmState, notification: NotificationBody | null, abort: boolean): FsmEffect[] {
  const transport = transportOf(state);
  if (transport === "none") return [];
  if (transport === "dialling") return [{ kind: "disconnect", abort: true }];
  const effects: FsmEffect[] = [];
  if (notification !== null) effects.push({ kind: "send-notification", notification });
  effects.push({ kind: "disconnect", abort });
  return effects;
}

/** What ends an attempt or a session, other than a stop. */
export interface Failure {
  /** Sent before the connection is closed; null closes it without a word. */
  readonly notification: NotificationBody | null;
  readonly reason: DownReason;
  readonly cause: string;
  /** The connection is gone already: there is nothing to close. */
  readonly lost?: boolean;
  /** The connection takes no more output: it is reset, not closed in order. */
  readonly stuck?: boolean;
  /** The ConnectRetryCounter stays as it is. */
  readonly uncounted?: boolean;
  /** The pause before the next attempt in milliseconds, Infinity for none; absent or null: what the failures deserve. */
  readonly pauseMs?: number | null;
}

/** A fault: close, back to Idle, and again after the pause. */
export function fail(state: FsmState, failure: Failure, at: At, config: PeerConfig): Transition {
  const failures = failure.uncounted === true ? state.connectRetryCounter : failuresOf(state, at, config);
  const gone = failure.lost === true ? [] : closing(state, failure.notification, failure.stuck === true);
  return {
    state: idleAfterFailures(failures, failure.pauseMs ?? null, at, config),
    effects: [...gone, down(state, failure)],
  };
}

/** ManualStop: close, forget the failures, and stay in Idle until a start event. */
export function stop(state: FsmState, event: Extract<FsmEvent, { readonly type: "ManualStop" }>): Transition {
  return {
    state: { name: "Idle", connectRetryCounter: 0, timers: { idleHold: Number.POSITIVE_INFINITY } },
    effects: [
      ...closing(state, event.notification, false),
      down(state, { reason: "administrative-stop", cause: event.cause }),
    ],
  };
}

export function down(state: FsmState, failure: Pick<Failure, "reason" | "cause">): FsmEffect {
  return {
    kind: "down",
    reason: failure.reason,
    cause: failure.cause,
    wasEstablished: state.name === "Established",
  };
}
