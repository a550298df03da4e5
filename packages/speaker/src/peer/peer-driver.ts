import type { Socket } from "node:net";
import {
  AdjRibIn,
  type CloseCause,
  type Family,
  formatPrefix,
  type Negotiated,
  type NotificationBody,
  NotificationCode,
  type PeerEvent,
  PeerSession,
  type RibChange,
  type Slot,
  type StopReason,
} from "@vipcast/bgp";
import { SpeakerError } from "../errors.ts";
import type { PeerDown, PeerHandlers } from "../handlers.ts";
import type { Clock, LocalAddress, Logger } from "../options.ts";
import { exportPolicy } from "../routes/export-policy.ts";
import { OutboundRoutes, pathName } from "../routes/outbound-routes.ts";
import { Connection } from "../transport/connection.ts";
import type { DialOptions, ListenPeer } from "../transport/options.ts";
import { readPeerAddress } from "../transport/peer-address.ts";
import { Refusals } from "../transport/refusals.ts";
import { DeadlineTimer } from "./deadline-timer.ts";
import { establishedFields } from "./established-fields.ts";
import { HandlerCalls } from "./handler-calls.ts";
import { inWords } from "./in-words.ts";
import { MalformedLog } from "./malformed-log.ts";
import type { Peer } from "./peer.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { snapshotOf } from "./peer-snapshot.ts";
import { SessionSink } from "./session-sink.ts";
import type { PeerSnapshot } from "./snapshot.ts";

/** What a peer has from its speaker. */
export interface PeerEnvironment {
  readonly asn: number;
  readonly routerId: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly connect: (options: DialOptions) => Socket;
  readonly localAddresses: () => readonly LocalAddress[];
}

type SessionCall = (now: number) => readonly PeerEvent[];
type UpdateEvent = Extract<PeerEvent, { readonly kind: "update" }>;
type DownEvent = Extract<PeerEvent, { readonly kind: "down" }>;

/**
 * Drives one `PeerSession` over sockets and a timer. Everything that can happen, a byte, a deadline, a wish of the user,
 * becomes one call into the session through `#enter`; what the session answers is carried out in order; then its
 * output is written and the timer set to its next deadline. Nothing else changes the session.
 */
