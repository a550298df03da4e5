import type { FsmStateName } from "@vipcast/bgp";
import type { HealthPort } from "./health/probe.ts";

/**
 * The seams of the announcer: what it needs from the kernel, from BGP, from the disk and from time. The package imports no
 * implementation of any of them, so that a controller can bring its own.
 */

/** A thing vipcast binds: a host address, or (for an aggregate) a route of type `local`. */
export interface Binding {
  /** Normal form with length: `192.0.2.10/32`, `2001:db8::10/128`. */
  readonly prefix: string;
  /** The address part of `prefix`, RFC 5952 form. */
  readonly address: string;
  /** 0..32 or 0..128. */
  readonly prefixLength: number;
  readonly family: 4 | 6;
  readonly interface: string;
  /** `address` for /32 and /128; `route` for an aggregate, which is bound as a `local` route. */
  readonly kind: "address" | "route";
}

/** One address (or `local` route of an aggregate) that the host has. */
export interface HostAddress {
  /** RFC 5952 form, without zone. */
  readonly address: string;
  readonly prefixLength: number;
  readonly interface: string;
  readonly scope: "global" | "site" | "link" | "host" | "nowhere";
  readonly kind: "address" | "route";
  /**
   * Who added it, as far as the kernel can tell: `ours` carries the mark of this instance, `other` does not. `unknown`
   * where the kernel keeps no mark: then the ledger decides.
   */
  readonly mark: "ours" | "other" | "unknown";
}

/** One interface. */
export interface HostLink {
  readonly name: string;
  /** Administratively up. */
  readonly up: boolean;
}

/** Everything {@link AddressPort.observe} sees at one moment. */
export interface HostState {
  readonly addresses: readonly HostAddress[];
  readonly links: readonly HostLink[];
}

/** News from the kernel. `resync` means that events were lost and everything must be observed again. */
export type HostEvent =
  | { readonly kind: "address-added"; readonly address: HostAddress }
  | { readonly kind: "address-removed"; readonly address: HostAddress }
  | { readonly kind: "link"; readonly link: HostLink }
  | { readonly kind: "link-removed"; readonly name: string }
  | { readonly kind: "resync" };

/** Why a port could not do something: `code` is stable (`EPERM`, `EEXIST`), `message` is words for people, the kernel's own included. */
export interface PortError extends Error {
  readonly code: string;
}

/** The host's addresses. Only `bind` and `unbind` change anything, and only what they are told. */
export interface AddressPort {
  /** All addresses and links of the network namespace. Rejects with a {@link PortError}. */
  observe(): Promise<HostState>;
  /**
   * Adds one address or local route with the mark of this instance, in a way that it is not chosen as source address.
   * Rejects with a {@link PortError}; `EEXIST` when it is there already.
   */
  bind(binding: Binding): Promise<void>;
  /** Removes one. Rejects with a {@link PortError}; one that is not there counts as removed. */
  unbind(binding: Binding): Promise<void>;
  /**
   * Calls `listener` once for every change, those by this process included, in the kernel's order, without delay, and never from inside `watch`,
   * `bind` or `unbind`. Where changes may have been missed, `resync` must follow.
   * Returns a function that ends it.
   */
  watch(listener: (event: HostEvent) => void): () => void;
}

/** A NOTIFICATION in words. */
export interface NotificationText {
  readonly code: number;
  readonly subcode: number;
  /** For example `Cease / Administrative Shutdown: "maintenance"`. */
  readonly text: string;
  readonly direction: "sent" | "received";
}

/** One configured BGP peer as the announcer sees it. */
export interface RoutePeer {
  /** The key of the peer, unique: its address as configured, in RFC 5952 form, with zone when it has one. */
  readonly address: string;
  readonly asn: number;
  /** The peer has our own AS (iBGP). */
  readonly internal: boolean;
  readonly established: boolean;
  /** FSM state, for `explain`. */
  readonly state: FsmStateName;
  /** Why the latest session or attempt ended, for `explain`. */
  readonly lastDown?: string;
  readonly lastNotificationSent?: NotificationText;
  readonly lastNotificationReceived?: NotificationText;
}

/** Who we are towards BGP. */
export interface LocalSpeaker {
  /** Our AS, 1..4294967295. */
  readonly asn: number;
  /** Our BGP identifier as a dotted quad (RFC 6286). */
  readonly routerId: string;
}

/** Path attributes of one route towards one peer, as a person writes them. What is absent is not sent. */
export interface RouteAttributes {
  readonly origin: "igp" | "egp" | "incomplete";
  /** How many more times than once our own AS stands in front, 0..255; external peers only. */
  readonly prepend?: number;
  /** `"self"` or an address. */
  readonly nextHop: string;
  /** MULTI_EXIT_DISC, 0..4294967295. */
  readonly med?: number;
  /** LOCAL_PREF, 0..4294967295; internal peers only. */
  readonly localPref?: number;
  /** 32-bit integers, ascending, no duplicates (RFC 1997). */
  readonly communities?: readonly number[];
  /** `"65000:1:2"` (RFC 8092), no duplicates. */
  readonly largeCommunities?: readonly string[];
  /** Eight octets each as 16 hexadecimal digits (RFC 4360). */
  readonly extendedCommunities?: readonly string[];
}

/** One route to announce. */
export interface RouteAnnouncement {
  readonly prefix: string;
  readonly attributes: RouteAttributes;
}

