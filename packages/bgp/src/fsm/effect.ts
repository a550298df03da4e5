import type { OpenMessage, RouteRefreshMessage, UpdateMessage } from "../codec/message.ts";
import type { NotificationBody } from "../codec/outcome.ts";
import type { Negotiated } from "./negotiate.ts";
import type { OwnOpen } from "./open.ts";

/** What the FSM wants done, in order. `transition` only says it; a session does it. */
export type FsmEffect =
  /** Dial the peer. */
  | { readonly kind: "connect" }
  /** Close the TCP connection, or give up the dial. `abort`: at once (RST), without waiting until the output is sent. */
  | { readonly kind: "disconnect"; readonly abort: boolean }
  | { readonly kind: "send-open"; readonly open: OwnOpen }
  | { readonly kind: "send-keepalive" }
  | { readonly kind: "send-notification"; readonly notification: NotificationBody }
  /** The peer's OPEN was accepted; from here on messages follow `negotiated.codecContext`. */
  | { readonly kind: "open-accepted"; readonly message: OpenMessage; readonly negotiated: Negotiated }
  | { readonly kind: "established"; readonly negotiated: Negotiated }
  | { readonly kind: "deliver"; readonly message: UpdateMessage | RouteRefreshMessage }
  | {
      readonly kind: "down";
      readonly reason: DownReason;
      /** A sentence for operators: what happened and, where known, what to do. */
      readonly cause: string;
      readonly wasEstablished: boolean;
    };

/** Stable kebab-case names; the sentence beside them may change, these may not. */
export type DownReason =
  /** We were told to stop. */
  | "administrative-stop"
  /** We were told to end the session and to begin a new one. */
  | "administrative-reset"
  /** The peer announced more prefixes than its limit (RFC 4271 §6.7). */
  | "max-prefixes"
  /** We found a fault and sent a NOTIFICATION. */
  | "notification-sent"
  | "notification-received"
  /** Nothing heard for the hold time; a NOTIFICATION was sent. */
  | "hold-timer-expired"
  /** TCP took nothing of our output for the send hold time (RFC 9687). */
  | "send-hold-timer-expired"
  /** The dial was refused or found no way. */
  | "connect-failed"
  /** The dial got no answer within the connect retry time. */
  | "connect-timeout"
  /** The peer ended the TCP connection in order. */
  | "connection-closed"
  /** The TCP connection broke. */
  | "connection-reset"
  /** The other of two connections with the same peer was kept. */
  | "collision"
  /** The embedding program refused the session or ended it. */
  | "refused";
