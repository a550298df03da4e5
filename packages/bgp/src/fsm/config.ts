import type { Role } from "../codec/capabilities/009-role.ts";
import type { Capability } from "../codec/capabilities/spec.ts";
import { Family } from "../iana/afi-safi.ts";

/** What the peer's AS must be: a number, or any that makes the session eBGP (`external`) or iBGP (`internal`). */
export type RemoteAs = number | "external" | "internal";

/** The optional capabilities of our OPEN. Multiprotocol (one per family) and four-octet AS are always sent. */
export interface OptionalCapabilities {
  /** RFC 2918. */
  readonly routeRefresh: boolean;
  /** RFC 7313. Needs `routeRefresh`. */
  readonly enhancedRouteRefresh: boolean;
  /** RFC 8654: messages of up to 65535 octets. */
  readonly extendedMessage: boolean;
  /** IPv4 families that may travel with an IPv6 next hop (RFC 8950). */
  readonly extendedNextHop: readonly Family[];
  /** RFC 7911, seen from us: `send` means that our routes carry path identifiers. */
  readonly addPath: readonly { readonly family: Family; readonly send: boolean; readonly receive: boolean }[];
  /** RFC 4724, or null to leave it out. */
  readonly gracefulRestart: GracefulRestartOffer | null;
  /** Sent as they are, after all others; for capabilities that the FSM does not act on. */
  readonly extra: readonly Capability[];
}

/** What our Graceful Restart capability says (RFC 4724 §3). */
export interface GracefulRestartOffer {
  /** R bit. */
  readonly restarted: boolean;
  /** N bit (RFC 8538). */
  readonly notification: boolean;
  /** Seconds, 0..4095. */
  readonly restartTime: number;
  readonly families: readonly { readonly family: Family; readonly forwarding: boolean }[];
}

/** How long to wait between attempts. All times are seconds. */
export interface IdleHold {
  /** 0.001..65535: the pause after the first failure; each further failure doubles it. */
  readonly initial: number;
  /** The longest pause, `initial`..65535; null means `connectRetry`. */
  readonly max: number | null;
  /** 0..65535: a session that lasted this long was stable, and the failures before it are forgotten; null means `connectRetry`. */
  readonly stableAfter: number | null;
}

/** How many prefixes of one family a peer may announce to us (RFC 4271 §6.7). */
export interface MaxPrefixes {
  /** One of the session's families. */
  readonly family: Family;
  /**
   * 1..4294967295: distinct prefixes that are allowed at a time, before any policy; with ADD-PATH every path counts. One
   * more ends the session with Cease / Maximum Number of Prefixes Reached (RFC 4486 §4).
   */
  readonly limit: number;
  /** 1..100: from this share of the limit on there is a warning, once until the count has fallen below it again; null: none. */
  readonly warningPercent: number | null;
  /** Seconds to stay down after the limit was passed, 0.001..4294967; null: until somebody starts the peer again. */
  readonly restart: number | null;
}

