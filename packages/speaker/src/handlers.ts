import type {
  AttributeValues,
  DownReason,
  Family,
  FsmStateName,
  Negotiated,
  NotificationBody,
  OpenMessage,
  Prefix,
  PrefixCount,
  RouteRefreshMessage,
  StaleCause,
  SweepReason,
  UpdateMessage,
} from "@vipcast/bgp";
import type { Peer } from "./peer/peer.ts";

/** Why a session, or an attempt at one, ended. */
export interface PeerDown {
  /** Stable name. */
  readonly reason: DownReason;
  /** A sentence for people. */
  readonly cause: string;
  /** False when the session never reached Established. */
  readonly wasEstablished: boolean;
  /** The NOTIFICATION that ended it, when one did. */
  readonly notification?: PeerNotification;
}

/** A NOTIFICATION with its meaning in words. */
export interface PeerNotification extends NotificationBody {
  readonly direction: "sent" | "received";
  /** For example `Cease / Administrative Shutdown: "maintenance until 14:00"` (RFC 9003). */
  readonly text: string;
}

/** A route that the import policy accepted. */
export interface ReceivedRoute {
  readonly prefix: Prefix;
  /** The prefix as text, without the path identifier that `prefix` may have. */
  readonly text: string;
  /** Shared by all routes with equal attributes; do not change it. */
  readonly attributes: AttributeValues;
}

/** Accepted routes that came, changed or went. */
export interface RoutesChanged {
  readonly announce: readonly ReceivedRoute[];
  readonly withdraw: readonly { readonly prefix: Prefix; readonly text: string }[];
}

/** Routes of a family that the peer has not confirmed: kept, or swept away after that. */
export interface StaleRoutesChange {
  readonly family: Family;
  readonly cause: StaleCause;
  /** Accepted routes concerned. */
  readonly routes: number;
  /** Present when they were swept: why. */
  readonly swept?: SweepReason;
}

/** Routes that were handed to the kernel, as text; a prefix with several paths once for each. */
export interface RoutesSent {
  readonly announced: readonly string[];
  readonly withdrawn: readonly string[];
}

/**
 * What a user hears about a peer. Every handler is optional and is called synchronously. One that throws is reported to
 * `onError` and the session lives; what `onError` itself throws goes to the log.
 */
export interface PeerHandlers {
  /** The peer's OPEN is acceptable to us. A returned NOTIFICATION refuses the session. */
  onOpen?(message: OpenMessage, peer: Peer): NotificationBody | undefined;
  onEstablished?(negotiated: Negotiated, peer: Peer): void;
  /** Every UPDATE, whatever the import policy says. Borrowed: valid until the handler returns, else `retain()`. A returned NOTIFICATION ends the session. */
  onUpdate?(message: UpdateMessage, peer: Peer): NotificationBody | undefined;
  /** Accepted routes that changed; when a session ends, everything accepted is withdrawn, unless graceful restart keeps it. */
  onRoutes?(change: RoutesChanged, peer: Peer): void;
  /** The peer has sent everything it has of a family (RFC 4724 §2). */
  onEndOfRib?(family: Family, peer: Peer): void;
  /** Routes have become stale, or what was still stale has been swept: then `onRoutes` came before. */
  onStaleRoutes?(change: StaleRoutesChange, peer: Peer): void;
  /** The peer asks for a family again, which is done, or marks the begin or end of its own answer (RFC 7313 §3.2). */
  onRouteRefresh?(message: RouteRefreshMessage, peer: Peer): void;
  /** The peer announces so many prefixes of a family that its limit is near. */
  onPrefixWarning?(warning: PrefixCount, peer: Peer): void;
  onDown?(down: PeerDown, peer: Peer): void;
  onState?(change: { readonly from: FsmStateName; readonly to: FsmStateName }, peer: Peer): void;
  onNotification?(notification: PeerNotification, peer: Peer): void;
  /** After the bytes were handed to the kernel. */
  onRoutesSent?(sent: RoutesSent, peer: Peer): void;
  /** A handler threw (`ERR_SPEAKER_HANDLER`), or routes cannot be sent to this peer (`ERR_SPEAKER_ROUTE_REFUSED`). */
  onError?(error: Error, peer: Peer): void;
}
