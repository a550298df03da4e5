/** RFC 4271 §8.2.2, Connect state: our dial is in progress, or it succeeded and DelayOpen holds our OPEN back. */
import { connectFailed, connectionLost, connectTimedOut } from "../cause.ts";
import type { PeerConfig } from "../config.ts";
import type { FsmEvent } from "../event.ts";
import { type At, down, fail, stay, stop, type Transition, transportOf } from "../leave.ts";
import { retryDelayMs } from "../retry.ts";
import type { ActiveState, ConnectState } from "../state.ts";
import { beforeOpenFault } from "./before-open.ts";
import { dial } from "./idle.ts";
import { connectionUp, openReceived, sendOpen } from "./opening.ts";

export function connect(state: ConnectState, event: FsmEvent, at: At, config: PeerConfig): Transition {
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

    // "drops the TCP connection, restarts the ConnectRetryTimer, … initiates a TCP connection to the other BGP peer"
    case "ConnectRetryTimer_Expires": {
      const again = dial(state.connectRetryCounter + 1, at, config);
      const timedOut = down(state, { reason: "connect-timeout", cause: connectTimedOut(config.connectRetry) });
      return { state: again.state, effects: [{ kind: "disconnect", abort: true }, timedOut, ...again.effects] };
    }

    case "DelayOpenTimer_Expires":
      return sendOpen(state, at, config);

    case "Tcp_CR_Acked":
    case "TcpConnectionConfirmed":
      return transportOf(state) === "connected" ? stay(state) : connectionUp(state, at, config);

    // With DelayOpen running: "continues to listen for a connection that may be initiated by the remote BGP peer, and
    // changes its state to Active". Otherwise the dial failed: Idle, and again after the pause.
    case "TcpConnectionFails": {
      if (transportOf(state) === "dialling") {
        return fail(
          state,
          { notification: null, reason: "connect-failed", cause: connectFailed(event.cause), lost: true },
          at,
          config,
        );
      }
      return toActive(state, event, at, config);
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

/**
 * The connection was lost before the peer's OPEN: listen, and dial again after the pause. RFC 4271 restarts the
 * ConnectRetryTimer with its full time here; ours follows the backoff, which that time bounds.
 */
export function toActive(
  state: Parameters<typeof fail>[0],
  event: Extract<FsmEvent, { readonly type: "TcpConnectionFails" }>,
  at: At,
  config: PeerConfig,
): Transition {
  const connectRetryCounter = state.connectRetryCounter + 1;
  const pause = retryDelayMs(connectRetryCounter, config.connectRetry, at.random);
  const next: ActiveState = {
    name: "Active",
    connectRetryCounter,
    timers: {
      connectRetry: config.passive ? Number.POSITIVE_INFINITY : at.now + pause,
      delayOpen: Number.POSITIVE_INFINITY,
    },
  };
  const reason = event.cause.kind === "end" ? "connection-closed" : "connection-reset";
  return { state: next, effects: [down(state, { reason, cause: connectionLost(state.name, event.cause) })] };
}
