import type { Socket } from "node:net";
import {
  type AdjRibIn,
  CeaseSubcode,
  type Negotiated,
  type NotificationBody,
  NotificationCode,
  type PeerDownEvent,
  type PeerEvent,
  PeerSession,
  type Slot,
  type StopReason,
} from "@vipcast/bgp";
import type { PeerHandlers } from "../handlers.ts";
import type { FamilyName } from "../peer-options.ts";
import type { OutboundRoutes } from "../routes/outbound-routes.ts";
import { dialOptions } from "../transport/dial-options.ts";
import type { ListenPeer } from "../transport/options.ts";
import { refuseOption } from "./check.ts";
import { HandlerCalls } from "./handler-calls.ts";
import { causeInWords, inWords } from "./in-words.ts";
import type { Peer } from "./peer.ts";
import type { Dynamic, PeerEnvironment } from "./peer-environment.ts";
import { PeerProtection } from "./peer-protection.ts";
import { PeerReports } from "./peer-reports.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { snapshotOf } from "./peer-snapshot.ts";
import { RouteExchange } from "./route-exchange.ts";
import { announcedBy } from "./session-policy.ts";
import { type SessionOwner, SessionRunner } from "./session-runner.ts";
import type { PeerSnapshot } from "./snapshot.ts";
import { shutdownReason } from "./stop-reasons.ts";

/**
 * One configured peer: what its owner wishes becomes calls into its session, and what the session answers is carried out here. The session
 * itself is driven by `session-runner.ts`.
 */
export class PeerDriver implements Peer, SessionOwner {
  readonly address: string;
  readonly internal: boolean;
  readonly #settings: PeerSettings;
  readonly #environment: PeerEnvironment;
  readonly #calls: HandlerCalls;
  readonly #reports: PeerReports;
  readonly #session: PeerSession;
  readonly #exchange: RouteExchange;
  readonly #runner: SessionRunner;
  #establishedCount = 0;
  readonly #protection: PeerProtection;
  /** The text of the administrative shutdown that is in effect. */
  #shutdown: string | null;
  #gracefulShutdown = false;
  /** The AS that the last OPEN told; 0 before. */
  #toldAs = 0;
  #lastCause: string | null = null;
  readonly #dynamic: Dynamic | null;
  /** A dynamic peer is not gone before it has come. */
  #accepted = false;
  #isForgotten = false;

