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
  /** Never dial, only accept. */
  readonly passive: boolean;
  /** At least one, each once, in order of preference. */
  readonly families: readonly Family[];
  readonly capabilities: OptionalCapabilities;
  /** RFC 4271 §6.8: also resolve collisions with a session that is Established. Off: the older session wins. */
  readonly collisionDetectEstablishedState: boolean;
  /** RFC 4271 §8.1.1 SendNOTIFICATIONwithoutOPEN: say why a connection is refused before any OPEN was sent on it. */
  readonly notificationsWithoutOpen: boolean;
  /** Free text for people. */
  readonly description: string;
}

/** What {@link peerConfig} needs; everything absent gets the default. */
export type PeerConfigOptions = Pick<PeerConfig, "localAs" | "remoteAs" | "routerId"> &
  Partial<Omit<PeerConfig, "localAs" | "remoteAs" | "routerId" | "capabilities">> & {
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

/**
 * Fills in the defaults: hold time 90 s and connect retry 120 s (RFC 4271 §10), keepalive a third of the hold time,
 * no DelayOpen, active, IPv4 unicast, route refresh and extended messages. Does not validate: see `validatePeerConfig`.
 */
export function peerConfig(options: PeerConfigOptions): PeerConfig {
  return {
    holdTime: 90,
    keepalive: null,
    connectRetry: 120,
    delayOpen: 0,
    passive: false,
    families: [Family.Ipv4Unicast],
    collisionDetectEstablishedState: false,
    notificationsWithoutOpen: true,
    description: "",
    ...options,
    capabilities: { ...defaultCapabilities, ...options.capabilities },
  };
}
