import type { NotificationBody } from "../codec/outcome.ts";
import type { OpenMessage, RouteRefreshMessage, UpdateMessage } from "../codec/message.ts";
import type { Family } from "../iana/afi-safi.ts";
import type { FsmStateName } from "../fsm/state.ts";
import type { Negotiated } from "../fsm/negotiate.ts";

/** What a session tells its driver, in order. The driver obeys `connect` and `disconnect`; the rest is news. */
export type SessionEvent =
  /** Open a TCP connection to the peer, then call `connected` or `closed`. */
  | { readonly kind: "connect" }
  /** Send what `takeOutput` still holds, then close the TCP connection (`abort`: without waiting for the output). */
  | { readonly kind: "disconnect"; readonly abort: boolean }
  | { readonly kind: "state"; readonly from: FsmStateName; readonly to: FsmStateName }
  /** The peer's OPEN was accepted by the FSM. */
  | { readonly kind: "open"; readonly message: OpenMessage }
  | { readonly kind: "established"; readonly negotiated: Negotiated }
  /** Borrowed until the next call into the session. */
  | { readonly kind: "update"; readonly message: UpdateMessage }
  | { readonly kind: "end-of-rib"; readonly family: Family }
  | { readonly kind: "route-refresh"; readonly message: RouteRefreshMessage }
  | { readonly kind: "notification"; readonly direction: "sent" | "received"; readonly notification: NotificationBody }
  /** The session (or an attempt at one) ended. `cause` is a sentence fit for a log. */
  | { readonly kind: "down"; readonly reason: DownReason; readonly cause: string; readonly wasEstablished: boolean };

/** Stable kebab-case names; the sentence beside them may change, these may not. */
export type DownReason =
  | "administrative-stop"
  | "notification-sent"
  | "notification-received"
  | "hold-timer-expired"
  | "connect-failed"
  | "connect-timeout"
  | "connection-closed"
  | "connection-reset"
  | "collision"
  | "refused";
