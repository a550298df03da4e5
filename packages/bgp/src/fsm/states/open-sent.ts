/** RFC 4271 §8.2.2, OpenSent state: our OPEN was sent, the peer's is awaited. */
import { holdExpired } from "../cause.ts";
import type { PeerConfig } from "../config.ts";
import type { FsmEvent } from "../event.ts";
import { type At, fail, stay, stop, type Transition } from "../leave.ts";
import { collisionResolution, holdTimerExpired } from "../notification.ts";
import type { OpenSentState } from "../state.ts";
import { largeHoldTimeMs } from "../timers.ts";
import { toActive } from "./connect.ts";
import { openReceived } from "./opening.ts";
import { unexpected } from "./unexpected.ts";

export function openSent(state: OpenSentState, event: FsmEvent, at: At, config: PeerConfig): Transition {
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
      const cause = holdExpired(state.name, largeHoldTimeMs / 1000);
      return fail(state, { notification: holdTimerExpired(), reason: "hold-timer-expired", cause }, at, config);
    }

    // The inbound connection of the same peer has an FSM of its own.
    case "TcpConnection_Valid":
    case "Tcp_CR_Invalid":
    case "Tcp_CR_Acked":
    case "TcpConnectionConfirmed":
      return stay(state);

    // "continues to listen for a connection that may be initiated by the remote BGP peer, and changes its state to Active"
    case "TcpConnectionFails":
      return toActive(state, event, at, config);

    case "BGPOpen":
      return openReceived(state, event.message, at, config);

    case "BGPHeaderErr":
    case "BGPOpenMsgErr":
      return fail(
        state,
        { notification: event.notification, reason: "notification-sent", cause: event.cause },
        at,
        config,
      );

    case "OpenCollisionDump":
      return fail(state, { notification: collisionResolution(), reason: "collision", cause: event.cause }, at, config);

    // "releases all BGP resources, drops the TCP connection, and changes its state to Idle": not counted as a failure.
    case "NotifMsgVerErr":
      return fail(
        state,
        { notification: null, reason: "notification-received", cause: event.cause, uncounted: true },
        at,
        config,
      );

    // RFC 4271 §8.2.2 lists this under "any other event", which would answer a NOTIFICATION with a NOTIFICATION; §6.4 and
    // every implementation close without an answer.
    case "NotifMsg":
      return fail(state, { notification: null, reason: "notification-received", cause: event.cause }, at, config);

    case "BGPOpen_with_DelayOpenTimer_running":
    case "KeepAliveMsg":
    case "UpdateMsg":
    case "UpdateMsgErr":
    case "RouteRefreshMsg":
      return fail(state, unexpected(state.name, event.type), at, config);

    // Timers that do not run here.
    case "ConnectRetryTimer_Expires":
    case "KeepaliveTimer_Expires":
    case "DelayOpenTimer_Expires":
    case "IdleHoldTimer_Expires":
      return stay(state);
  }
  return event satisfies never;
}
