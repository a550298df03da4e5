/** Faults in Connect and Active, where no OPEN of ours was sent; messages can only arrive while DelayOpen runs. */
import type { PeerConfig } from "../config.ts";
import type { FsmEvent } from "../event.ts";
import { type At, type Failure, fail, type Transition } from "../leave.ts";
import { collisionResolution } from "../notification.ts";
import type { ActiveState, ConnectState } from "../state.ts";
import { withoutOpen } from "./opening.ts";
import { unexpected } from "./unexpected.ts";

type FaultEvent = Extract<
  FsmEvent,
  {
    readonly type:
      | "AutomaticStop"
      | "BGPOpen"
      | "BGPHeaderErr"
      | "BGPOpenMsgErr"
      | "OpenCollisionDump"
      | "NotifMsgVerErr"
      | "NotifMsg"
      | "KeepAliveMsg"
      | "UpdateMsg"
      | "UpdateMsgErr"
      | "RouteRefreshMsg";
  }
>;

/** RFC 4271 §8.2.2: release everything, drop the connection, count the failure, back to Idle. */
export function beforeOpenFault(
  state: ConnectState | ActiveState,
  event: FaultEvent,
  at: At,
  config: PeerConfig,
): Transition {
  return fail(state, withoutOpen(failureOf(state, event), config), at, config);
}

function failureOf(state: ConnectState | ActiveState, event: FaultEvent): Failure {
  switch (event.type) {
    case "AutomaticStop":
      return { notification: event.notification, reason: "refused", cause: event.cause };

    case "BGPHeaderErr":
    case "BGPOpenMsgErr":
      return { notification: event.notification, reason: "notification-sent", cause: event.cause };

    case "OpenCollisionDump":
      return { notification: collisionResolution(), reason: "collision", cause: event.cause };

    // "If the DelayOpenTimer is running, … changes its state to Idle" without counting: the versions may yet agree.
    case "NotifMsgVerErr":
      return {
        notification: null,
        reason: "notification-received",
        cause: event.cause,
        uncounted: Number.isFinite(state.timers.delayOpen),
      };

    case "NotifMsg":
      return { notification: null, reason: "notification-received", cause: event.cause };

    case "BGPOpen":
    case "KeepAliveMsg":
    case "UpdateMsg":
    case "UpdateMsgErr":
    case "RouteRefreshMsg":
      return unexpected(state.name, event.type);
  }
  return event satisfies never;
}
