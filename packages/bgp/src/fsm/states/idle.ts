/** RFC 4271 §8.2.2, Idle state. */
import type { PeerConfig } from "../config.ts";
import { type At, idleAfterFailures, stay, type Transition } from "../leave.ts";
import type { IdleState } from "../state.ts";
import type { EventIn } from "./events.ts";
import { dial, listen } from "./opening.ts";

export function idle(state: IdleState, event: EventIn<IdleState>, at: At, config: PeerConfig): Transition {
  switch (event.type) {
    case "ManualStart":
    case "AutomaticStart":
      return dial(0, at, config);

    case "ManualStart_with_PassiveTcpEstablishment":
    case "AutomaticStart_with_PassiveTcpEstablishment":
      return listen(0, at, config);

    // RFC 4271 leaves the method of damping open: wait in Idle as after that many failures.
    case "AutomaticStart_with_DampPeerOscillations":
    case "AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment":
      return { state: idleAfterFailures(event.connectRetryCounter, event.pauseMs, at, config), effects: [] };

    // The next automatic start; the counter goes on, so that the pauses grow until a session is stable.
    case "IdleHoldTimer_Expires":
      return config.passive
        ? listen(state.connectRetryCounter, at, config)
        : dial(state.connectRetryCounter, at, config);

    // RFC 4271: "The ManualStop event and AutomaticStop event are ignored in the Idle state." Ours starts again by itself,
    // so a stop by hand must also end that.
    case "ManualStop":
      return stay({ ...state, connectRetryCounter: 0, timers: { idleHold: Number.POSITIVE_INFINITY } });

    // "Any other event received in the Idle state does not cause change in the state of the local system."
    case "AutomaticStop":
    case "Tcp_CR_Acked":
    case "TcpConnectionConfirmed":
    case "TcpConnectionFails":
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
      return stay(state);
  }
  return event satisfies never;
}
