import type { Role } from "../codec/capabilities/009-role.ts";
import type { Capability } from "../codec/capabilities/spec.ts";
import type { CodecContext } from "../codec/context.ts";
import type { OpenMessage } from "../codec/message.ts";
import type { NotificationBody } from "../codec/outcome.ts";
import { Family } from "../iana/afi-safi.ts";
import * as cause from "./cause.ts";
import type { PeerConfig } from "./config.ts";
import {
  badBgpIdentifier,
  badPeerAs,
  roleMismatch,
  unacceptableHoldTime,
  unsupportedCapability,
  unsupportedVersion,
} from "./notification.ts";
import { checkRoles } from "./role.ts";

/** What two OPENs agreed on. */
export interface Negotiated {
  /** Seconds: the smaller of both offers; 0 means no hold timer and no keepalives. */
  readonly holdTime: number;
  /** Seconds between our KEEPALIVEs before jitter; 0 means none. */
  readonly keepalive: number;
  readonly peerAs: number;
  /** The peer's BGP Identifier as an unsigned 32-bit integer. */
  readonly peerRouterId: number;
  /** iBGP. */
  readonly internal: boolean;
  /** Families that both announced, in our order. Never empty. */
  readonly families: readonly Family[];
  readonly fourOctetAs: boolean;
  readonly extendedMessage: boolean;
  /** RFC 7911, seen from us. */
  readonly addPath: { readonly send: readonly Family[]; readonly receive: readonly Family[] };
  /** IPv4 families that may have an IPv6 next hop (RFC 8950). */
  readonly extendedNextHop: readonly Family[];
  readonly routeRefresh: boolean;
  readonly enhancedRouteRefresh: boolean;
  /** What the peer says it is to us (RFC 9234 §4.1), or null when it says nothing that can be understood. */
  readonly peerRole: Role | null;
  /** The peer's graceful restart capability, or null. */
  readonly gracefulRestart: Extract<Capability, { name: "graceful-restart" }> | null;
  /** Both announced graceful restart: an end of TCP without a NOTIFICATION is bridged (RFC 4724 §4). */
  readonly restartBridged: boolean;
  /** Both announced the N bit: a NOTIFICATION other than Hard Reset is bridged by graceful restart (RFC 8538 §2). */
  readonly notificationRestart: boolean;
  /** The peer's OPEN as received. */
  readonly peerOpen: OpenMessage;
  /** For every message of this session after the OPENs. */
  readonly codecContext: CodecContext;
}

/** The answer to a peer's OPEN. `cause` is a sentence for operators with the remedy. */
export type OpenVerdict =
  | { readonly accepted: true; readonly negotiated: Negotiated }
  | { readonly accepted: false; readonly notification: NotificationBody; readonly cause: string };

function refuse(notification: NotificationBody, sentence: string): OpenVerdict {
  return { accepted: false, notification, cause: sentence };
}

/**
 * Checks a peer's OPEN (RFC 4271 §6.2) and works out what the session may do. The checks run in the order of the fields,
 * so that the NOTIFICATION names the first fault.
 */
export function negotiate(open: OpenMessage, config: PeerConfig): OpenVerdict {
  if (open.version !== 4) return refuse(unsupportedVersion(), cause.versionRefused(open.version));

  // RFC 7607 §2: an OPEN with AS 0, in the field or in the capability, is a Bad Peer AS.
  const internal = open.asn === config.localAs;
  const said = open.myAutonomousSystem === 0 ? 0 : open.asn;
  if (said === 0 || !expectedAs(said, config)) {
    return refuse(badPeerAs(), cause.asRefused(said, config));
  }

  // RFC 4271 §6.2: "If the Hold Time field of the OPEN message is unacceptable … An implementation MUST reject Hold Time
  // values of one or two seconds."
  if (open.holdTime === 1 || open.holdTime === 2) {
    return refuse(unacceptableHoldTime(), cause.holdTimeRefused(open.holdTime));
  }

  // RFC 6286 §2.2: zero is never valid; equal to ours only matters inside one AS.
  if (open.routerId === 0 || (internal && open.routerId === config.routerId)) {
    return refuse(badBgpIdentifier(), cause.routerIdRefused(open.routerId));
  }

  const peerFamilies = offeredFamilies(open);
  const families = config.families.filter((family) => peerFamilies.includes(family));
  if (families.length === 0) {
    return refuse(unsupportedCapability(config.families), cause.familiesRefused(config.families, peerFamilies));
  }

  const roles = checkRoles(open.capabilities, config.role, config.roleStrict);
  if (config.role !== null && !roles.fits) {
    return refuse(roleMismatch(), cause.roleRefused(config.role, roles.theirs));
  }
  const peerRole = roles.fits ? roles.peerRole : null;
  return { accepted: true, negotiated: agree(open, config, families, internal, peerRole) };
}