  constructor(
    settings: PeerSettings,
    handlers: PeerHandlers,
    environment: PeerEnvironment,
    dynamic: Dynamic | null = null,
  ) {
    this.#settings = settings;
    this.address = settings.address.text;
    this.internal = settings.asn === "internal" || settings.asn === settings.config.localAs;
    this.#dynamic = dynamic;
    this.#protection = new PeerProtection(settings, environment);
    this.#shutdown = settings.shutdown;
    this.#environment = environment;
    this.#calls = new HandlerCalls(handlers, this, environment.logger);
    this.#reports = new PeerReports(this.address, environment.logger, this.#calls);
    this.#session = new PeerSession({
      config: settings.config,
      random: environment.random,
      awaitVerdict: true,
      restartState: () => environment.restart.stateFor(settings),
    });
    this.#exchange = new RouteExchange({
      settings,
      environment,
      calls: this.#calls,
      reports: this.#reports,
      session: this.#session,
      peerAs: () => this.asn,
      gracefulShutdown: () => this.#gracefulShutdown,
    });
    this.#runner = new SessionRunner(this, {
      session: this.#session,
      exchange: this.#exchange,
      reports: this.#reports,
      environment,
    });
  }

  get adjRibIn(): AdjRibIn {
    return this.#exchange.adjRibIn;
  }

  get routes(): OutboundRoutes {
    return this.#exchange.outbound;
  }

  get asn(): number {
    const { asn, config } = this.#settings;
    if (asn === "internal") return config.localAs;
    return asn === "external" ? this.#toldAs : asn;
  }

  /** Unless it is shut down: then whatever there is of a session is ended. */
  start(): void {
    const text = this.#shutdown;
    if (text === null) this.#runner.enter((now) => this.#session.start(now));
    else this.#runner.enter((now) => this.#session.stop(now, shutdownReason(text)));
  }

  shutdown(text = ""): void {
    if (this.#runner.closed) return;
    this.#shutdown = text;
    this.start();
  }

  enable(): void {
    if (this.#runner.closed) return;
    this.#shutdown = null;
    this.start();
  }

  reset(text = ""): void {
    this.#runner.enter((now) => this.#session.reset(now, { subcode: CeaseSubcode.AdministrativeReset, text }));
  }

  gracefulShutdown(on: boolean): void {
    if (this.#gracefulShutdown === on) return;
    this.#gracefulShutdown = on;
    this.routes.reexport();
  }

  refresh(family?: FamilyName): readonly FamilyName[] {
    const asked = this.#exchange.refresh(family);
    this.#runner.flush();
    return asked;
  }

  softReset(direction: "in" | "out"): void {
    if (direction === "out") this.#exchange.resend();
    else this.#exchange.reimport();
    this.#runner.flush();
  }

  setPassword(password: string | null, byRange = false): void {
    if (this.#runner.closed) return;
    if (this.isDynamic && !byRange)
      refuseOption(`the password of ${this.address} is that of its listen range: change it with range.setPassword`);
    this.#protection.setPassword(password, byRange);
    const why = this.#protection.rekey(this.#runner.connections.sockets());
    if (why === null) return;
    const cause = `the TCP MD5 password was changed on our side, which takes a new connection: ${why}`;
    const { Cease: code } = NotificationCode;
    const change = { code, subcode: CeaseSubcode.OtherConfigurationChange, data: new Uint8Array(0) };
    this.#runner.enter((now) => this.#session.reject(now, change, cause));
  }

  /** Ends the session for good; resolves when no socket is left. */
  close(reason: StopReason): Promise<void> {
    return this.#runner.close(reason);
  }

  /** What has been read, and the end of a connection, is not to wait for its turn. */
  catchUp(): void {
    this.#runner.connections.readWaiting();
  }

  /** A connection from this peer's address. */
  accept(socket: Socket): void {
    this.#accepted = true;
    this.#runner.accept(socket);
  }

  /** It came from a listen range. */
  get isDynamic(): boolean {
    return this.#dynamic !== null;
  }

  get listenPeer(): ListenPeer {
    return this.#protection.listenPeer;
  }

  snapshot(): PeerSnapshot {
    const slot = this.#session.establishedSlot;
    return snapshotOf({
      settings: this.#settings,
      protection: this.#protection.options,
      asn: this.asn,
      range: this.#dynamic?.range ?? null,
      shutdown: this.#shutdown,
      gracefulShutdown: this.#gracefulShutdown,
      lastCause: this.#lastCause,
      session: this.#session.snapshot(),
      connection: slot === null ? null : this.#runner.connections.get(slot),
      clock: this.#environment.clock,
      closed: this.#runner.closed,
      paused: this.#runner.connections.paused,
      establishedCount: this.#establishedCount,
      routes: this.routes,
      received: this.adjRibIn.size,
      staleRoutes: (family) => this.adjRibIn.staleCount(family),
    });
  }

  pause(): void {
    this.#runner.connections.pause();
  }

  resume(): void {
    this.#runner.connections.resume();
  }

  /** A dynamic peer whose session has ended, and of which nothing is to be remembered, goes. */
  settled(): void {
    if (this.#dynamic === null || !this.#accepted || this.#runner.closed || !this.#mayBeForgotten) return;
    this.#isForgotten = true;
    this.#dynamic.onGone();
  }

  /** A neighbour that is kept away, by its limit of prefixes or by `shutdown`, must not come back as a new one. */
  get #mayBeForgotten(): boolean {
    if (this.#runner.connections.get("inbound") !== null) return false;
    const stopped = this.#shutdown !== null && this.#settings.shutdown === null;
    const { heldDown, stale } = this.#session.snapshot();
    return !stopped && heldDown === null && stale.length === 0;
  }

  /** One event of the session's answer; see `SessionRunner`. */
  obey(event: PeerEvent): void {
    const { logger } = this.#environment;
    switch (event.kind) {
      case "connect":
        this.#dial();
        return;
      case "disconnect":
        this.#runner.disconnect(event.slot, event.abort);
        return;
      case "state":
        logger.debug({ peer: this.address, from: event.from, to: event.to }, "state changed");
        this.#calls.call("onState", (h, peer) => h.onState?.({ from: event.from, to: event.to }, peer));
        return;
      case "open":
        this.#toldAs = event.negotiated.peerAs;
        this.#refuseWhen(
          this.#calls.ask("onOpen", (h, peer) => h.onOpen?.(event.message, peer)),
          "onOpen",
        );
        if (!this.#runner.refused) this.#runner.enter((now) => this.#session.admit(event.slot, now));
        return;
      case "established":
        if (!this.#runner.refused) this.#onEstablished(event.slot, event.negotiated);
        return;
      case "update":
        this.#refuseWhen(this.#exchange.receive(event, this.#runner.refused), "onUpdate");
        return;
      case "end-of-rib":
      case "family-disabled":
      case "route-refresh":
      case "prefix-warning":
      case "stale":
      case "sweep":
        this.#exchange.receive(event, this.#runner.refused);
        return;
      case "notification":
        this.#reports.notification(event.direction, event.notification);
        return;
      case "dropped":
        logger.debug({ peer: this.address, slot: event.slot, reason: event.reason }, event.cause);
        return;
      case "down":
        this.#onDown(event);
        return;
      default:
        event satisfies never;
    }
  }

  #dial(): void {
    const { connect, localAddresses } = this.#environment;
    const context = { localAddresses, announced: announcedBy(this.routes) };
    this.#runner.connections.dial(() => connect(dialOptions(this.#settings, this.#protection.forDial(), context)));
  }

  #onEstablished(slot: Slot, negotiated: Negotiated): void {
    this.#establishedCount++;
    this.#reports.established(this.#settings, negotiated);
    this.#exchange.established(slot, this.#runner.connections.get(slot), negotiated);
  }

  #refuseWhen(notification: NotificationBody | undefined, handler: "onOpen" | "onUpdate"): void {
    if (notification === undefined) return;
    this.#runner.refuse();
    const cause = `our ${handler} handler refused the session`;
    this.#runner.enter((now) => this.#session.reject(now, notification, cause));
  }

  #onDown(event: PeerDownEvent): void {
    const { reason, wasEstablished, notification, retained } = event;
    this.#exchange.down(retained);
    // The end of its session has been told.
    if (this.#isForgotten) return;
    const cause = causeInWords(event, this.#settings, this.#protection, this.#runner.connections.endedUnread);
    this.#lastCause = cause;
    this.#reports.down({
      reason,
      cause,
      wasEstablished,
      ...(notification === null ? {} : { notification: inWords(notification.direction, notification.body) }),
    });
  }
}
