import type { OpenMessage, RouteRefreshMessage, UpdateMessage } from "../codec/message.ts";
import type { NotificationBody, Problem } from "../codec/outcome.ts";
import type { DownReason } from "../fsm/effect.ts";
import type { Negotiated } from "../fsm/negotiate.ts";
import type { FsmStateName } from "../fsm/state.ts";
import type { Family } from "../iana/afi-safi.ts";

export type { DownReason } from "../fsm/effect.ts";
export type { CloseCause } from "../fsm/event.ts";

/** What a session tells its driver, in order. The driver obeys `connect` and `disconnect`; the rest is news. */
export type SessionEvent =
  /** Open a TCP connection to the peer, then call `connected` or `closed`. */
  | { readonly kind: "connect" }
  /**
   * Send what `takeOutput` still holds, then close the TCP connection, or give up the dial (`abort`: without waiting for
   * the output). `closed` need not be called for it, and is ignored.
   */
  | { readonly kind: "disconnect"; readonly abort: boolean }
  | { readonly kind: "state"; readonly from: FsmStateName; readonly to: FsmStateName }
  /** The peer's OPEN was accepted by the FSM. */
  | { readonly kind: "open"; readonly message: OpenMessage; readonly negotiated: Negotiated }
  | { readonly kind: "established"; readonly negotiated: Negotiated }
  /**
   * Borrowed until the next call into the session. Its outcome is never `SessionReset`: that ends the session instead.
   * Routes of `ignoredFamilies` (rarely any) are to be skipped: not negotiated, or disabled on this session (RFC 7606).
   */
  | { readonly kind: "update"; readonly message: UpdateMessage; readonly ignoredFamilies: readonly Family[] }
  | { readonly kind: "end-of-rib"; readonly family: Family }
  /** RFC 7606 §2 "AFI/SAFI disable": drop the family's routes; none of it will be delivered in this session any more. */
  | { readonly kind: "family-disabled"; readonly family: Family; readonly problems: readonly Problem[] }
  | { readonly kind: "route-refresh"; readonly message: RouteRefreshMessage }
  /** The peer announces so many prefixes of a family that its limit is near; one more than `limit` ends the session. */
  | { readonly kind: "prefix-warning"; readonly family: Family; readonly count: number; readonly limit: number }
  | { readonly kind: "notification"; readonly direction: "sent" | "received"; readonly notification: NotificationBody }
  /** The session (or an attempt at one) ended. Nothing of that connection follows. */
  | DownEvent;

/** A session, or an attempt at one, ended. */
export interface DownEvent {
  readonly kind: "down";
  readonly reason: DownReason;
  /** A sentence fit for a log: what happened and, where known, the remedy. */
  readonly cause: string;
  readonly wasEstablished: boolean;
  /** The NOTIFICATION that ended it, if one did. */
  readonly notification: { readonly direction: "sent" | "received"; readonly body: NotificationBody } | null;
}

/** How to say goodbye. */
export interface StopReason {
  /**
   * Cease subcode (RFC 4486): 2 Administrative Shutdown, 3 Peer De-configured, 4 Administrative Reset, …
   * `null` closes the TCP connection without a NOTIFICATION.
   */
  readonly subcode: number | null;
  /** RFC 9003 text for the peer's operator, sent with subcodes 2 and 4; cut to 255 octets of valid UTF-8. */
  readonly text: string;
  /** Where both ends announced the N bit, send it as a Hard Reset, which ends graceful restart (RFC 8538 §3.1). Default: no. */
  readonly hard?: boolean;
  /**
   * We come back, and graceful restart is to bridge it: where both ends announced it without the N bit the connection is closed without
   * the NOTIFICATION, which would end it (RFC 4724 §4). Default: no.
   */
  readonly bridged?: boolean;
}

/** Messages since the session object was made. */
export interface MessageCounters {
  readonly open: number;
  readonly update: number;
  readonly notification: number;
  readonly keepalive: number;
  readonly routeRefresh: number;
  readonly octets: number;
}

/** A NOTIFICATION and when it was sent or received. */
export interface TimedNotification {
  readonly notification: NotificationBody;
  /** Monotonic milliseconds, as passed in by the driver. */
  readonly atMs: number;
  /** In words, with the shutdown text if it carries one. */
  readonly text: string;
}

/** A session at one moment, as plain data. Times are the driver's monotonic milliseconds. */
export interface SessionSnapshot {
  readonly state: FsmStateName;
  /** When this state was entered. */
  readonly sinceMs: number;
  readonly negotiated: Negotiated | null;
  /** Failures since the last stable session. */
  readonly connectRetryCounter: number;
  /** When the next dial starts by itself; Infinity when none is planned. */
  readonly nextRetryAtMs: number;
  readonly lastNotificationSent: TimedNotification | null;
  readonly lastNotificationReceived: TimedNotification | null;
  readonly lastDown: { readonly reason: DownReason; readonly cause: string; readonly atMs: number } | null;
  readonly received: MessageCounters;
  readonly sent: MessageCounters;
  /** Distinct prefixes that the peer announces, for each family with a limit; empty unless Established. */
  readonly prefixes: readonly PrefixCount[];
}

/** How many prefixes of a family a peer announces, and how many it may. */
export interface PrefixCount {
  readonly family: Family;
  readonly count: number;
  readonly limit: number;
}
