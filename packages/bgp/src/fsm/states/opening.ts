/** The way to a connection and the exchange of OPENs on it: Idle, Connect, Active and OpenSent. */
import type { OpenMessage } from "../../codec/message.ts";
import type { PeerConfig } from "../config.ts";
import type { FsmEffect } from "../effect.ts";
import type { FsmEvent } from "../event.ts";
import { type At, down, type Failure, fail, pauseAfter, type Transition } from "../leave.ts";
import { negotiate } from "../negotiate.ts";
import { ownOpen } from "../open.ts";
import type { ActiveState, ConnectState, OpenConfirmState, OpenSentState } from "../state.ts";
import { connectRetryDeadline, holdDeadline, keepaliveDeadline, largeHoldTimeMs } from "../timers.ts";
import { lost, withoutOpen } from "./faults.ts";

/** States in which no OPEN of ours was sent yet. */
type BeforeOpen = ConnectState | ActiveState;

/** Dials at once: the first attempt after a start never waits. */
export function dial(connectRetryCounter: number, at: At, config: PeerConfig): Transition {
  const connectRetry = connectRetryDeadline(config.connectRetry, at.now, at.random);
  const timers = { connectRetry, delayOpen: Number.POSITIVE_INFINITY };
  return { state: { name: "Connect", connectRetryCounter, timers }, effects: [{ kind: "connect" }] };
}

/** Waits for the peer to dial. RFC 4271 starts the ConnectRetryTimer here as well; a passive peer never dials, so it has none. */
export function listen(connectRetryCounter: number, at: At, config: PeerConfig): Transition {
  const connectRetry = config.passive
    ? Number.POSITIVE_INFINITY
    : connectRetryDeadline(config.connectRetry, at.now, at.random);
  const timers = { connectRetry, delayOpen: Number.POSITIVE_INFINITY };
  return { state: { name: "Active", connectRetryCounter, timers }, effects: [] };
}

/**
 * The connection was lost before the peer's OPEN: listen, and dial again after the pause. RFC 4271 restarts the
 * ConnectRetryTimer with its full time here; ours follows the backoff.
 */
export function listenAgain(
  state: BeforeOpen | OpenSentState,
  event: Extract<FsmEvent, { readonly type: "TcpConnectionFails" }>,
  at: At,
  config: PeerConfig,
): Transition {
  const connectRetryCounter = state.connectRetryCounter + 1;
  const connectRetry = config.passive ? Number.POSITIVE_INFINITY : at.now + pauseAfter(connectRetryCounter, at, config);
  const timers = { connectRetry, delayOpen: Number.POSITIVE_INFINITY };
  return { state: { name: "Active", connectRetryCounter, timers }, effects: [down(state, lost(state, event))] };
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