export class PeerDriver implements Peer {
  readonly address: string;
  readonly asn: number;
  readonly routes: OutboundRoutes;
  readonly adjRibIn: AdjRibIn;
  readonly settings: PeerSettings;
  readonly #environment: PeerEnvironment;
  readonly #calls: HandlerCalls;
  readonly #session: PeerSession;
  readonly #timer: DeadlineTimer;
  readonly #connections: { outbound: Connection | null; inbound: Connection | null } = {
    outbound: null,
    inbound: null,
  };
  readonly #refusals = new Refusals();
  readonly #malformed: MalformedLog;
  /** Sockets that are saying their last words. */
  readonly #ending = new Set<Promise<void>>();
  /** Wishes that came up while the session's answer to another was being carried out. */
  readonly #deferred: SessionCall[] = [];
  #busy = false;
  #closed = false;
  #paused = false;
  /** A handler has refused the session: what is left of the current answer is not for it. */
  #refused = false;
  #establishedCount = 0;

  constructor(settings: PeerSettings, handlers: PeerHandlers, environment: PeerEnvironment) {
    this.settings = settings;
    this.address = settings.address.text;
    this.asn = settings.asn;
    this.#environment = environment;
    this.#calls = new HandlerCalls(handlers, this, environment.logger);
    this.#malformed = new MalformedLog(this.address, environment);
    this.#session = new PeerSession({ config: settings.config, random: environment.random });
    this.#timer = new DeadlineTimer(
      environment.clock,
      () => this.#enter((now) => this.#session.tick(now)),
      (lateMs) => this.#onStall(lateMs),
    );
    const onSent = this.#calls.has("onRoutesSent");
    this.routes = new OutboundRoutes(environment.clock, {
      sent: onSent ? (sent) => this.#calls.call("onRoutesSent", (h, peer) => h.onRoutesSent?.(sent, peer)) : null,
      refused: (routes) => {
        for (const route of routes) this.#reportRefused(pathName(route), route.reason);
      },
    });
    this.adjRibIn = new AdjRibIn({
      policy: settings.importPolicy === null ? null : this.#calls.guard(settings.importPolicy),
      localAs: environment.asn,
      localRouterId: environment.routerId,
    });
  }

  start(): void {
    this.#enter((now) => this.#session.start(now));
  }

  /** Ends the session for good; resolves when no socket is left. */
  async close(reason: StopReason): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      // From within a handler the stop has to wait its turn, and so have we: before it there is nothing to wait for.
      await new Promise<void>((stopped) => {
        this.#enter((now) => {
          stopped();
          return this.#session.stop(now, reason);
        });
      });
    }
    await Promise.all(this.#ending);
  }

  /** A connection from this peer's address. */
  accept(socket: Socket): void {
    const { clock, logger } = this.#environment;
    this.#enter((now) => {
      const before = this.#connections.inbound;
      const result = this.#session.accept(now);
      if (!result.accepted) {
        logger.debug({ peer: this.address, cause: result.cause }, "inbound connection refused");
        this.#track(this.#refusals.refuse(socket, result.reply, clock));
        return [];
      }
      // A connection that this one replaces is said goodbye to before the new one takes its place.
      const { events } = result;
      const goodbye = (event: PeerEvent): boolean => event.kind === "disconnect" && event.slot === "inbound";
      const replaced = before === null ? 0 : events.findIndex(goodbye) + 1;
      for (const event of events.slice(0, replaced)) this.#obey(event);
      this.#attach("inbound", socket, true);
      return events.slice(replaced);
    });
  }

  get listenPeer(): ListenPeer {
    return this.settings.listen;
  }

  snapshot(): PeerSnapshot {
    const slot = this.#session.establishedSlot;
    return snapshotOf({
      settings: this.settings,
      session: this.#session.snapshot(),
      connection: slot === null ? null : this.#connections[slot],
      clock: this.#environment.clock,
      closed: this.#closed,
      paused: this.#paused,
      establishedCount: this.#establishedCount,
      routes: this.routes,
      received: this.adjRibIn.size,
    });
  }

  pause(): void {
    this.#paused = true;
    this.#connections.outbound?.pause();
    this.#connections.inbound?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#connections.outbound?.resume();
    this.#connections.inbound?.resume();
  }

  /** The one way into the session. A call from within a handler waits until the answer before it has been carried out. */
  #enter(call: SessionCall): void {
    this.#deferred.push(call);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#deferred.shift(); next !== undefined; next = this.#deferred.shift()) {
        this.#refused = false;
        for (const event of next(this.#environment.clock.now())) this.#obey(event);
        this.#writeOutput("outbound");
        this.#writeOutput("inbound");
      }
    } finally {
      this.#busy = false;
      // Also when something of the embedder's threw its way through: a session without its timer would never come back.
      if (this.#closed) this.#leaveNothing();
      else this.#timer.set(this.#session.nextDeadline());
    }
  }

  #leaveNothing(): void {
    this.#timer.cancel();
    this.routes.down();
    for (const slot of ["outbound", "inbound"] as const) this.#disconnect(slot, true);
  }

  #obey(event: PeerEvent): void {
    const { logger } = this.#environment;
    const fields = { peer: this.address };
    switch (event.kind) {
      case "connect":
        this.#dial();
        return;
      case "disconnect":
        this.#disconnect(event.slot, event.abort);
        return;
      case "state":
        logger.debug({ ...fields, from: event.from, to: event.to }, "state changed");
        this.#calls.call("onState", (h, peer) => h.onState?.({ from: event.from, to: event.to }, peer));
        return;
      case "open":
        this.#refuseWhen(
          this.#calls.ask("onOpen", (h, peer) => h.onOpen?.(event.message, peer)),
          "onOpen",
        );
        return;
      case "established":
        if (!this.#refused) this.#onEstablished(event.slot, event.negotiated);
        return;
      case "update":
        if (!this.#refused) this.#onUpdate(event);
        return;
      case "end-of-rib":
        if (!this.#refused) this.#calls.call("onEndOfRib", (h, peer) => h.onEndOfRib?.(event.family, peer));
        return;
      case "family-disabled":
        logger.warn(
          { ...fields, family: event.family, problems: event.problems },
          "address family disabled by a malformed UPDATE",
        );
        this.#onRoutes(this.adjRibIn.clear(event.family));
        return;
      case "route-refresh":
        // RFC 7313 §3.2: subtypes 1 and 2 only mark where an answer begins and ends.
        if (event.message.subtype === 0) this.routes.refresh(event.message.family);
        this.#calls.call("onRouteRefresh", (h, peer) => h.onRouteRefresh?.(event.message, peer));
        return;
      case "notification":
        this.#onNotification(event.direction, event.notification);
        return;
      case "dropped":
        logger.debug({ ...fields, slot: event.slot, reason: event.reason }, event.cause);
        return;
      case "down":
        this.#onDown(event);
        return;
      default:
        event satisfies never;
    }
  }

  #dial(): void {
    try {
      this.#attach("outbound", this.#environment.connect(this.settings.dial), false);
    } catch (error) {
      // A transport that throws (no such key, no permission) is a dial that failed; the retry follows its backoff.
      const code = error instanceof Error && "code" in error ? String(error.code) : null;
      const cause: CloseCause = { kind: "error", code, detail: error instanceof Error ? error.message : String(error) };
      this.#enter((now) => this.#session.closed("outbound", now, cause));
    }
  }

  #attach(slot: Slot, socket: Socket, connected: boolean): void {
    const connection = new Connection(
      socket,
      {
        connected: () => this.#enter((now) => this.#session.connected(now)),
        data: (chunk) => this.#enter((now) => this.#session.receive(slot, chunk, now)),
        drained: () => this.routes.drained(),
        closed: (cause) => {
          this.#connections[slot] = null;
          this.#track(connection.destroy());
          this.#enter((now) => this.#session.closed(slot, now, cause));
        },
      },
      { connected },
    );
    if (this.#paused) connection.pause();
    this.#connections[slot] = connection;
  }

  #disconnect(slot: Slot, abort: boolean): void {
    const connection = this.#connections[slot];
    if (connection === null) return;
    if (!abort) this.#writeOutput(slot);
    this.#connections[slot] = null;
    this.#track(abort ? connection.destroy() : connection.finish(this.#environment.clock));
  }

  #track(ending: Promise<void>): void {
    this.#ending.add(ending);
    void ending.then(() => this.#ending.delete(ending));
  }

  #writeOutput(slot: Slot): void {
    const output = this.#session.takeOutput(slot);
    if (output !== null) this.#connections[slot]?.write(output);
  }

  #onEstablished(slot: Slot, negotiated: Negotiated): void {
    this.#establishedCount++;
    const connection = this.#connections[slot];
    const local = readPeerAddress(connection?.localAddress ?? "")?.bytes;
    if (connection === null || local === undefined) return;
    const { logger, localAddresses, asn } = this.#environment;
    logger.info(establishedFields(this.settings, negotiated), "session established");
    const policy = exportPolicy({
      asn,
      internal: negotiated.internal,
      families: negotiated.families,
      extendedNextHop: negotiated.extendedNextHop.length > 0,
      local,
      configured: this.settings.nextHopSelf,
      localAddresses,
      announced: (address) => this.#announces(address),
    });
    this.#calls.call("onEstablished", (h, peer) => h.onEstablished?.(negotiated, peer));
    const sink = new SessionSink(this.#session, slot, connection, (prefix, reason) =>
      this.#reportRefused(prefix, reason),
    );
    this.routes.up(sink, policy, negotiated.families, negotiated.addPath.send);
  }

  #announces(address: Uint8Array): boolean {
    const family: Family = address.length === 4 ? 0x0101 : 0x0201;
    return this.routes.has({ family, lengthBits: address.length * 8, bytes: address, pathId: -1 });
  }

  #onUpdate(event: UpdateEvent): void {
    if (event.message.problems.length > 0) this.#malformed.note(event.message);
    const change = this.adjRibIn.receive(event.message, event.ignoredFamilies);
    const answer = this.#calls.ask("onUpdate", (h, peer) => h.onUpdate?.(event.message, peer));
    this.#onRoutes(change);
    this.#refuseWhen(answer, "onUpdate");
  }

  #onRoutes(change: RibChange): void {
    if (change.announce.length === 0 && change.withdraw.length === 0) return;
    if (!this.#calls.has("onRoutes")) return;
    const announce = change.announce.map((route) => ({ ...route, text: formatPrefix(route.prefix) }));
    const withdraw = change.withdraw.map((prefix) => ({ prefix, text: formatPrefix(prefix) }));
    this.#calls.call("onRoutes", (h, peer) => h.onRoutes?.({ announce, withdraw }, peer));
  }

  #refuseWhen(notification: NotificationBody | undefined, handler: "onOpen" | "onUpdate"): void {
    if (notification === undefined) return;
    this.#refused = true;
    const cause = `our ${handler} handler refused the session`;
    this.#enter((now) => this.#session.reject(now, notification, cause));
  }

  #onNotification(direction: "sent" | "received", body: NotificationBody): void {
    const notification = inWords(direction, body);
    // Our own goodbye is no reason to worry; everything else is.
    const level = direction === "sent" && body.code === NotificationCode.Cease ? "info" : "warn";
    this.#environment.logger[level](
      { peer: this.address, direction, code: body.code, subcode: body.subcode },
      `NOTIFICATION ${direction}: ${notification.text}`,
    );
    this.#calls.call("onNotification", (h, peer) => h.onNotification?.(notification, peer));
  }

  #onDown(event: DownEvent): void {
    const { reason, cause, wasEstablished, notification } = event;
    this.routes.down();
    this.#onRoutes(this.adjRibIn.clear());
    const down: PeerDown = {
      reason,
      cause,
      wasEstablished,
      ...(notification === null ? {} : { notification: inWords(notification.direction, notification.body) }),
    };
    const level = wasEstablished && reason !== "administrative-stop" ? "warn" : "info";
    this.#environment.logger[level]({ peer: this.address, reason, wasEstablished }, cause);
    this.#calls.call("onDown", (h, peer) => h.onDown?.(down, peer));
  }

  #reportRefused(prefix: string, reason: string): void {
    this.#calls.error(
      new SpeakerError("ERR_SPEAKER_ROUTE_REFUSED", `${prefix} is not sent to ${this.address}: ${reason}`),
    );
  }

  #onStall(lateMs: number): void {
    this.#environment.logger.warn(
      { peer: this.address, lateMs: Math.round(lateMs) },
      `this process was blocked for ${(lateMs / 1000).toFixed(1)} s; what the peer sent meanwhile is read before its timers are judged`,
    );
  }
}
