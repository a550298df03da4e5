/** RFC 4271 §8.2.2, Active state: we wait for the peer to dial, or it did and DelayOpen holds our OPEN back. */
import type { PeerConfig } from "../config.ts";
import { type At, fail, type Transition } from "../leave.ts";
import type { ActiveState } from "../state.ts";
import { beforeOpen } from "./before-open.ts";
import type { EventIn } from "./events.ts";
import { lost } from "./faults.ts";
import { dial } from "./opening.ts";

export function active(state: ActiveState, event: EventIn<ActiveState>, at: At, config: PeerConfig): Transition {
  switch (event.type) {
    // "initiates a TCP connection to the other BGP peer, … and changes its state to Connect"
    case "ConnectRetryTimer_Expires":
      return dial(state.connectRetryCounter, at, config);

    case "TcpConnectionFails":
      return fail(state, lost(state, event), at, config);

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
