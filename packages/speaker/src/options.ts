import type { LocRib } from "@vipcast/bgp";
import type { RestartOptions } from "./restart-options.ts";
import type { Transport } from "./transport/options.ts";

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
  /** 0..32 or 0..128. One with a subnet is preferred as next hop to a host address; default: not known, counts as one with a subnet. */
  readonly prefixLength?: number;
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
  /** Closes the speaker when it aborts; a text as its reason is the text of the goodbye (RFC 9003). */
  readonly signal?: AbortSignal;
  /** 0 ≤ x < 1, for the jitter of timers (RFC 4271 §10); default `Math.random`. */
  readonly random?: () => number;
  /**
   * Addresses of this host that may be next hops, asked for routes of the other address family than the session's; default
   * `os.networkInterfaces()`. Leave virtual addresses out: those that are announced are never chosen, others could be.
   */
  readonly localAddresses?: () => readonly LocalAddress[];
  /** What graceful restart tells the peers that have the option `gracefulRestart`. */
  readonly restart?: RestartOptions;
  /**
   * Where the accepted routes of all peers go, to be chosen from; default nowhere. Nothing of it is announced: that is up to
   * `peer.routes`, and so nothing leaks from one peer to another (RFC 8212). Routes of a peer that is gone leave it in slices, within some
   * turns of the event loop.
   */
  readonly locRib?: LocRib;
}
