/** RFC 4271 §8.2.2, Established state: routes are exchanged. */
import { sendHoldExpired } from "../cause.ts";
import type { PeerConfig } from "../config.ts";
import type { FsmEffect } from "../effect.ts";
import { type At, fail, stay, stop, type Transition } from "../leave.ts";
import { helpsRestart } from "../negotiate.ts";
import { sendHoldTimerExpired } from "../notification.ts";
import type { EstablishedState } from "../state.ts";
import { holdDeadline, sendHoldTime } from "../timers.ts";
import type { EventIn } from "./events.ts";
import { dumped, ended, lost, malformed, notified, silent, superseded, unexpected } from "./faults.ts";
import { keepalive, keepaliveRestarted } from "./keepalive.ts";

export function established(
  state: EstablishedState,
  event: EventIn<EstablishedState>,
  at: At,
  config: PeerConfig,
): Transition {
  switch (event.type) {
    case "ManualStop":
      return stop(state, event);

    case "AutomaticStop":
      return fail(state, ended(event), at, config);

    case "HoldTimer_Expires":
      return fail(state, silent(state), at, config);

    // RFC 9687 §4.3: the NOTIFICATION is for the log, since a connection that takes nothing will not take this either, and
    // waiting until it does is what the timer is to prevent: reset.
    case "SendHoldTimer_Expires": {
      const cause = sendHoldExpired(sendHoldTime(config.sendHoldTime, state.negotiated.holdTime));
      const notification = sendHoldTimerExpired();
      return fail(state, { notification, reason: "send-hold-timer-expired", cause, stuck: true }, at, config);
    }

    case "KeepaliveTimer_Expires":
      return keepalive(state, at);

    // RFC 4724 §5, where the peer has the Graceful Restart Capability with one or more families: "the local system … retains all
    // routes associated with this connection …, drops the TCP connection". The new connection has an FSM of its own.
    case "Tcp_CR_Acked":
    case "TcpConnectionConfirmed":
      return helpsRestart(state.negotiated) ? fail(state, superseded(), at, config) : stay(state);

    case "TcpConnectionFails":
      return fail(state, lost(state, event), at, config);

    // RFC 4271 §8.2.2 lists a header error under "any other event", a Finite State Machine Error; §6.1 wants it named.
    case "BGPHeaderErr":
    case "UpdateMsgErr":
      return fail(state, malformed(event), at, config);

    case "OpenCollisionDump":
      return fail(state, dumped(event), at, config);

    case "NotifMsgVerErr":
    case "NotifMsg":
      return fail(state, notified(event), at, config);

    case "KeepAliveMsg":
      return heard(state, [], at);

    case "UpdateMsg":
    // RFC 2918 does not say so, but a ROUTE-REFRESH is as good a sign of life as an UPDATE.
    case "RouteRefreshMsg":
      return heard(state, [{ kind: "deliver", message: event.message }], at);

    // RFC 4271 uses a second OPEN here for the collision check of the other connection; that one has an FSM of its own,
    // so an OPEN on this connection is an unexpected message.
    case "BGPOpen":
    case "BGPOpen_with_DelayOpenTimer_running":
    case "BGPOpenMsgErr":
      return fail(state, unexpected(state.name, event), at, config);

    case "OutputSent":
      return sent(state, event.waiting, at, config);

    case "UpdateSent":
      return stay(keepaliveRestarted(state, at));
  }
  return event satisfies never;
}

/** "restarts its HoldTimer, if the negotiated HoldTime value is non-zero, and remains in the Established state" */
function heard(state: EstablishedState, effects: readonly FsmEffect[], at: At): Transition {
  const hold = holdDeadline(state.negotiated.holdTime, at.now);
  // Messages of one chunk come at one time.
  if (hold === state.timers.hold) return { state, effects };
  return { state: { ...state, timers: { ...state.timers, hold } }, effects };
}

/**
 * RFC 9687 §4.3: "Each time the local system sends a BGP message, it restarts the SendHoldTimer". While nothing waits to be
 * sent it does not run: then it could only say that we were silent ourselves.
 */
function sent(state: EstablishedState, waiting: boolean, at: At, config: PeerConfig): Transition {
  const seconds = sendHoldTime(config.sendHoldTime, state.negotiated.holdTime);
  const sendHold = waiting && seconds > 0 ? at.now + seconds * 1000 : Number.POSITIVE_INFINITY;
  return sendHold === state.timers.sendHold ? stay(state) : stay({ ...state, timers: { ...state.timers, sendHold } });
}
