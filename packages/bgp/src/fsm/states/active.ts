/** RFC 4271 §8.2.2, Active state: we wait for the peer to dial, or it did and DelayOpen holds our OPEN back. */
import { connectionLost } from "../cause.ts";
import type { PeerConfig } from "../config.ts";
import type { FsmEvent } from "../event.ts";
import { type At, fail, stay, stop, type Transition, transportOf } from "../leave.ts";
import type { ActiveState } from "../state.ts";
import { beforeOpenFault } from "./before-open.ts";
import { dial } from "./idle.ts";
import { connectionUp, openReceived, sendOpen } from "./opening.ts";

export function active(state: ActiveState, event: FsmEvent, at: At, config: PeerConfig): Transition {
  switch (event.type) {
    case "ManualStart":
    case "AutomaticStart":
    case "ManualStart_with_PassiveTcpEstablishment":
    case "AutomaticStart_with_PassiveTcpEstablishment":
    case "AutomaticStart_with_DampPeerOscillations":
    case "AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment":
      return stay(state);

    case "ManualStop":
      return stop(state, config.notificationsWithoutOpen ? event : { ...event, notification: null });

    case "ConnectRetryTimer_Expires":
      return dial(state.connectRetryCounter, at, config);

    case "DelayOpenTimer_Expires":
      return sendOpen(state, at, config);

    case "Tcp_CR_Acked":
    case "TcpConnectionConfirmed":
      return transportOf(state) === "connected" ? stay(state) : connectionUp(state, at, config);

    case "TcpConnectionFails": {
      const reason = event.cause.kind === "end" ? "connection-closed" : "connection-reset";
      const cause = connectionLost(state.name, event.cause);
      return fail(state, { notification: null, reason, cause, lost: true }, at, config);
    }

    case "BGPOpen_with_DelayOpenTimer_running":
      return openReceived(state, event.message, at, config);

    // The inbound connection of the same peer has an FSM of its own.
    case "TcpConnection_Valid":
    case "Tcp_CR_Invalid":
      return stay(state);

    // Timers that do not run here.
    case "HoldTimer_Expires":
    case "KeepaliveTimer_Expires":
    case "IdleHoldTimer_Expires":
      return stay(state);

    case "AutomaticStop":
    case "BGPOpen":
    case "BGPHeaderErr":
    case "BGPOpenMsgErr":
    case "OpenCollisionDump":
    case "NotifMsgVerErr":
    case "NotifMsg":
    case "KeepAliveMsg":
    case "UpdateMsg":
    case "UpdateMsgErr":
    case "RouteRefreshMsg":
      return beforeOpenFault(state, event, at, config);
  }
  return event satisfies never;
}
