import {
  type AdjRibIn,
  type Family,
  familyFromName,
  familyName,
  type Negotiated,
  type NotificationBody,
  type PeerEvent,
  type PeerSession,
  type Slot,
} from "@vipcast/bgp";
import { SpeakerError } from "../errors.ts";
import type { FamilyName } from "../peer-options.ts";
import { OutboundRoutes, pathName } from "../routes/outbound-routes.ts";
import type { Connection } from "../transport/connection.ts";
import { readPeerAddress } from "../transport/peer-address.ts";
import { refuseOption } from "./check.ts";
import type { HandlerCalls } from "./handler-calls.ts";
import { InboundRoutes } from "./inbound-routes.ts";
import type { PeerEnvironment } from "./peer-environment.ts";
import type { PeerReports } from "./peer-reports.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { announcedBy, sessionPolicy } from "./session-policy.ts";
import { SessionSink } from "./session-sink.ts";

/** The events that are about routes. */
export type RouteEvent = Extract<
  PeerEvent,
  {
    readonly kind: "update" | "end-of-rib" | "family-disabled" | "route-refresh" | "prefix-warning" | "stale" | "sweep";
  }
>;

/** What a peer's routes need from its driver. */
export interface RouteExchangeContext {
  readonly settings: PeerSettings;
  readonly environment: PeerEnvironment;
  readonly calls: HandlerCalls;
  readonly reports: PeerReports;
  readonly session: PeerSession;
  /** The peer's AS; 0 before it is known. */
  readonly peerAs: () => number;
  readonly gracefulShutdown: () => boolean;
}

/** The routes of one peer in both directions, and the messages about them as a whole: End-of-RIB, ROUTE-REFRESH, what is stale. */
export class RouteExchange {
  readonly outbound: OutboundRoutes;
  readonly #inbound: InboundRoutes;
  readonly #context: RouteExchangeContext;
  #stopHolding: (() => void) | null = null;

  constructor(context: RouteExchangeContext) {
    const { settings, environment, calls, peerAs } = context;
    this.#context = context;
    const onSent = calls.has("onRoutesSent");
    this.outbound = new OutboundRoutes(environment.clock, environment.work, {
      sent: onSent ? (sent) => calls.call("onRoutesSent", (h, peer) => h.onRoutesSent?.(sent, peer)) : null,
      refused: (routes) => {
        for (const route of routes) this.#reportRefused(pathName(route), route.reason);
      },
    });
    this.#inbound = new InboundRoutes(settings, calls, environment, peerAs);
  }

  get adjRibIn(): AdjRibIn {
    return this.#inbound.adjRibIn;
  }

  /** `deaf`: the peer is not to be heard any more, and only what takes routes away counts. The NOTIFICATION with which a handler ends the session, if it does. */
  receive(event: RouteEvent, deaf: boolean): NotificationBody | undefined {
    const { environment, calls, reports, settings } = this.#context;
    switch (event.kind) {
      case "update":
        return deaf ? undefined : this.#inbound.receive(event);
      case "end-of-rib":
        if (!deaf) calls.call("onEndOfRib", (h, peer) => h.onEndOfRib?.(event.family, peer));
        return undefined;
      case "family-disabled":
        environment.logger.warn(
          { peer: settings.address.text, family: event.family, problems: event.problems },
          "address family disabled by a malformed UPDATE",
        );
        this.#inbound.clear(event.family);
        return undefined;
      case "route-refresh":
        // RFC 7313 §3.2: subtypes 1 and 2 only mark where an answer begins and ends.
        if (event.message.subtype === 0) this.outbound.refresh(event.message.family);
        calls.call("onRouteRefresh", (h, peer) => h.onRouteRefresh?.(event.message, peer));
        return undefined;
      case "prefix-warning":
        reports.prefixWarning(event);
        return undefined;
      case "stale":
        reports.stale(event, this.#inbound.markStale(event.family));
        return undefined;
      case "sweep":
        reports.swept(event, this.#inbound.sweep(event.family));
        return undefined;
    }
    return event satisfies never;
  }

  /** The session is up: everything goes out. */
  established(slot: Slot, connection: Connection | null, negotiated: Negotiated): void {
    const { settings, environment, calls, session, gracefulShutdown } = this.#context;
    const { localAddresses, restart, random } = environment;
    const local = readPeerAddress(connection?.localAddress ?? "")?.bytes;
    if (connection === null || local === undefined) return;
    const policy = sessionPolicy(settings, {
      negotiated,
      local,
      localAddresses,
      announced: announcedBy(this.outbound),
      gracefulShutdown,
    });
    this.#inbound.established(negotiated);
    calls.call("onEstablished", (h, peer) => h.onEstablished?.(negotiated, peer));
    const sink = new SessionSink(session, slot, connection, (prefix, reason) => this.#reportRefused(prefix, reason));
    const { advertisementIntervalMs } = settings;
    const held = restart.holdsEndOfRib(settings);
    this.#stopHolding?.();
    this.#stopHolding = held ? restart.whenOver(settings, () => this.outbound.releaseEndOfRib()) : null;
    this.outbound.up(sink, {
      policy,
      families: negotiated.families,
      pathIds: negotiated.addPath.send,
      enhancedRefresh: negotiated.enhancedRouteRefresh,
      holdEndOfRib: held,
      // RFC 4271 §10: jitter applies to MinRouteAdvertisementIntervalTimer.
      advertisementIntervalMs: () => advertisementIntervalMs * (0.75 + 0.25 * random()),
    });
  }

  /** The session ended; what was received is kept of the families that graceful restart bridges. */
  down(retained: readonly Family[]): void {
    this.#stopHolding?.();
    this.#stopHolding = null;
    this.outbound.down();
    if (retained.length === 0) {
      this.#inbound.clear();
      return;
    }
    for (const family of this.#context.settings.config.families)
      if (!retained.includes(family)) this.#inbound.clear(family);
  }

  /** Asks the peer for one family again, or for all; returns those that it was asked for. */
  refresh(name?: FamilyName): readonly FamilyName[] {
    const { session } = this.#context;
    return this.#families(name)
      .filter((family) => session.sendRouteRefresh(family))
      .map((family) => familyName(family) as FamilyName);
  }

  /** Sends everything again as the policies are now. */
  resend(): void {
    const { session } = this.#context;
    this.outbound.reexport();
    for (const family of session.negotiated?.families ?? []) this.outbound.refresh(family);
  }

  /** The import policy has changed: the peer is asked where it can be, else what is kept is looked at again. */
  reimport(): void {
    if (this.refresh().length === 0) this.#inbound.reapply();
  }

  #families(name: FamilyName | undefined): readonly Family[] {
    const { families } = this.#context.settings.config;
    if (name === undefined) return families;
    const family = familyFromName(name);
    if (family === undefined || !families.includes(family))
      refuseOption(
        `family "${String(name)}" is not one of this peer's: ${families.map(familyName).join(", ")}; leave it out for all of them`,
      );
    return [family];
  }

  #reportRefused(prefix: string, reason: string): void {
    const message = `${prefix} is not sent to ${this.#context.settings.address.text}: ${reason}`;
    this.#context.calls.error(new SpeakerError("ERR_SPEAKER_ROUTE_REFUSED", message));
  }
}
