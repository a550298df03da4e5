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
import { DeadlineTimer } from "./deadline-timer.ts";
import { HandlerCalls } from "./handler-calls.ts";
import { causeInWords, inWords } from "./in-words.ts";
import type { Peer } from "./peer.ts";
import { PeerConnections } from "./peer-connections.ts";
import type { Dynamic, PeerEnvironment } from "./peer-environment.ts";
import { PeerProtection } from "./peer-protection.ts";
import { PeerReports } from "./peer-reports.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { snapshotOf } from "./peer-snapshot.ts";
import { RouteExchange } from "./route-exchange.ts";
import { announcedBy } from "./session-policy.ts";
import type { PeerSnapshot } from "./snapshot.ts";
import { shutdownReason } from "./stop-reasons.ts";

type SessionCall = (now: number) => readonly PeerEvent[];

/**
 * Drives one `PeerSession` over sockets and a timer. Everything that can happen, a byte, a deadline, a wish of the user,
 * becomes one call into the session through `#enter`; what the session answers is carried out in order; then its
 * output is written and the timer set to its next deadline. Nothing else changes the session.
 */
export class PeerDriver implements Peer {
  readonly address: string;
  readonly internal: boolean;
  readonly #settings: PeerSettings;
  readonly #environment: PeerEnvironment;
  readonly #calls: HandlerCalls;
  readonly #reports: PeerReports;
  readonly #session: PeerSession;
  readonly #timer: DeadlineTimer;
  readonly #connections: PeerConnections;
  readonly #exchange: RouteExchange;
  /** Wishes that came up while the session's answer to another was being carried out. */
  readonly #deferred: SessionCall[] = [];
  #busy = false;
  #closed = false;
  /** A handler has refused the session or removed the peer: what is left of the current answer is not for it. */
  #refused = false;
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
    this.#timer = new DeadlineTimer(
      environment.deadlines,
      () => this.#enter((now) => this.#session.tick(now)),
      (lateMs) => this.#reports.stall(lateMs),
    );
    this.#connections = new PeerConnections(environment.clock, {
      connected: () => this.#enter((now) => this.#session.connected(now)),
      data: (slot, chunk) => this.#enter((now) => this.#session.receive(slot, chunk, now)),
      drained: () => this.routes.drained(),
      unsent: (slot, octets) => this.#onUnsent(slot, octets),
      closed: (slot, cause) => this.#enter((now) => this.#session.closed(slot, now, cause)),
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
    if (text === null) this.#enter((now) => this.#session.start(now));
    else this.#enter((now) => this.#session.stop(now, shutdownReason(text)));
  }

  shutdown(text = ""): void {
    if (this.#closed) return;
    this.#shutdown = text;
    this.start();
  }

  enable(): void {
    if (this.#closed) return;
    this.#shutdown = null;
    this.start();
  }

  reset(text = ""): void {
    this.#enter((now) => this.#session.reset(now, { subcode: CeaseSubcode.AdministrativeReset, text }));
  }

  gracefulShutdown(on: boolean): void {
    if (this.#gracefulShutdown === on) return;
    this.#gracefulShutdown = on;
    this.routes.reexport();
  }

  refresh(family?: FamilyName): readonly FamilyName[] {
    const asked = this.#exchange.refresh(family);
    this.#flush();
    return asked;
  }

  softReset(direction: "in" | "out"): void {
    if (direction === "out") this.#exchange.resend();
    else this.#exchange.reimport();
    this.#flush();
  }

  setPassword(password: string | null, byRange = false): void {
    if (this.#closed) return;
    if (this.isDynamic && !byRange) refuseOption(`the password of ${this.address} is that of its listen range`);
    this.#protection.setPassword(password, byRange);
    const why = this.#protection.rekey(this.#connections.sockets());
    if (why === null) return;
    const cause = `the TCP MD5 password was changed on our side, which takes a new connection: ${why}`;
    const { Cease: code } = NotificationCode;
    const change = { code, subcode: CeaseSubcode.OtherConfigurationChange, data: new Uint8Array(0) };
    this.#enter((now) => this.#session.reject(now, change, cause));
  }

  /** Ends the session for good; resolves when no socket is left. */
  async close(reason: StopReason): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#refused = true;
      // From within a handler the stop has to wait its turn, and so have we: before it there is nothing to wait for.
      await new Promise<void>((stopped) => {
        this.#enter((now) => {
          stopped();
          return this.#session.stop(now, reason);
        });
      });
    }
    await this.#connections.ended();
  }

  /** A connection from this peer's address. */
  accept(socket: Socket): void {
    this.#accepted = true;
    this.#enter((now) => {
      const before = this.#connections.get("inbound");
      const result = this.#session.accept(now);
      if (!result.accepted) {
        this.#environment.logger.debug({ peer: this.address, cause: result.cause }, "inbound connection refused");
        this.#connections.refuse(socket, result.reply);
        return [];
      }
      // A connection that this one replaces is said goodbye to before the new one takes its place.
      const { events } = result;
      const goodbye = (event: PeerEvent): boolean => event.kind === "disconnect" && event.slot === "inbound";
      const replaced = before === null ? 0 : events.findIndex(goodbye) + 1;
      for (const event of events.slice(0, replaced)) this.#obey(event);
      this.#connections.attach("inbound", socket, true);
      return events.slice(replaced);
    });
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
      connection: slot === null ? null : this.#connections.get(slot),
      clock: this.#environment.clock,
      closed: this.#closed,
      paused: this.#connections.paused,
      establishedCount: this.#establishedCount,
      routes: this.routes,
      received: this.adjRibIn.size,
      staleRoutes: (family) => this.adjRibIn.staleCount(family),
    });
  }

  pause(): void {
    this.#connections.pause();
  }

  resume(): void {
    this.#connections.resume();
  }

  /** The one way into the session. A call from within a handler waits until the answer before it has been carried out. */
  #enter(call: SessionCall): void {
    if (this.#busy) {
      this.#deferred.push(call);
      return;
    }
    this.#busy = true;
    try {
      this.#carryOut(call);
      while (this.#deferred.length > 0) this.#carryOut(this.#deferred.shift()!);
    } finally {
      this.#busy = false;
      // Also when something of the embedder's threw its way through: a session without its timer would never come back.
      if (this.#closed) this.#leaveNothing();
      else this.#timer.set(this.#session.nextDeadline());
    }
    if (this.#dynamic !== null && this.#accepted && !this.#closed && this.#mayBeForgotten) this.#dynamic.onGone();
  }

  #carryOut(call: SessionCall): void {
    this.#refused = this.#closed;
    for (const event of call(this.#environment.clock.now())) this.#obey(event);
    this.#writeOutput("outbound");
    this.#writeOutput("inbound");
  }

  /** A neighbour that is kept away, by its limit of prefixes or by `shutdown`, must not come back as a new one. */
  get #mayBeForgotten(): boolean {
    if (this.#connections.get("inbound") !== null) return false;
    const stopped = this.#shutdown !== null && this.#settings.shutdown === null;
    const { heldDown, stale } = this.#session.snapshot();
    return !stopped && heldDown === null && stale.length === 0;
  }

  /** What TCP has not taken feeds the send hold timer (RFC 9687 §4.1). */
  #onUnsent(slot: Slot, octets: number): void {
    this.#session.unsent(slot, octets, this.#environment.clock.now());
    if (!this.#busy && !this.#closed) this.#timer.set(this.#session.nextDeadline());
  }

  #leaveNothing(): void {
    this.#timer.cancel();
    this.#exchange.down([]);
    this.#connections.abortAll();
  }

  #obey(event: PeerEvent): void {
    const { logger } = this.#environment;
    switch (event.kind) {
      case "connect":
        this.#dial();
        return;
      case "disconnect":
        this.#disconnect(event.slot, event.abort);
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
        if (!this.#refused) this.#enter((now) => this.#session.admit(event.slot, now));
        return;
      case "established":
        if (!this.#refused) this.#onEstablished(event.slot, event.negotiated);
        return;
      case "update":
        this.#refuseWhen(this.#exchange.receive(event, this.#refused), "onUpdate");
        return;
      case "end-of-rib":
      case "family-disabled":
      case "route-refresh":
      case "prefix-warning":
      case "stale":
      case "sweep":
        this.#exchange.receive(event, this.#refused);
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
    this.#connections.dial(() => connect(dialOptions(this.#settings, this.#protection.forDial(), context)));
  }

  /** Outside of `#enter`, which writes at its end. */
  #flush(): void {
    if (this.#busy) return;
    this.#writeOutput("outbound");
    this.#writeOutput("inbound");
  }

  #disconnect(slot: Slot, abort: boolean): void {
    if (!abort) this.#writeOutput(slot);
    this.#connections.end(slot, abort);
  }

  #writeOutput(slot: Slot): void {
    this.#connections.write(slot, this.#session.takeOutput(slot));
  }

  #onEstablished(slot: Slot, negotiated: Negotiated): void {
    this.#establishedCount++;
    this.#reports.established(this.#settings, negotiated);
    this.#exchange.established(slot, this.#connections.get(slot), negotiated);
  }

  #refuseWhen(notification: NotificationBody | undefined, handler: "onOpen" | "onUpdate"): void {
    if (notification === undefined) return;
    this.#refused = true;
    const cause = `our ${handler} handler refused the session`;
    this.#enter((now) => this.#session.reject(now, notification, cause));
  }

  #onDown(event: PeerDownEvent): void {
    const { reason, wasEstablished, notification, retained } = event;
    this.#exchange.down(retained);
    const cause = causeInWords(event, this.#settings, this.#protection, this.#connections.endedUnread);
    this.#lastCause = cause;
    this.#reports.down({
      reason,
      cause,
      wasEstablished,
      ...(notification === null ? {} : { notification: inWords(notification.direction, notification.body) }),
    });
  }
}
