/** The exchange of OPENs, which may begin in Connect, Active and OpenSent. */
import type { OpenMessage } from "../../codec/message.ts";
import type { PeerConfig } from "../config.ts";
import type { FsmEffect } from "../effect.ts";
import { type At, type Failure, fail, type Transition } from "../leave.ts";
import { negotiate } from "../negotiate.ts";
import { ownOpen } from "../open.ts";
import type { ActiveState, ConnectState, OpenConfirmState, OpenSentState } from "../state.ts";
import { connectRetryDeadline, holdDeadline, keepaliveDeadline, largeHoldTimeMs } from "../timers.ts";

/** States in which no OPEN of ours was sent yet. */
type BeforeOpen = ConnectState | ActiveState;

/** ConnectRetryTimer; a passive peer never dials, so it has none. */
export function nextDial(at: At, config: PeerConfig): number {
  return config.passive ? Number.POSITIVE_INFINITY : connectRetryDeadline(config.connectRetry, at.now, at.random);
}

/** TCP is up: with DelayOpen wait for the peer's OPEN a while, else send ours. */
export function connectionUp(state: BeforeOpen, at: At, config: PeerConfig): Transition {
  if (config.delayOpen === 0) return sendOpen(state, at, config);
  const timers = { connectRetry: Number.POSITIVE_INFINITY, delayOpen: at.now + config.delayOpen * 1000 };
  return { state: { ...state, timers }, effects: [] };
}

export function sendOpen(state: BeforeOpen, at: At, config: PeerConfig): Transition {
  const next: OpenSentState = {
    name: "OpenSent",
    connectRetryCounter: state.connectRetryCounter,
    timers: { hold: at.now + largeHoldTimeMs },
  };
  return { state: next, effects: [{ kind: "send-open", open: ownOpen(config) }] };
}

/** The peer's OPEN, while ours was sent (OpenSent) or is held back by DelayOpen (Connect, Active). */
export function openReceived(
  state: BeforeOpen | OpenSentState,
  message: OpenMessage,
  at: At,
  config: PeerConfig,
): Transition {
  const verdict = negotiate(message, config);
  if (!verdict.accepted) {
    const failure: Failure = {
      notification: verdict.notification,
      reason: "notification-sent",
      cause: verdict.cause,
    };
    return fail(state, state.name === "OpenSent" ? failure : withoutOpen(failure, config), at, config);
  }
  const { negotiated } = verdict;
  const next: OpenConfirmState = {
    name: "OpenConfirm",
    connectRetryCounter: state.connectRetryCounter,
    negotiated,
    timers: {
      // RFC 4271 §8.2.2 runs no HoldTimer when the negotiated hold time is zero. Until the first KEEPALIVE the large one
      // stays: a handshake that stalls half way must end by itself.
      hold: negotiated.holdTime === 0 ? at.now + largeHoldTimeMs : holdDeadline(negotiated.holdTime, at.now),
      keepalive: keepaliveDeadline(negotiated.keepalive, at.now, at.random),
    },
  };
  const effects: FsmEffect[] = state.name === "OpenSent" ? [] : [{ kind: "send-open", open: ownOpen(config) }];
  effects.push({ kind: "open-accepted", message, negotiated }, { kind: "send-keepalive" });
  return { state: next, effects };
}

/** RFC 4271 §8.1.1: before our OPEN, a NOTIFICATION is sent only if SendNOTIFICATIONwithoutOPEN allows it. */
export function withoutOpen(failure: Failure, config: PeerConfig): Failure {
  return config.notificationsWithoutOpen ? failure : { ...failure, notification: null };
}
