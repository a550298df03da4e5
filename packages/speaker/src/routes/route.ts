/** What a user asks to have announced. */

/**
 * Path attributes as a person writes them. Anything absent gets its default; anything out of range makes
 * `routes.set` or `routes.apply` throw a `SpeakerError` with code `ERR_SPEAKER_ROUTE` and change nothing.
 */
export interface RouteAttributes {
  /** Default `"igp"`. */
  readonly origin?: "igp" | "egp" | "incomplete";
  /** How many more times than once our own AS stands in front, 0..255; default 0. Only eBGP sessions prepend. */
  readonly prepend?: number;
  /** AS numbers behind our own, nearest first, each 1..4294967295; default none. */
  readonly asPath?: readonly number[];
  /**
   * `"self"` (default): the local address of the session's socket, or for the other address family one that
   * the same interface carries. Else an IPv4 or IPv6 address; a route of the other family then uses `"self"`'s rule,
   * except that IPv4 routes take an IPv6 address where RFC 8950 was negotiated.
   */
  readonly nextHop?: "self" | (string & {});
  /** MULTI_EXIT_DISC, 0..4294967295; absent: not sent. */
  readonly med?: number;
  /** LOCAL_PREF, 0..4294967295; sent on iBGP only, where the default is 100 (RFC 4271 §5.1.5). */
  readonly localPref?: number;
  /** 32-bit integers, `"65000:100"`, or a well-known name such as `"no-export"` (RFC 1997, RFC 8326). */
  readonly communities?: readonly (number | string)[];
  /** `"65000:1:2"` (RFC 8092). */
  readonly largeCommunities?: readonly string[];
  /** Eight octets each, as 16 hexadecimal digits (RFC 4360). */
  readonly extendedCommunities?: readonly string[];
}

/** One destination to announce. */
export interface Route {
  /** `"192.0.2.10/32"` or `"2001:db8::10/128"`; bits past the length must be zero. A bare address means a host route. */
  readonly prefix: string;
  /**
   * 0..4294967295; routes to one prefix with different ones are several paths to it, all sent where ADD-PATH was negotiated (RFC 7911).
   * Elsewhere the peer gets the path with the lowest, and `refused` of the snapshot names the others. Default 1.
   */
  readonly pathId?: number;
  readonly attributes?: RouteAttributes;
}

/** A path by its prefix and {@link Route.pathId}; the text alone stands for the path id 1. */
export type RoutePath = string | { readonly prefix: string; readonly pathId: number };

/** A change of the desired routes. */
export interface RouteChange {
  /** Added, or replacing the route of the same prefix and path id. */
  readonly announce?: Iterable<Route>;
  /** What is not announced is ignored. */
  readonly withdraw?: Iterable<RoutePath>;
}

/** Tells whether {@link PeerRoutes.flushed} ended because everything was sent, or because there is no session to send it on. */
export type FlushResult = "flushed" | "down";

/** The desired routes towards one peer (its Adj-RIB-Out). They outlive the session: what is set here is sent again when it returns. */
export interface PeerRoutes {
  /** Replaces everything; linear in the whole. Equal routes are not sent again. All or nothing: a bad route throws before anything changes. */
  set(routes: Iterable<Route>): void;
  /** Changes some; linear in the change. All or nothing likewise. A path in both lists is announced. */
  apply(change: RouteChange): void;
  /** Desired routes, not necessarily sent. */
  readonly size: number;
  /**
   * Resolves once everything asked for so far has been handed to the kernel, or at once when the session is
   * (or goes) down. Rejects with the signal's reason when `signal` aborts first.
   */
  flushed(options?: { readonly signal?: AbortSignal }): Promise<FlushResult>;
}
