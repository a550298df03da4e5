/** RFC 4271 §8.2.2, Established state: routes are exchanged. */
import { connectionLost, holdExpired } from "../cause.ts";
import type { PeerConfig } from "../config.ts";
import type { FsmEffect } from "../effect.ts";
import type { FsmEvent } from "../event.ts";
import { type At, fail, stay, stop, type Transition } from "../leave.ts";
import { collisionResolution, holdTimerExpired } from "../notification.ts";
import type { EstablishedState } from "../state.ts";
import { holdDeadline, keepaliveDeadline } from "../timers.ts";
import { unexpected } from "./unexpected.ts";

export function established(state: EstablishedState, event: FsmEvent, at: At, config: PeerConfig): Transition {
  const { negotiated } = state;
  switch (event.type) {
    case "ManualStart":
    case "AutomaticStart":
    case "ManualStart_with_PassiveTcpEstablishment":
    case "AutomaticStart_with_PassiveTcpEstablishment":
    case "AutomaticStart_with_DampPeerOscillations":
    case "AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment":
      return stay(state);

    case "ManualStop":
      return stop(state, event);

    case "AutomaticStop":
      return fail(state, { notification: event.notification, reason: "refused", cause: event.cause }, at, config);

    case "HoldTimer_Expires": {
      const cause = holdExpired(state.name, negotiated.holdTime);
      return fail(state, { notification: holdTimerExpired(), reason: "hold-timer-expired", cause }, at, config);
    }

    case "KeepaliveTimer_Expires": {
      const keepalive = keepaliveDeadline(negotiated.keepalive, at.now, at.random);
      return { state: { ...state, timers: { ...state.timers, keepalive } }, effects: [{ kind: "send-keepalive" }] };
    }

    // The inbound connection of the same peer has an FSM of its own.
    case "TcpConnection_Valid":
    case "Tcp_CR_Invalid":
    case "Tcp_CR_Acked":
    case "TcpConnectionConfirmed":
      return stay(state);

    case "TcpConnectionFails": {
      const reason = event.cause.kind === "end" ? "connection-closed" : "connection-reset";
      const cause = connectionLost(state.name, event.cause);
      return fail(state, { notification: null, reason, cause, lost: true }, at, config);
    }

    case "BGPHeaderErr":
    case "UpdateMsgErr":
      return fail(
        state,
        { notification: event.notification, reason: "notification-sent", cause: event.cause },
        at,
        config,
      );

    case "OpenCollisionDump":
      return fail(state, { notification: collisionResolution(), reason: "collision", cause: event.cause }, at, config);

    case "NotifMsgVerErr":
    case "NotifMsg":
      return fail(state, { notification: null, reason: "notification-received", cause: event.cause }, at, config);

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
      return fail(state, unexpected(state.name, event.type), at, config);

    // Timers that do not run here.
    case "ConnectRetryTimer_Expires":
    case "DelayOpenTimer_Expires":
    case "IdleHoldTimer_Expires":
      return stay(state);
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
