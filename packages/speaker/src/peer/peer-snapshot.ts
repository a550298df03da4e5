import {
  type DownReason,
  type Family,
  familyName,
  formatRouterId,
  type GracefulRestartOffer,
  type HeldDown,
  type Negotiated,
  type PeerSessionSnapshot,
  type TimedNotification,
} from "@vipcast/bgp";
import type { Clock } from "../options.ts";
import type { FamilyName } from "../peer-options.ts";
import type { OutboundRoutes } from "../routes/outbound-routes.ts";
import type { Connection } from "../transport/connection.ts";
import type { SocketProtection } from "../transport/options.ts";
import { hostPort, readPeerAddress } from "../transport/peer-address.ts";
import type { PeerSettings } from "./peer-settings.ts";
import type {
  PeerSnapshot,
  PeerSnapshotDown,
  PeerSnapshotNotification,
  PeerSnapshotOptions,
  PeerSnapshotRestart,
  PeerSnapshotSession,
} from "./snapshot.ts";
import { staleWords } from "./stale-words.ts";

/** Everything a snapshot is made of. */
export interface SnapshotSources {
  readonly settings: PeerSettings;
  /** As it is now: the password may have changed. */
  readonly protection: SocketProtection;
  readonly asn: number;
  readonly range: string | null;
  readonly shutdown: string | null;
  readonly gracefulShutdown: boolean;
  /** The sentence about the last end, where it is better than the session's own. */
  readonly lastCause: string | null;
  readonly session: PeerSessionSnapshot;
  /** The established connection. */
  readonly connection: Connection | null;
  readonly clock: Clock;
  readonly closed: boolean;
  readonly paused: boolean;
  readonly establishedCount: number;
  readonly routes: OutboundRoutes;
  readonly received: number;
  /** Accepted routes of a family that are stale. */
  readonly staleRoutes: (family: Family) => number;
}

/** Puts it all into plain data with times of day. */
export function snapshotOf(sources: SnapshotSources): PeerSnapshot {
  const { settings, session, clock, routes } = sources;
  const timeOf = (atMs: number): string => new Date(clock.date().getTime() - (clock.now() - atMs)).toISOString();
  const established = sessionOf(sources);
  return {
    address: settings.address.text,
    asn: sources.asn,
    ...(settings.description === null ? {} : { description: settings.description }),
    options: optionsOf(sources),
    ...(sources.range === null ? {} : { range: sources.range }),
    state: session.state,
    since: timeOf(session.sinceMs),
    closed: sources.closed,
    paused: sources.paused,
    ...(sources.shutdown === null ? {} : { shutdown: sources.shutdown }),
    ...(session.heldDown === null ? {} : { heldDown: heldDownOf(session.heldDown, timeOf) }),
    stale: session.stale.map((stale) => ({
      family: nameOf(stale.family),
      cause: stale.cause,
      why: staleWords(stale.cause),
      routes: sources.staleRoutes(stale.family),
      since: timeOf(stale.sinceMs),
      until: timeOf(stale.untilMs),
    })),
    gracefulShutdown: sources.gracefulShutdown,
    ...(established === null ? {} : { session: established }),
    counters: countersOf(sources),
    routes: {
      desired: routes.size,
      advertised: routes.advertised,
      pending: routes.pending,
      refused: routes.refused(),
      received: sources.received,
    },
    ...(session.lastNotificationSent === null
      ? {}
      : { lastNotificationSent: notificationOf("sent", session.lastNotificationSent, timeOf) }),
    ...(session.lastNotificationReceived === null
      ? {}
      : { lastNotificationReceived: notificationOf("received", session.lastNotificationReceived, timeOf) }),
    ...(session.lastDown === null ? {} : { lastDown: downOf(session.lastDown, sources.lastCause, timeOf) }),
  };
}