/** One configured peer, as the FSM sees it. All times are seconds; make one with {@link peerConfig}. */
export interface PeerConfig {
  /** 1..4294967295 */
  readonly localAs: number;
  readonly remoteAs: RemoteAs;
  /** BGP Identifier, 1..4294967295 (RFC 6286). */
  readonly routerId: number;
  /** Seconds offered in our OPEN: 0 (no keepalives, no hold timer) or 3..65535. */
  readonly holdTime: number;
  /** Seconds, 1 or more; null means a third of the negotiated hold time, which is also the upper bound. */
  readonly keepalive: number | null;
  /** Seconds, 0.1..65535: longest wait for a dial to answer and longest pause between two dials. */
  readonly connectRetry: number;
  /** DelayOpenTime in seconds, 0..65535: how long to wait for the peer's OPEN before we send ours; 0 sends it at once. */
  readonly delayOpen: number;
  /**
   * SendHoldTime in seconds (RFC 9687 §4.4): how long TCP may take none of our output before the session is given up. More
   * than `holdTime`, at most 131070; 0 switches it off; null means the greater of 8 minutes and twice the negotiated hold time.
   */
  readonly sendHoldTime: number | null;
  /** The pauses between attempts: they double with each failure and are jittered by 0.75 to 1.0. */
  readonly idleHold: IdleHold;
  /**
   * DampPeerOscillations (RFC 4271 §8.1.1): during the pause after a connection that failed, also refuse what the peer dials.
   * Off: only our own dialling pauses. A dial that nobody answers is no oscillation and refuses nothing.
   */
  readonly dampPeerOscillations: boolean;
  /** PassiveTcpEstablishment (RFC 4271 §8.1.1): never dial, only accept. */
  readonly passive: boolean;
  /** At least one, each once, in order of preference. */
  readonly families: readonly Family[];
  readonly capabilities: OptionalCapabilities;
  /** RFC 4271 §6.8: also resolve collisions with a session that is Established. Off: the older session wins. */
  readonly collisionDetectEstablishedState: boolean;
  /** RFC 4271 §8.1.1 SendNOTIFICATIONwithoutOPEN: say why a connection is refused before any OPEN was sent on it. */
  readonly notificationsWithoutOpen: boolean;
  /** Limits of what the peer may announce, at most one per family; families without one have none. */
  readonly maxPrefixes: readonly MaxPrefixes[];
  /**
   * 1..4095 seconds: the longest that routes are kept although the peer has not confirmed them, while it restarts (RFC 4724 §4.2, instead
   * of a longer restart time of its own), until its End-of-RIB after that, and during an enhanced route refresh (RFC 7313 §4).
   */
  readonly staleTime: number;
  /** Our role towards an external peer (RFC 9234 §4), or null to say nothing about it. */
  readonly role: Role | null;
  /** RFC 9234 §4.2: refuse a peer that does not state its own role. Needs `role`. */
  readonly roleStrict: boolean;
  /** Free text for people. */
  readonly description: string;
}

/** What {@link peerConfig} needs; everything absent gets the default. */
export type PeerConfigOptions = Pick<PeerConfig, "localAs" | "remoteAs" | "routerId"> &
  Partial<Omit<PeerConfig, "localAs" | "remoteAs" | "routerId" | "capabilities" | "idleHold">> & {
    readonly idleHold?: Partial<IdleHold>;
    readonly capabilities?: Partial<OptionalCapabilities>;
  };

const defaultCapabilities: OptionalCapabilities = {
  routeRefresh: true,
  enhancedRouteRefresh: false,
  extendedMessage: true,
  extendedNextHop: [],
  addPath: [],
  gracefulRestart: null,
  extra: [],
};

const defaultIdleHold: IdleHold = { initial: 0.25, max: null, stableAfter: null };

/**
 * Fills in the defaults: hold time 90 s and connect retry 120 s (RFC 4271 §10), keepalive a third of the hold time, send
 * hold time by RFC 9687 §6, no DelayOpen, active, pauses from 0.25 s up to the connect retry time, no damping, no limits, stale
 * routes kept for 120 s at most, no role, IPv4 unicast, route refresh and extended messages. Does not validate: see `validatePeerConfig`.
 */
export function peerConfig(options: PeerConfigOptions): PeerConfig {
  return {
    holdTime: 90,
    keepalive: null,
    connectRetry: 120,
    delayOpen: 0,
    sendHoldTime: null,
    dampPeerOscillations: false,
    passive: false,
    families: [Family.Ipv4Unicast],
    collisionDetectEstablishedState: false,
    notificationsWithoutOpen: true,
    maxPrefixes: [],
    staleTime: 120,
    role: null,
    roleStrict: false,
    description: "",
    ...options,
    idleHold: { ...defaultIdleHold, ...options.idleHold },
    capabilities: { ...defaultCapabilities, ...options.capabilities },
  };
}
