/** RFC 4271 §8.2.2, OpenConfirm state: the OPENs are exchanged, the peer's KEEPALIVE is awaited. */
import type { PeerConfig } from "../config.ts";
import { type At, fail, stay, stop, type Transition } from "../leave.ts";
import type { EstablishedState, OpenConfirmState } from "../state.ts";
import { holdDeadline } from "../timers.ts";
import type { EventIn } from "./events.ts";
import { dumped, ended, lost, malformed, notified, silent, unexpected } from "./faults.ts";
import { keepalive } from "./keepalive.ts";

export function openConfirm(
  state: OpenConfirmState,
  event: EventIn<OpenConfirmState>,
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

    case "KeepaliveTimer_Expires":
      return keepalive(state, at);

    case "TcpConnectionFails":
      return fail(state, lost(state, event), at, config);

    case "BGPHeaderErr":
    case "BGPOpenMsgErr":
      return fail(state, malformed(event), at, config);

    case "OpenCollisionDump":
      return fail(state, dumped(event), at, config);

    case "NotifMsgVerErr":
      return fail(state, { ...notified(event), uncounted: true }, at, config);

    case "NotifMsg":
      return fail(state, notified(event), at, config);

    // "restarts the HoldTimer and changes its state to Established"
    case "KeepAliveMsg": {
      const { negotiated, connectRetryCounter } = state;
      const hold = holdDeadline(negotiated.holdTime, at.now);
      const timers = { hold, keepalive: state.timers.keepalive, sendHold: Number.POSITIVE_INFINITY };
      const next: EstablishedState = {
        name: "Established",
        connectRetryCounter,
        negotiated,
        sinceMs: at.now,
        timers,
      };
      return { state: next, effects: [{ kind: "established", negotiated }] };
    }

    // RFC 4271 uses a second OPEN here for the collision check of the other connection; that one has an FSM of its own,
    // so an OPEN on this connection is an unexpected message.
    case "BGPOpen":
    case "BGPOpen_with_DelayOpenTimer_running":
    case "UpdateMsg":
    case "UpdateMsgErr":
    case "RouteRefreshMsg":
      return fail(state, unexpected(state.name, event), at, config);

    // RFC 9687 §4.3 runs the SendHoldTimer in Established only; here the hold timer bounds everything.
    case "OutputSent":
    case "UpdateSent":
      return stay(state);
  }
  return event satisfies never;
}