function expectedAs(asn: number, config: PeerConfig): boolean {
  switch (config.remoteAs) {
    case "external":
      return asn !== config.localAs;
    case "internal":
      return asn === config.localAs;
    default:
      return asn === config.remoteAs;
  }
}

/** RFC 4760 §8: a peer that names no family at all speaks IPv4 unicast. */
function offeredFamilies(open: OpenMessage): readonly Family[] {
  const families = capabilitiesNamed(open, "multiprotocol").map(({ family }) => family);
  return families.length === 0 ? [Family.Ipv4Unicast] : families;
}

type CapabilityNamed<Name extends Capability["name"]> = Extract<Capability, { readonly name: Name }>;

function capabilitiesNamed<Name extends Capability["name"]>(open: OpenMessage, name: Name): CapabilityNamed<Name>[] {
  return open.capabilities.filter((capability): capability is CapabilityNamed<Name> => capability.name === name);
}

function agree(
  open: OpenMessage,
  config: PeerConfig,
  families: readonly Family[],
  internal: boolean,
  peerRole: Role | null,
): Negotiated {
  const { capabilities: offered } = config;
  const both = (name: Capability["name"], ours: boolean): boolean =>
    ours && open.capabilities.some((capability) => capability.name === name);

  // RFC 4271 §4.2: "the smaller of its configured Hold Time and the Hold Time received in the OPEN message".
  const holdTime = Math.min(config.holdTime, open.holdTime);
  const fourOctetAs = both("four-octet-as", true);
  const extendedMessage = both("extended-message", offered.extendedMessage);
  const addPath = agreeAddPath(open, config, families);
  const enhancedRouteRefresh = both("enhanced-route-refresh", offered.enhancedRouteRefresh);
  const peerNextHops = capabilitiesNamed(open, "extended-next-hop").flatMap(({ entries }) => entries);
  const extendedNextHop = families.filter(
    (family) =>
      offered.extendedNextHop.includes(family) &&
      peerNextHops.some((entry) => entry.family === family && entry.nextHopAfi === 2),
  );
  // RFC 4724 §3: the last of several graceful restart capabilities counts.
  const gracefulRestart = capabilitiesNamed(open, "graceful-restart").at(-1) ?? null;
  return {
    holdTime,
    keepalive: Math.min(config.keepalive ?? holdTime / 3, holdTime / 3),
    peerAs: open.asn,
    peerRouterId: open.routerId,
    internal,
    families,
    fourOctetAs,
    extendedMessage,
    addPath,
    extendedNextHop,
    routeRefresh: both("route-refresh", offered.routeRefresh),
    enhancedRouteRefresh,
    peerRole,
    gracefulRestart,
    restartBridged: offered.gracefulRestart !== null && gracefulRestart !== null,
    notificationRestart: offered.gracefulRestart?.notification === true && gracefulRestart?.notification === true,
    peerOpen: open,
    codecContext: {
      fourOctetAs,
      internal,
      // RFC 8654 §4: longer messages only when both ends have announced the capability.
      maxMessageLength: extendedMessage ? 65535 : 4096,
      addPathReceive: addPath.receive,
      addPathSend: addPath.send,
      extendedNextHop,
      enhancedRouteRefresh,
      // No confederation can be configured: whoever is external is outside.
      confederation: false,
    },
  };
}

/** Both ends announced graceful restart, the peer with one family at least: a restart of it keeps routes here (RFC 4724 §4.2). */
export function helpsRestart({ restartBridged, gracefulRestart }: Negotiated): boolean {
  return restartBridged && gracefulRestart !== null && gracefulRestart.families.length > 0;
}

/** RFC 7911 §4: path identifiers go one way when the one side offers to send and the other to receive. */
function agreeAddPath(open: OpenMessage, config: PeerConfig, families: readonly Family[]): Negotiated["addPath"] {
  const theirs = capabilitiesNamed(open, "add-path").flatMap((capability) => capability.families);
  const ours = config.capabilities.addPath;
  return {
    send: families.filter(
      (family) =>
        ours.some((entry) => entry.family === family && entry.send) &&
        theirs.some((entry) => entry.family === family && entry.receive),
    ),
    receive: families.filter(
      (family) =>
        ours.some((entry) => entry.family === family && entry.receive) &&
        theirs.some((entry) => entry.family === family && entry.send),
    ),
  };
}
