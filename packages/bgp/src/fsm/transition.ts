import type { PeerConfig } from "./config.ts";
import type { FsmEvent } from "./event.ts";
import { type At, stay, type Transition } from "./leave.ts";
import type { FsmState } from "./state.ts";
import { active } from "./states/active.ts";
import { connect } from "./states/connect.ts";
import { established } from "./states/established.ts";
import { concerns } from "./states/events.ts";
import { idle } from "./states/idle.ts";
import { openConfirm } from "./states/open-confirm.ts";
import { openSent } from "./states/open-sent.ts";
import { dueTimer, type TimerEventType } from "./timers.ts";

export type { At, Transition } from "./leave.ts";

/**
 * The BGP finite state machine (RFC 4271 §8.2.2) as a pure function: what `event` does to `state` at the time `at`, and
 * what is to be done about it, in order. Never throws. Theory of operation: `state.ts`.
 */
export function transition(state: FsmState, event: FsmEvent, at: At, config: PeerConfig): Transition {
  switch (state.name) {
    case "Idle":
      return concerns(state, event) ? idle(state, event, at, config) : stay(state);
    case "Connect":
      return concerns(state, event) ? connect(state, event, at, config) : stay(state);
    case "Active":
      return concerns(state, event) ? active(state, event, at, config) : stay(state);
    case "OpenSent":
      return concerns(state, event) ? openSent(state, event, at, config) : stay(state);
    case "OpenConfirm":
      return concerns(state, event) ? openConfirm(state, event, at, config) : stay(state);
    case "Established":
      return concerns(state, event) ? established(state, event, at, config) : stay(state);
  }
  return state satisfies never;
}

/** When the next timer of `state` expires, in monotonic milliseconds; Infinity when none runs. */
export function nextDeadline(state: FsmState): number {
  switch (state.name) {
    case "Idle":
      return state.timers.idleHold;
    case "Connect":
    case "Active":
      return Math.min(state.timers.connectRetry, state.timers.delayOpen);
    case "OpenSent":
      return state.timers.hold;
    case "OpenConfirm":
      return Math.min(state.timers.hold, state.timers.keepalive);
    case "Established":
      return Math.min(state.timers.hold, state.timers.keepalive, state.timers.sendHold);
  }
  return state satisfies never;
}

/** The expiry event that is due at `now`, the oldest first; null when none is. */
export function expiredTimer(state: FsmState, now: number): { readonly type: TimerEventType } | null {
  return nextDeadline(state) > now ? null : dueTimer(state.timers, now);
}

/** When the next dial starts by itself, in monotonic milliseconds; Infinity when none is planned. */
export function nextAttempt(state: FsmState): number {
  switch (state.name) {
    case "Idle":
      return state.timers.idleHold;
    case "Active":
      return state.timers.connectRetry;
    case "Connect":
    case "OpenSent":
    case "OpenConfirm":
    case "Established":
      return Number.POSITIVE_INFINITY;
  }
  return state satisfies never;
}