/** News from BGP. Events about a peer come after the state that {@link RoutePort.peers} reports has changed. */
export type PeerEvent =
  /** The set of configured peers changed; also for a peer whose AS was changed. */
  | { readonly kind: "added"; readonly peer: string }
  | { readonly kind: "removed"; readonly peer: string }
  | { readonly kind: "connecting"; readonly peer: string }
  | {
      readonly kind: "established";
      readonly peer: string;
      readonly asn: number;
      readonly holdTime: number;
      readonly families: readonly string[];
    }
  | {
      readonly kind: "down";
      readonly peer: string;
      readonly reason: string;
      readonly cause: string;
      readonly notification?: NotificationText;
    }
  /** Routes whose UPDATE was handed to the kernel. */
  | {
      readonly kind: "sent";
      readonly peer: string;
      readonly announced: readonly string[];
      readonly withdrawn: readonly string[];
    }
  /** A route cannot be sent to this peer; the message says why. */
  | { readonly kind: "refused"; readonly peer: string; readonly prefix: string; readonly message: string };

/** The Adj-RIB-Out of every peer. What was announced outlives sessions: the port sends it again when one returns. */
export interface RoutePort {
  /**
   * Who we are, the same for as long as the port lives; absent: not known. From it come the AS in a weight and, unless the policy says
   * otherwise, the large community by which people tell this node's routes from the others'.
   */
  readonly local?: LocalSpeaker;
  peers(): readonly RoutePeer[];
  /** Announces routes to one peer, or replaces their attributes; equal ones are not sent again. Throws a {@link PortError} and changes nothing when one is not valid. */
  announce(peer: string, routes: readonly RouteAnnouncement[]): void;
  /**
   * Withdraws prefixes from every peer, at once and before it returns; one that is not announced is ignored. Resolves when the withdrawal was
   * handed to the kernel for every Established peer (at once where there is none), or that peer's session ended.
   */
  withdraw(prefixes: readonly string[]): Promise<void>;
  /**
   * For the last-node guard: names of other nodes whose route of this prefix is seen among received routes, those that have our own AS in their path included, and
   * those at the worst preference (GRACEFUL_SHUTDOWN) not: they are about to go as well. Null when that cannot be known, for example because no session is
   * Established. Absent: never known.
   */
  siblings?(prefix: string): readonly string[] | null;
  /** Returns a function that ends it. Events never come from inside another call of the port. */
  onPeer(listener: (event: PeerEvent) => void): () => void;
}

/** What vipcast added, written down so that it survives a crash. */
export interface LedgerEntry {
  /** `192.0.2.10/32` */
  readonly prefix: string;
  readonly interface: string;
}

/** Outcome of a ledger operation. A failure is a value with words: which file, what happened, what to do. */
export type LedgerResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Outcome of {@link LedgerPort.load}. An absent ledger is an empty one. */
export type LedgerLoad =
  | { readonly ok: true; readonly entries: readonly LedgerEntry[] }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** The ledger of this instance. Nothing here throws or rejects. */
export interface LedgerPort {
  load(): Promise<LedgerLoad>;
  /** Durable when it resolves. Several in one call are one write. An entry that is there already is no error. */
  record(entries: readonly LedgerEntry[]): Promise<LedgerResult>;
  /** Durable when it resolves. An entry that is not there is no error. */
  forget(entries: readonly LedgerEntry[]): Promise<LedgerResult>;
}

/** What is out of service by request. */
export interface DrainState {
  /** Every VIP, present and future. */
  readonly node: boolean;
  /** Prefixes in normal form. */
  readonly vips: readonly string[];
}

/** Outcome of {@link DrainPort.load}; absent means that nothing is drained. */
export type DrainLoad =
  | { readonly ok: true; readonly drained: DrainState }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Keeps drains over restarts and reboots. Nothing here throws or rejects. */
export interface DrainPort {
  load(): Promise<DrainLoad>;
  /** Replaces what is kept; durable when it resolves. */
  save(drained: DrainState): Promise<LedgerResult>;
}

/** Looks at the packets that arrive for one VIP. */
export interface TrafficWatch {
  /** Milliseconds since the last packet, or since the watch began when there was none; null when it cannot tell (any more). */
  idleMs(): number | null;
  close(): void;
}

/** Tells whether anybody still sends packets to a VIP. */
export interface TrafficPort {
  /** Packets of this very host do not count. Throws a {@link PortError} where it cannot look; one that cannot look at so many returns null. */
  watch(vip: { readonly address: string; readonly prefixLength: number; readonly family: 4 | 6 }): TrafficWatch | null;
}

/** Time as the announcer sees it. */
export interface Clock {
  /** Monotonic milliseconds, with fractions where the platform has them. */
  now(): number;
  /** The time of day, for people. */
  date(): Date;
  /** Calls `callback` once, `delayMs` from now; returns a function that prevents it. */
  timer(callback: () => void, delayMs: number): () => void;
}

/** Where log lines go. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** All ports together. */
export interface Ports {
  readonly addresses: AddressPort;
  readonly routes: RoutePort;
  readonly ledger: LedgerPort;
  /** Carries out checks; without it every check fails and says so. */
  readonly health?: HealthPort;
  /** Absent: a drain ends with the process. */
  readonly drains?: DrainPort;
  /** Absent: a drain takes its time, whatever arrives. */
  readonly traffic?: TrafficPort;
  /** Default: silence. */
  readonly logger?: Logger;
  /** 0 ≤ x < 1, for jitter; default `Math.random`. */
  readonly random?: () => number;
}
