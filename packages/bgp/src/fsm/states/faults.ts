/** What ends a connection in several states, one function for each kind of end (RFC 4271 §8.2.2). */
import { connectionLost, connectionSuperseded, holdExpired, unexpectedMessageIn } from "../cause.ts";
import type { PeerConfig } from "../config.ts";
import type { FsmEvent, FsmEventType } from "../event.ts";
import type { Failure } from "../leave.ts";
import { collisionResolution, holdTimerExpired, unexpectedMessage } from "../notification.ts";
import type { FsmState } from "../state.ts";
import { largeHoldTimeMs } from "../timers.ts";

type EventNamed<Type extends FsmEventType> = Extract<FsmEvent, { readonly type: Type }>;

/** We end it, and begin again. */
export function ended(event: EventNamed<"AutomaticStop">): Failure {
  const { notification, reason, cause, pauseMs } = event;
  return { notification, reason, cause, pauseMs };
}

/** The peer sent what cannot be read. */
export function malformed(event: EventNamed<"BGPHeaderErr" | "BGPOpenMsgErr" | "UpdateMsgErr">): Failure {
  return { notification: event.notification, reason: "notification-sent", cause: event.cause };
}

/** The other of two connections lives (RFC 4271 §6.8). */
export function dumped(event: EventNamed<"OpenCollisionDump">): Failure {
  return { notification: collisionResolution(), reason: "collision", cause: event.cause };
}

/** RFC 4271 §6.4: a NOTIFICATION is never answered with a NOTIFICATION. */
export function notified(event: EventNamed<"NotifMsg" | "NotifMsgVerErr">): Failure {
  return { notification: null, reason: "notification-received", cause: event.cause };
}

/** The TCP connection ended without a NOTIFICATION. */
export function lost(state: FsmState, event: EventNamed<"TcpConnectionFails">): Failure {
  const reason = event.cause.kind === "end" ? "connection-closed" : "connection-reset";
  return { notification: null, reason, cause: connectionLost(state.name, event.cause), lost: true };
}

/** The peer has connected anew: RFC 4724 §4.2 wants "just a simple TCP close", since there is nobody left to read a NOTIFICATION. */
export function superseded(): Failure {
  return { notification: null, reason: "connection-closed", cause: connectionSuperseded, stuck: true };
}

/** The peer was silent for the hold time, or for the large one that runs before there is a hold time. */
export function silent(state: Extract<FsmState, { readonly timers: { readonly hold: number } }>): Failure {
  const negotiated = state.name === "OpenSent" ? 0 : state.negotiated.holdTime;
  const cause = holdExpired(state.name, negotiated === 0 ? largeHoldTimeMs / 1000 : negotiated);
  return { notification: holdTimerExpired(), reason: "hold-timer-expired", cause };
}

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

/** The message does not belong here: a Finite State Machine Error whose subcode names the state (RFC 6608 §3). */
export function unexpected(
  state: Exclude<FsmState["name"], "Idle">,
  event: { readonly type: keyof typeof messages },
): Failure {
  const [type, name] = messages[event.type];
  return {
    notification: unexpectedMessage(state, type),
    reason: "notification-sent",
    cause: unexpectedMessageIn(state, name),
  };
}

/** RFC 4271 §8.1.1: before our OPEN, a NOTIFICATION is sent only if SendNOTIFICATIONwithoutOPEN allows it. */
export function withoutOpen(failure: Failure, config: PeerConfig): Failure {
  return config.notificationsWithoutOpen ? failure : { ...failure, notification: null };
}