function sessionOf({ session, connection, routes }: SnapshotSources): PeerSnapshotSession | null {
  const { negotiated } = session;
  if (connection === null || negotiated === null || session.state !== "Established") return null;
  return {
    holdTime: negotiated.holdTime,
    keepalive: negotiated.keepalive,
    families: negotiated.families.map(nameOf),
    addPath: { send: negotiated.addPath.send.map(nameOf), receive: negotiated.addPath.receive.map(nameOf) },
    routeRefresh: negotiated.enhancedRouteRefresh ? "enhanced" : negotiated.routeRefresh ? "plain" : "none",
    ...(negotiated.restartBridged ? { gracefulRestart: restartOf(negotiated) } : {}),
    endOfRibOutstanding: routes.endOfRibOutstanding.map(nameOf),
    localAddress: hostPort(plain(connection.localAddress), connection.localPort),
    remoteAddress: hostPort(plain(connection.remoteAddress), connection.remotePort),
    asn: negotiated.peerAs,
    ...(negotiated.peerRole === null ? {} : { peerRole: negotiated.peerRole }),
    prefixes: session.prefixes.map(({ family, count, limit }) => ({ family: nameOf(family), count, limit })),
    routerId: formatRouterId(negotiated.peerRouterId),
  };
}

function optionsOf({ settings, protection }: SnapshotSources): PeerSnapshotOptions {
  const { asn, port, source, config } = settings;
  const { localAs, passive, holdTime, keepalive, connectRetry, delayOpen, families, capabilities, role, staleTime } =
    config;
  const { password, ...socket } = protection;
  return {
    asn,
    localAs,
    port,
    passive,
    holdTime,
    ...(keepalive === null ? {} : { keepalive }),
    connectRetry,
    delayOpen,
    families: families.map(nameOf),
    extendedNextHop: capabilities.extendedNextHop.length > 0,
    ...(capabilities.gracefulRestart === null ? {} : { gracefulRestart: offerOf(capabilities.gracefulRestart) }),
    staleTime,
    ...(source === null ? {} : { source: "address" in source ? source.address.text : source.interface }),
    md5: password !== undefined,
    ...socket,
    ...(role === null ? {} : { role }),
  };
}

function offerOf({ restartTime, notification }: GracefulRestartOffer): PeerSnapshotOptions["gracefulRestart"] & object {
  return { restartTime, notification };
}

function restartOf({ gracefulRestart }: Negotiated): PeerSnapshotRestart {
  const { restartTime = 0, notification = false, restarted = false, families = [] } = gracefulRestart ?? {};
  return {
    restartTime,
    notification,
    restarted,
    families: families.map(({ family, forwarding }) => ({ family: familyName(family), forwarding })),
  };
}

function countersOf({ session, establishedCount }: SnapshotSources): PeerSnapshot["counters"] {
  const { received, sent } = session;
  return {
    messagesReceived: messages(received),
    messagesSent: messages(sent),
    updatesReceived: received.update,
    updatesSent: sent.update,
    octetsReceived: received.octets,
    octetsSent: sent.octets,
    established: establishedCount,
  };
}

function messages(counters: PeerSessionSnapshot["received"]): number {
  return counters.open + counters.update + counters.notification + counters.keepalive + counters.routeRefresh;
}

function notificationOf(
  direction: "sent" | "received",
  { notification, text, atMs }: TimedNotification,
  timeOf: (atMs: number) => string,
): PeerSnapshotNotification {
  return { direction, code: notification.code, subcode: notification.subcode, text, at: timeOf(atMs) };
}

function downOf(
  down: { readonly reason: DownReason; readonly cause: string; readonly atMs: number },
  cause: string | null,
  timeOf: (atMs: number) => string,
): PeerSnapshotDown {
  return { reason: down.reason, cause: cause ?? down.cause, at: timeOf(down.atMs) };
}

function heldDownOf({ cause, untilMs }: HeldDown, timeOf: (atMs: number) => string): PeerSnapshot["heldDown"] & object {
  return { cause, ...(Number.isFinite(untilMs) ? { until: timeOf(untilMs) } : {}) };
}

/** Sessions are only made for families that have such a name. */
function nameOf(family: Family): FamilyName {
  return familyName(family) as FamilyName;
}

function plain(address: string | null): string {
  return readPeerAddress(address ?? "")?.text ?? "";
}
