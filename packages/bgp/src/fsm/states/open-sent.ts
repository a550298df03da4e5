/** RFC 4271 §8.2.2, OpenSent state: our OPEN was sent, the peer's is awaited. */
import type { PeerConfig } from "../config.ts";
import { type At, fail, stay, stop, type Transition } from "../leave.ts";
import type { OpenSentState } from "../state.ts";
import type { EventIn } from "./events.ts";
import { dumped, ended, malformed, notified, silent, unexpected } from "./faults.ts";
import { listenAgain, openReceived } from "./opening.ts";

export function openSent(state: OpenSentState, event: EventIn<OpenSentState>, at: At, config: PeerConfig): Transition {
  switch (event.type) {
    case "ManualStop":
      return stop(state, event);

    case "AutomaticStop":
      return fail(state, ended(event), at, config);

    case "HoldTimer_Expires":
      return fail(state, silent(state), at, config);

    // "continues to listen for a connection that may be initiated by the remote BGP peer, and changes its state to Active"
    case "TcpConnectionFails":
      return listenAgain(state, event, at, config);

    case "BGPOpen":
      return openReceived(state, event.message, at, config);

    case "BGPHeaderErr":
    case "BGPOpenMsgErr":
      return fail(state, malformed(event), at, config);

    case "OpenCollisionDump":
      return fail(state, dumped(event), at, config);

    // "releases all BGP resources, drops the TCP connection, and changes its state to Idle": not counted as a failure.
    case "NotifMsgVerErr":
      return fail(state, { ...notified(event), uncounted: true }, at, config);

    // RFC 4271 §8.2.2 lists this under "any other event", which would answer a NOTIFICATION with a NOTIFICATION; §6.4 and
    // every implementation close without an answer.
    case "NotifMsg":
      return fail(state, notified(event), at, config);

    case "BGPOpen_with_DelayOpenTimer_running":
    case "KeepAliveMsg":
    case "UpdateMsg":
    case "UpdateMsgErr":
    case "RouteRefreshMsg":
      return fail(state, unexpected(state.name, event), at, config);

    // RFC 9687 §4.3 runs the SendHoldTimer in Established only; here the large hold timer bounds everything.
    case "OutputSent":
    case "UpdateSent":
      return stay(state);
  }
  return event satisfies never;
}
