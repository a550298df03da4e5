/** RFC 4271 §8.2.2, Connect state: our dial is in progress, or it succeeded and DelayOpen holds our OPEN back. */
import { connectFailed, connectTimedOut } from "../cause.ts";
import type { PeerConfig } from "../config.ts";
import { type At, down, fail, type Transition, transportOf } from "../leave.ts";
import type { ConnectState } from "../state.ts";
import { beforeOpen } from "./before-open.ts";
import type { EventIn } from "./events.ts";
import { dial, listenAgain } from "./opening.ts";

export function connect(state: ConnectState, event: EventIn<ConnectState>, at: At, config: PeerConfig): Transition {
  switch (event.type) {
    // "drops the TCP connection, restarts the ConnectRetryTimer, … initiates a TCP connection to the other BGP peer"
    case "ConnectRetryTimer_Expires": {
      const again = dial(state.connectRetryCounter + 1, at, config);
      const timedOut = down(state, { reason: "connect-timeout", cause: connectTimedOut(config.connectRetry) });
      return { state: again.state, effects: [{ kind: "disconnect", abort: true }, timedOut, ...again.effects] };
    }

    // With DelayOpen running: "continues to listen for a connection that may be initiated by the remote BGP peer, and
    // changes its state to Active". Otherwise the dial failed: Idle, and again after the pause.
    case "TcpConnectionFails":
      if (transportOf(state) === "connected") return listenAgain(state, event, at, config);
      return fail(
        state,
        { notification: null, reason: "connect-failed", cause: connectFailed(event.cause), lost: true },
        at,
        config,
      );

    case "ManualStop":
    case "AutomaticStop":
    case "DelayOpenTimer_Expires":
    case "Tcp_CR_Acked":
    case "TcpConnectionConfirmed":
    case "BGPOpen":
    case "BGPOpen_with_DelayOpenTimer_running":
    case "BGPHeaderErr":
    case "BGPOpenMsgErr":
    case "OpenCollisionDump":
    case "NotifMsgVerErr":
    case "NotifMsg":
    case "KeepAliveMsg":
    case "UpdateMsg":
    case "UpdateMsgErr":
    case "OutputSent":
    case "UpdateSent":
    case "RouteRefreshMsg":
      return beforeOpen(state, event, at, config);
  }
  return event satisfies never;
}
