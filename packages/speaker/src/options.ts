import type { ImportPolicy } from "@vipcast/bgp";
import type { SocketProtection, Transport } from "./transport/options.ts";

/** Where log lines go; bunyan, pino and `console`-like adapters fit. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Time as the speaker sees it. The default is `performance.now()`, `Date` and `setTimeout`. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** The time of day, for people. */
  date(): Date;
  /** Calls `callback` once, `delayMs` from now; returns a function that prevents it. */
  timer(callback: () => void, delayMs: number): () => void;
}

/** One address of a local interface. */
export interface LocalAddress {
  /** IPv4 or IPv6 text, without zone. */
  readonly address: string;
  readonly interface: string;
}

/** Options of a `Speaker`. */
export interface SpeakerOptions extends Transport {
  /** Our AS, 1..4294967295. */
  readonly asn: number;
  /** BGP Identifier in dotted form, not 0.0.0.0 (RFC 6286); unique in the AS. */
  readonly routerId: string;
  /** Default: silence. */
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** 0 ≤ x < 1, for the jitter of timers (RFC 4271 §10); default `Math.random`. */
  readonly random?: () => number;
  /**
   * Addresses of this host that may be next hops, asked for routes of the other address family than the session's; default
   * `os.networkInterfaces()`. Leave virtual addresses out: those that are announced are never chosen, others could be.
   */
  readonly localAddresses?: () => readonly LocalAddress[];
}

/** Address families by name. */
export type FamilyName = "ipv4-unicast" | "ipv6-unicast";

/**
 * Whether the routes of a family carry path identifiers, so that there can be several to one destination (RFC 7911): those we `send`,
 * those we `receive`, or `both`. Each direction also needs the peer's offer of the other half.
 */
export type AddPathMode = "send" | "receive" | "both";

/** Options of one peer. All times are seconds. */
export interface PeerOptions extends SocketProtection {
  /** IPv4 or IPv6 address; a link-local one carries its zone, `fe80::1%eth0`, or takes it from `interface`. */
  readonly address: string;
  /** The peer's AS, 1..4294967295; equal to ours means iBGP. */
  readonly asn: number;
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
  /** Default both. */
  readonly families?: readonly FamilyName[];
  /** ADD-PATH for all families of the session, or for each one named; default none. */
  readonly addPath?: AddPathMode | { readonly [Name in FamilyName]?: AddPathMode };
  /** Local address to connect from. */
  readonly source?: string;
  /** Offer IPv6 next hops for IPv4 routes (RFC 8950); default true when the session runs over IPv6. */
  readonly extendedNextHop?: boolean;
  /** Next hop of routes that say `"self"`, one address per family at most, instead of what the socket says. */
  readonly nextHopSelf?: readonly string[];
  readonly description?: string;
  /** Decides what enters the Adj-RIB-In. Without it nothing does (RFC 8212); `onUpdate` still sees everything. */
  readonly importPolicy?: ImportPolicy;
}
