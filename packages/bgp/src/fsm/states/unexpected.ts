/** Messages that do not belong in a state, and what they are called. */
import { unexpectedMessageIn } from "../cause.ts";
import type { Failure } from "../leave.ts";
import { unexpectedMessage } from "../notification.ts";

/** Type octet (RFC 4271 §4.1) and name of the message behind an event. */
const messages = {
  BGPOpen: [1, "an OPEN"],
  BGPOpen_with_DelayOpenTimer_running: [1, "an OPEN"],
  BGPOpenMsgErr: [1, "an OPEN"],
  UpdateMsg: [2, "an UPDATE"],
  UpdateMsgErr: [2, "an UPDATE"],
  KeepAliveMsg: [4, "a KEEPALIVE"],
  RouteRefreshMsg: [5, "a ROUTE-REFRESH"],
} as const;

/** The fault of RFC 6608: a Finite State Machine Error whose subcode names the state. */
export function unexpected(state: Parameters<typeof unexpectedMessage>[0], event: keyof typeof messages): Failure {
  const [type, name] = messages[event];
  return {
    notification: unexpectedMessage(state, type),
    reason: "notification-sent",
    cause: unexpectedMessageIn(state, name),
  };
}
