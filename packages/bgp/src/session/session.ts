/**
 * One BGP connection attempt loop without input or output: bytes and time go in, events and bytes come out.
 *
 * The driver owns the TCP connection and the clock. It calls `connected`, `receive` and `closed` when the connection does
 * something, `tick` when `nextDeadline` has come, and after every call obeys the events in order and sends what
 * `takeOutput` gives. It must read everything the connection holds before it calls `tick`: then a stall of our own process
 * cannot look like silence of the peer, for unread input restarts the hold timer before the timer is asked.
 *
 * All times are monotonic milliseconds of the driver's choosing, and never go back.
 */
import { type MalformedMessage, type Message, MessageType, type RouteBatch } from "../codec/message.ts";
import type { NotificationBody } from "../codec/outcome.ts";
import { describeNotification } from "../codec/shutdown-communication.ts";
import type { PeerConfig } from "../fsm/config.ts";
import type { FsmEffect } from "../fsm/effect.ts";
import type { CloseCause, FsmEvent } from "../fsm/event.ts";
import { transportOf } from "../fsm/leave.ts";
import type { Negotiated } from "../fsm/negotiate.ts";
import { type OwnOpen, type RestartState, withRestartState } from "../fsm/open.ts";
import { type FsmState, type FsmStateName, initialState } from "../fsm/state.ts";
import { expiredTimer, nextAttempt, nextDeadline, transition } from "../fsm/transition.ts";
import type { Family } from "../iana/afi-safi.ts";
import { cease, defaultStopReason, wordsOf } from "./cease.ts";
import { checkConfig } from "./check-config.ts";
import { Deliveries } from "./deliveries.ts";
import type { SessionEvent, SessionSnapshot, StopReason, TimedNotification } from "./events.ts";
import { heldTooLong, Inbox } from "./inbox.ts";
import { messageEvent, receivedIn } from "./message-event.ts";
import { Outbox } from "./outbox.ts";
import { limitPassed } from "./prefix-limits.ts";

/** What a {@link Session} is made of. */
export interface SessionOptions {
  readonly config: PeerConfig;
  /** In [0, 1), for the jitter of timers. */
  readonly random: () => number;
  /** Stop at the peer's OPEN, with our KEEPALIVE held back, until `proceed`: for whoever resolves collisions, or may refuse. */
  readonly holdAtOpen?: boolean;
  /** Asked at each OPEN that offers graceful restart; default: what the configuration says. */
  readonly restartState?: () => RestartState;
}

/** One BGP connection attempt loop without input or output (RFC 4271 §8): see the top of this file for what the driver owes it. */
export class Session {
  readonly config: PeerConfig;
  readonly #random: () => number;
  readonly #holdAtOpen: boolean;
  readonly #restartState: (() => RestartState) | undefined;
  readonly #outbox: Outbox = new Outbox();
  readonly #inbox: Inbox = new Inbox();
  readonly #deliveries: Deliveries;
  #state: FsmState;
  #sinceMs = 0;
  /** The latest time that the driver has told. */
  #now = 0;
  #lastSent: TimedNotification | null = null;
  #lastReceived: TimedNotification | null = null;
  #lastDown: SessionSnapshot["lastDown"] = null;

  /**
   * Throws `PeerConfigError` for a configuration that `validatePeerConfig` refuses, and `BgpEncodeError` for one with
   * capabilities that cannot be put on the wire. `alike`: one with the same configuration but for `passive`, which was checked with it.
   */
  constructor(options: SessionOptions, alike?: Session) {
    if (alike === undefined) checkConfig(options.config);
    this.config = options.config;
    this.#random = options.random;
    this.#holdAtOpen = options.holdAtOpen ?? false;
    this.#restartState = options.restartState;
    this.#deliveries = new Deliveries(this.config.maxPrefixes);
    this.#state = initialState();
  }

  get state(): FsmStateName {
    return this.#state.name;
  }

