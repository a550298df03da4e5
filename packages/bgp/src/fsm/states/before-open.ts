/** What Connect and Active have in common: no OPEN of ours was sent, and messages can only arrive while DelayOpen runs. */
import type { PeerConfig } from "../config.ts";
import { type At, fail, stay, stop, type Transition, transportOf } from "../leave.ts";
import type { ActiveState, ConnectState } from "../state.ts";
import type { EventIn } from "./events.ts";
import { dumped, ended, malformed, notified, unexpected, withoutOpen } from "./faults.ts";
import { connectionUp, openReceived, sendOpen } from "./opening.ts";

/** Everything but the two events in which the states differ. */
export type SharedEvent = Exclude<
  EventIn<ConnectState | ActiveState>,
  { readonly type: "ConnectRetryTimer_Expires" | "TcpConnectionFails" }
>;

export function beforeOpen(
  state: ConnectState | ActiveState,
  event: SharedEvent,
  at: At,
  config: PeerConfig,
): Transition {
  switch (event.type) {
    case "ManualStop":
      return stop(state, config.notificationsWithoutOpen ? event : { ...event, notification: null });

    case "DelayOpenTimer_Expires":
      return sendOpen(state, at, config);

    case "Tcp_CR_Acked":
    case "TcpConnectionConfirmed":
      return transportOf(state) === "connected" ? stay(state) : connectionUp(state, at, config);

    case "BGPOpen_with_DelayOpenTimer_running":
      if (transportOf(state) === "connected") return openReceived(state, event.message, at, config);
      return fail(state, unexpected(state.name, event), at, config);

    // "the local system: … drops the TCP connection, increments the ConnectRetryCounter by 1, … changes its state to Idle"
    case "AutomaticStop":
      return fail(state, withoutOpen(ended(event), config), at, config);

    case "BGPHeaderErr":
    case "BGPOpenMsgErr":
      return fail(state, withoutOpen(malformed(event), config), at, config);

    case "OpenCollisionDump":
      return fail(state, withoutOpen(dumped(event), config), at, config);

    // "If the DelayOpenTimer is running, … changes its state to Idle" without counting: the versions may yet agree.
    case "NotifMsgVerErr":
      return fail(state, { ...notified(event), uncounted: transportOf(state) === "connected" }, at, config);

    case "NotifMsg":
      return fail(state, notified(event), at, config);

    case "BGPOpen":
    case "KeepAliveMsg":
    case "UpdateMsg":
    case "UpdateMsgErr":
    case "RouteRefreshMsg":
      return fail(state, withoutOpen(unexpected(state.name, event), config), at, config);

    // Nothing of ours was sent yet.
    case "OutputSent":
    case "UpdateSent":
      return stay(state);
  }
  return event satisfies never;
}
