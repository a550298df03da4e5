import type { ImportPolicy, RemoteAs, Role } from "@vipcast/bgp";
import type { SocketProtection } from "./transport/options.ts";

/** Address families by name. */
export type FamilyName = "ipv4-unicast" | "ipv6-unicast";

/**
 * Whether the routes of a family carry path identifiers, so that there can be several to one destination (RFC 7911): those we `send`,
 * those we `receive`, or `both`. Each direction also needs the peer's offer of the other half.
 */
export type AddPathMode = "send" | "receive" | "both";

/** What is offered with graceful restart. */
export interface GracefulRestartOptions {
  /** Seconds, 0..10, that the peer keeps our routes after the session broke; 0: we only keep the peer's (RFC 4724 §4, the Receiving Speaker). */
  readonly restartTime: number;
  /** N bit (RFC 8538): also bridge an end with a NOTIFICATION, unless it is a Hard Reset; default true. */
  readonly notification?: boolean;
}

/** How many prefixes of a family a peer may announce (RFC 4271 §6.7). Paths of one prefix count one by one with ADD-PATH. */
export interface PrefixLimit {
  /** 1..4294967295; one more ends the session with Cease / Maximum Number of Prefixes Reached (RFC 4486 §4). */
  readonly limit: number;
  /** Percent of the limit from which on `onPrefixWarning` and the log warn, 1..100; default 75. */
  readonly warningPercent?: number;
  /** Seconds to stay down after that; default: until `peer.enable()`. */
  readonly restart?: number;
}

/**
 * Options that peers can share; a group may have a group of its own. What a peer (or an inner group) says itself counts before
 * what its group says. All times are seconds.
 */
export interface PeerGroup extends SocketProtection {
  /** Where everything comes from that is not said here. */
  readonly group?: PeerGroup;
  /** The peer's AS, 1..4294967295, or any: `"external"` takes every AS but ours, `"internal"` only ours. Required, here or in a group. */
  readonly asn?: RemoteAs;
  /** Our AS towards this peer, instead of the speaker's: in our OPEN, in AS_PATH, and for what counts as iBGP. 1..4294967295. */
  readonly localAs?: number;
  /** Default 179. */
  readonly port?: number;
  /** Wait for the peer to connect instead of dialling; default false. */
  readonly passive?: boolean;
  /** Seconds, 0 (no keepalives) or 3..65535; default 9. The smaller one of both ends holds (RFC 4271 §4.2). */
  readonly holdTime?: number;
  /** Seconds, at least 1; default a third of the negotiated hold time, which is 3. */
  readonly keepalive?: number;
  /** Seconds between attempts to connect, at least 1; default 5. Jittered (RFC 4271 §10). */
  readonly connectRetry?: number;
  /** Seconds to wait for the peer's OPEN before ours is sent, 0..65535; default 0 (RFC 4271 §8.1.1, DelayOpen). */
  readonly delayOpen?: number;
  /** Seconds that TCP may take nothing of what we send before the session ends (RFC 9687): more than `holdTime`, or 0 for never; default 480 or twice the hold time. */
  readonly sendHoldTime?: number;
  /**
   * Pauses between attempts, in seconds: `initial` (default 0.25) doubles with each failure up to `max` (default `connectRetry`), jittered by
   * 0.75..1, and is forgotten after a session of `stableAfter` (default `connectRetry`).
   */
  readonly idleHold?: { readonly initial?: number; readonly max?: number; readonly stableAfter?: number };
  /** Also refuse what the peer dials during such a pause (RFC 4271 §8.1.1, DampPeerOscillations); default false. */
  readonly dampPeerOscillations?: boolean;
  /** Default both. */
  readonly families?: readonly FamilyName[];
  /** ADD-PATH for all families of the session, or for each one named; default none. */
  readonly addPath?: AddPathMode | { readonly [Name in FamilyName]?: AddPathMode };
  /** Local address to connect from, or the interface whose address to take: `"10.0.0.1"`, `"lo"`. Default: the system chooses. */
  readonly source?: string;
  /** Offer IPv6 next hops for IPv4 routes (RFC 8950); default true when the session runs over IPv6. */
  readonly extendedNextHop?: boolean;
  /** Next hop of routes that say `"self"`, one address per family at most, instead of what the socket says. */
  readonly nextHopSelf?: readonly string[];
  /** Limits of what the peer may announce, one for each family or per family; a bare number is the limit alone. Default none. */
  readonly maxPrefixes?: number | PrefixLimit | { readonly [Name in FamilyName]?: number | PrefixLimit };
  /** What we are to this external peer (RFC 9234 §4); default: nothing is said. */
  readonly role?: Role;
  /** Refuse a peer that states no role of its own (RFC 9234 §4.2); default false. */
  readonly roleStrict?: boolean;
  /**
   * Graceful restart (RFC 4724, RFC 8538); default: not offered. The number alone is its `restartTime`. It makes the peer keep our routes
   * for that long after the session broke, and us keep the peer's, so that a restart moves no traffic; a host that is dead is not noticed sooner either.
   */
  readonly gracefulRestart?: number | GracefulRestartOptions;
  /** Seconds that stale routes are kept at most, 1..4095; default 120. A shorter restart time of the peer counts. */
  readonly staleTime?: number;
  /** BFD watches the way to this peer, run by whoever embeds the speaker (RFC 5882); default false. Graceful restart beside it is worth a warning in the log. */
  readonly bfd?: boolean;
  /**
   * Offer to mark where the answer to a ROUTE-REFRESH begins and ends (RFC 7313). Default: where `gracefulRestart` is offered, for FRR answers
   * no request at all before it has sent End-of-RIB, and sends that only to who offers graceful restart.
   */
  readonly enhancedRouteRefresh?: boolean;
  /** MinRouteAdvertisementInterval in seconds (RFC 4271 §9.2.1.1), 0..600, jittered; default 0. Withdrawals never wait. */
  readonly advertisementInterval?: number;
  readonly description?: string;
  /** Begin shut down, with this text for the peer's operator (RFC 9003); `peer.enable()` starts it. Default: started. */
  readonly shutdown?: string;
  /** Resolve collisions also with an Established session (RFC 4271 §6.8); default false: the older one wins. */
  readonly collisionDetectEstablishedState?: boolean;
  /** Say why a connection is refused before any OPEN was sent on it (RFC 4271 §8.1.1); default true. */
  readonly notificationsWithoutOpen?: boolean;
  /** Decides what enters the Adj-RIB-In. Without it nothing does (RFC 8212 §3); `onUpdate` still sees everything. */
  readonly importPolicy?: ImportPolicy;
}

/** Options of one peer. All times are seconds. */
export interface PeerOptions extends PeerGroup {
  /** IPv4 or IPv6 address; a link-local one carries its zone, `fe80::1%eth0`, or takes it from `interface`. */
  readonly address: string;
}