  /** What the OPENs agreed on; null before OpenConfirm. */
  get negotiated(): Negotiated | null {
    return this.#state.name === "OpenConfirm" || this.#state.name === "Established" ? this.#state.negotiated : null;
  }

  /** Failures since the last stable session. */
  get connectRetryCounter(): number {
    return this.#state.connectRetryCounter;
  }

  /** Stopped at the peer's OPEN (see `holdAtOpen`). */
  get held(): boolean {
    return this.#inbox.held;
  }

  /** Octets that `takeOutput` would give. */
  get outputLength(): number {
    return this.#outbox.length;
  }

  /** Dials at once, or listens when the peer is configured as passive. */
  start(now: number): readonly SessionEvent[] {
    return this.#apply({ type: this.config.passive ? "ManualStart_with_PassiveTcpEstablishment" : "ManualStart" }, now);
  }

  /** Starts after the pause that this many failures deserve, or after `pauseMs` where that is given; Infinity: on `start`. */
  startAfterFailures(now: number, connectRetryCounter: number, pauseMs: number | null = null): readonly SessionEvent[] {
    return this.#apply({ type: "AutomaticStart_with_DampPeerOscillations", connectRetryCounter, pauseMs }, now);
  }

  /** The dial succeeded, or the peer's connection was accepted. An established session may end by the next one (RFC 4724 §5). */
  connected(now: number): readonly SessionEvent[] {
    if (transportOf(this.#state) !== "connected") this.#resetConnection();
    return this.#apply({ type: this.#state.name === "Connect" ? "Tcp_CR_Acked" : "TcpConnectionConfirmed" }, now);
  }

  /** The dial failed or the connection ended. Ignored when there is neither. */
  closed(now: number, cause: CloseCause): readonly SessionEvent[] {
    if (transportOf(this.#state) === "none") return [];
    return this.#apply({ type: "TcpConnectionFails", cause }, now);
  }

  /** Ends the session with a Cease and stays down until `start`. */
  stop(now: number, reason: StopReason = defaultStopReason): readonly SessionEvent[] {
    const notification = cease(reason, this.negotiated);
    return this.#apply({ type: "ManualStop", notification, cause: `stopped on our side${wordsOf(reason)}` }, now);
  }

  /** Ends the session with a Cease, usually Administrative Reset; unlike after `stop` it starts again by itself, after the backoff. */
  reset(now: number, reason: StopReason): readonly SessionEvent[] {
    const notification = cease(reason, this.negotiated);
    const cause = `reset on our side${wordsOf(reason)}`;
    return this.#apply(
      { type: "AutomaticStop", notification, reason: "administrative-reset", cause, pauseMs: null },
      now,
    );
  }

  /** Ends the session with this NOTIFICATION; unlike after `stop` it starts again by itself, after the backoff. */
  reject(now: number, notification: NotificationBody, cause: string): readonly SessionEvent[] {
    return this.#apply({ type: "AutomaticStop", notification, reason: "refused", cause, pauseMs: null }, now);
  }

  /** Ends this connection in favour of another one with the same peer (RFC 4271 §6.8). */
  dump(now: number, cause: string): readonly SessionEvent[] {
    return this.#apply({ type: "OpenCollisionDump", cause }, now);
  }

  /**
   * Bytes from the peer, cut anywhere. UPDATEs before a fault are delivered, and the fault is the last event. Views in
   * `update` events stay valid until the next call into the session, as long as `chunk` is not overwritten.
   */
  receive(chunk: Uint8Array, now: number): readonly SessionEvent[] {
    if (transportOf(this.#state) !== "connected") return [];
    const events: SessionEvent[] = [];
    // What is held at the OPEN stays unread beyond this call, and the chunk is the caller's.
    const mayStay = this.#holdAtOpen && this.#state.name !== "Established";
    if (!this.#inbox.push(mayStay ? Uint8Array.from(chunk) : chunk)) this.#step(heldTooLong, now, events);
    this.#read(now, events);
    return events;
  }

  /** Goes on after `holdAtOpen`. */
  proceed(now: number): readonly SessionEvent[] {
    const events: SessionEvent[] = [];
    if (!this.#inbox.held) return events;
    this.#inbox.release();
    this.#outbox.release();
    this.#read(now, events);
    return events;
  }

  /** Fires every timer that is due. Read everything first (see above). Calling it early or twice does nothing. */
  tick(now: number): readonly SessionEvent[] {
    const events: SessionEvent[] = [];
    for (let event = expiredTimer(this.#state, now); event !== null; event = expiredTimer(this.#state, now)) {
      this.#step(event, now, events);
    }
    return events;
  }

  /** When `tick` has something to do; Infinity when nothing is planned. */
  nextDeadline(): number {
    return nextDeadline(this.#state);
  }

  /** What to send now, or null. Owned by the caller: the session never touches it again. */
  takeOutput(): Uint8Array | null {
    return this.#outbox.take();
  }

  /**
   * Octets of what `takeOutput` gave that TCP has not taken. Call it after each write that leaves some waiting, and whenever
   * that number has fallen: while it is above 0 and does not fall the send hold timer runs (RFC 9687).
   */
  unsent(octets: number, now: number): void {
    if (this.#outbox.unsent(octets)) this.#apply({ type: "OutputSent", waiting: octets > 0 }, now);
  }

  /**
   * Announces or withdraws routes, packed into as few UPDATEs as fit. False, and nothing sent, when the session is not
   * Established or has not negotiated the family. Throws `BgpEncodeError` for values that cannot be put on the wire.
   */
  sendRoutes(batch: RouteBatch): boolean {
    if (!this.#canSend(batch.family)) return false;
    this.#outbox.sendRoutes(batch);
    this.#updateSent();
    return true;
  }

  /** RFC 4724 §2. False when it could not be sent, as for `sendRoutes`. */
  sendEndOfRib(family: Family): boolean {
    if (!this.#canSend(family)) return false;
    this.#outbox.send({ type: MessageType.Update, endOfRib: family });
    this.#updateSent();
    return true;
  }

  /**
   * Asks for the peer's routes again (RFC 2918), or marks where our answer begins and ends (RFC 7313 §4). False when not Established, or
   * not negotiated.
   */
  sendRouteRefresh(family: Family, subtype: 0 | 1 | 2 = 0): boolean {
    const { negotiated } = this;
    const agreed = subtype === 0 ? negotiated?.routeRefresh : negotiated?.enhancedRouteRefresh;
    if (!this.#canSend(family) || agreed !== true) return false;
    this.#outbox.send({ type: MessageType.RouteRefresh, family, subtype });
    return true;
  }

  /**
   * A KEEPALIVE out of turn, to find out whether the connection still lives. False when not Established, or when the hold
   * time is 0 (RFC 4271 §4.4: then none may be sent).
   */
  sendKeepalive(): boolean {
    if (this.#state.name !== "Established" || this.#state.negotiated.holdTime === 0) return false;
    this.#outbox.send({ type: MessageType.Keepalive });
    return true;
  }

  snapshot(): SessionSnapshot {
    return {
      state: this.#state.name,
      sinceMs: this.#sinceMs,
      negotiated: this.negotiated,
      connectRetryCounter: this.#state.connectRetryCounter,
      nextRetryAtMs: nextAttempt(this.#state),
      lastNotificationSent: this.#lastSent,
      lastNotificationReceived: this.#lastReceived,
      lastDown: this.#lastDown,
      received: this.#inbox.counters(),
      sent: this.#outbox.counters(),
      prefixes: this.#state.name === "Established" ? this.#deliveries.limits.counts() : [],
    };
  }

  /** At the time that was told last: the routes are part of that moment's doings. */
  #updateSent(): void {
    this.#apply({ type: "UpdateSent" }, this.#now);
  }

  #canSend(family: Family): boolean {
    return this.#state.name === "Established" && this.#state.negotiated.families.includes(family);
  }

  #resetConnection(): void {
    this.#inbox.reset();
    this.#outbox.reset();
    this.#deliveries.reset();
  }

  #read(now: number, events: SessionEvent[]): void {
    while (transportOf(this.#state) === "connected") {
      const message = this.#inbox.next();
      if (message === null) break;
      this.#message(message, now, events);
    }
    const { fault } = this.#inbox;
    if (fault !== null && transportOf(this.#state) === "connected") this.#message(fault, now, events);
  }

  #message(message: Message | MalformedMessage, now: number, events: SessionEvent[]): void {
    const delayed = this.#state.name === "Connect" || this.#state.name === "Active";
    const event = messageEvent(message, this.config, delayed);
    const received = receivedIn(event);
    if (received !== null) this.#lastReceived = this.#noted(received, "received", now, events);
    this.#step(event, now, events);
  }

  #apply(event: FsmEvent, now: number): readonly SessionEvent[] {
    const events: SessionEvent[] = [];
    this.#step(event, now, events);
    return events;
  }

  /** One transition: the change of state is told first, then the effects in their order. */
  #step(event: FsmEvent, now: number, events: SessionEvent[]): void {
    const before = this.#state.name;
    this.#now = now;
    const { state, effects } = transition(this.#state, event, { now, random: this.#random() }, this.config);
    this.#state = state;
    if (state.name !== before) {
      this.#sinceMs = now;
      // Whatever ends a held connection, a KEEPALIVE now would make the peer believe that it is established.
      this.#inbox.release();
      this.#outbox.discardHeld();
      events.push({ kind: "state", from: before, to: state.name });
    }
    let ending: NotificationBody | null = null;
    for (const effect of effects) {
      if (effect.kind === "send-notification") ending = effect.notification;
      if (effect.kind === "down") {
        const direction = ending === null ? "received" : "sent";
        const body = ending ?? receivedIn(event);
        this.#lastDown = { reason: effect.reason, cause: effect.cause, atMs: now };
        events.push({ ...effect, notification: body === null ? null : { direction, body } });
      } else {
        this.#perform(effect, now, events);
      }
    }
  }

  #perform(effect: Exclude<FsmEffect, { readonly kind: "down" }>, now: number, events: SessionEvent[]): void {
    switch (effect.kind) {
      case "connect":
        events.push({ kind: "connect" });
        return;
      case "disconnect":
        events.push({ kind: "disconnect", abort: effect.abort });
        return;
      case "send-open":
        this.#sendOpen(effect.open);
        return;
      case "send-keepalive":
        this.#outbox.send({ type: MessageType.Keepalive });
        return;
      case "send-notification":
        this.#outbox.send({ type: MessageType.Notification, ...effect.notification });
        this.#lastSent = this.#noted(effect.notification, "sent", now, events);
        return;
      case "open-accepted": {
        const { message, negotiated } = effect;
        this.#inbox.use(negotiated.codecContext);
        this.#outbox.use(negotiated.codecContext);
        if (this.#holdAtOpen) {
          this.#inbox.hold();
          this.#outbox.hold();
        }
        events.push({ kind: "open", message, negotiated });
        return;
      }
      case "established":
        events.push({ kind: "established", negotiated: effect.negotiated });
        // What began to wait before there was a send hold timer.
        if (this.#outbox.waiting) this.#step({ type: "OutputSent", waiting: true }, now, events);
        return;
      case "deliver": {
        if (this.negotiated === null) return;
        const passed = this.#deliveries.deliver(effect.message, this.negotiated, events);
        if (passed !== null) this.#step(limitPassed(passed, this.negotiated), now, events);
        return;
      }
    }
    effect satisfies never;
  }

  #sendOpen(open: OwnOpen): void {
    const now = this.#restartState === undefined ? open : withRestartState(open, this.#restartState());
    this.#outbox.send({ type: MessageType.Open, ...now });
  }

  #noted(
    notification: NotificationBody,
    direction: "sent" | "received",
    atMs: number,
    events: SessionEvent[],
  ): TimedNotification {
    events.push({ kind: "notification", direction, notification });
    return { notification, atMs, text: describeNotification(notification) };
  }
}
