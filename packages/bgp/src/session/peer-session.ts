/**
 * One configured peer without input or output: at most two connections, the one that we dial (`outbound`) and the one that
 * the peer dials (`inbound`), of which at most one becomes the session. The rules for the driver are those of
 * `session.ts`; each call and event names the connection it is about.
 * How two connections become one: `collision-decision.ts`.
 */
import type { RouteBatch } from "../codec/message.ts";
import type { NotificationBody } from "../codec/outcome.ts";
import type { PeerConfig } from "../fsm/config.ts";
import type { CloseCause } from "../fsm/event.ts";
import type { Negotiated } from "../fsm/negotiate.ts";
import type { FsmStateName } from "../fsm/state.ts";
import type { Family } from "../iana/afi-safi.ts";
import { defaultStopReason } from "./cease.ts";
import { decideCollision, isRestart, Probe, survives } from "./collision-decision.ts";
import { CollisionWait } from "./collision-wait.ts";
import type { DownEvent, SessionEvent, StopReason } from "./events.ts";
import { HoldDown, refusedUntil } from "./hold-down.ts";
import { ParallelConnections } from "./parallel-connections.ts";
import type { AcceptResult, PeerEvent, PeerSessionSnapshot, Slot } from "./peer-events.ts";
import { PeerHistory } from "./peer-history.ts";
import type { PeerSessionOptions } from "./peer-session-options.ts";
import { peerSnapshot } from "./peer-session-snapshot.ts";
import { type PeerStates, rivalOf } from "./peer-states.ts";
import { alreadyEstablished, connectionRejected, refusal } from "./refusal.ts";
import type { Session } from "./session.ts";
import { StaleRoutes } from "./stale-routes.ts";

/** One configured peer without input or output: at most two connections, of which one becomes the session (RFC 4271 §6.8). */
export class PeerSession {
  readonly config: PeerConfig;
  readonly #awaitVerdict: boolean;
  readonly #connections: ParallelConnections;
  readonly #states: PeerStates;
  readonly #history: PeerHistory = new PeerHistory();
  #started = false;
  readonly #holdDown: HoldDown;
  readonly #probe: Probe = new Probe();
  readonly #stale: StaleRoutes;
  #stopReason: StopReason = defaultStopReason;
  /** We do not dial, because the inbound connection is on its way or up. */
  #suspended = false;
  readonly #wait: CollisionWait = new CollisionWait();

  /** Throws as `Session` does for a configuration that is no good. */
  constructor(options: PeerSessionOptions) {
    this.config = options.config;
    const { awaitVerdict = false, ...session } = options;
    this.#connections = new ParallelConnections({ ...session, holdAtOpen: true });
    this.#states = this.#connections.states;
    this.#awaitVerdict = awaitVerdict;
    this.#holdDown = new HoldDown(options.config, options.random);
    this.#stale = new StaleRoutes(options.config);
  }

  /** That of the connection which is furthest; `Active` for a passive peer that waits. */
  get state(): FsmStateName {
    return this.#states.state;
  }

  /** What the OPENs of the furthest connection agreed on; null before OpenConfirm. */
  get negotiated(): Negotiated | null {
    return this.#connections.furthest?.negotiated ?? null;
  }

  /** The connection that `sendRoutes` writes to; null unless Established. */
  get establishedSlot(): Slot | null {
    return this.#connections.furthest?.state === "Established" ? this.#states.furthest : null;
  }

  /** Dials at once, or waits for the peer when it is configured as passive. Called again, it cuts a backoff short. */
  start(now: number): readonly PeerEvent[] {
    this.#started = true;
    this.#holdDown.clear();
    return this.#suspended ? [] : this.#on("outbound", now, (session) => session.start(now));
  }

  /** Ends everything with a Cease and stays down until `start`. No `down` when nothing was under way. */
  stop(now: number, reason: StopReason = defaultStopReason): readonly PeerEvent[] {
    this.#started = false;
    this.#holdDown.clear();
    this.#stopReason = reason;
    // What is kept of an earlier session goes as well, when there is none that could end.
    return [...this.#onEach(now, (session) => session.stop(now, reason)), ...this.#stale.clear()];
  }

  /** Ends everything with a Cease, usually Administrative Reset; unlike after `stop` it starts again by itself, after the backoff. */
  reset(now: number, reason: StopReason): readonly PeerEvent[] {
    return this.#onEach(now, (session) => session.reset(now, reason));
  }

  /** Lets the connection go on whose OPEN was told: see `awaitVerdict`. */
  admit(slot: Slot, now: number): readonly PeerEvent[] {
    const events: PeerEvent[] = [];
    if (this.#states.decided(slot) && this.#connections.get(slot)?.held === true) this.#resolve(slot, now, events);
    return events;
  }

  /** Ends everything with this NOTIFICATION; unlike after `stop` it starts again by itself, after the backoff. */
  reject(now: number, notification: NotificationBody, cause: string): readonly PeerEvent[] {
    return this.#onEach(now, (session) => session.reject(now, notification, cause));
  }

  /** The peer has dialled us. */
  accept(now: number): AcceptResult {
    if (!this.#started) {
      return refusal(this.config, this.#stopReason, "the peer connects, but it is stopped on our side");
    }
    const held = this.#holdDown.at(now);
    if (held !== null) return refusal(this.config, connectionRejected, refusedUntil(held, now));
    const events: PeerEvent[] = [];
    // RFC 4724 §5: with graceful restart that is the end of the session.
    if (this.#connections.inbound?.state === "Established")
      events.push(...this.#on("inbound", now, (old) => old.connected(now)));
    if (this.#connections.inbound?.state === "Established") {
      // Its OPEN cannot be awaited, for both would be `inbound`; ask the old one whether it still lives.
      this.#probe.ask(this.#connections.inbound, now);
      return { accepted: false, reply: null, cause: alreadyEstablished };
    }
    // A peer that dials anew has given up its earlier attempt, whether we have noticed or not.
    if (this.#connections.inbound !== null)
      this.#dropInbound("the peer has opened a new connection in its place", now, events);
    const inbound = this.#connections.openInbound();
    const failures = Math.max(this.#holdDown.failures, this.#connections.outbound.connectRetryCounter);
    this.#absorb("inbound", inbound.startAfterFailures(now, failures, 0), now, events);
    this.#absorb("inbound", inbound.tick(now), now, events);
    this.#absorb("inbound", inbound.connected(now), now, events);
    return { accepted: true, events };
  }

  /** Our dial succeeded. */
  connected(now: number): readonly PeerEvent[] {
    return this.#on("outbound", now, (session) => session.connected(now));
  }

  /** Our dial failed, or a connection ended without our `disconnect`. */
  closed(slot: Slot, now: number, cause: CloseCause): readonly PeerEvent[] {
    return this.#on(slot, now, (session) => session.closed(now, cause));
  }

  /** Bytes from the peer, cut anywhere; see `Session.receive`. */
  receive(slot: Slot, chunk: Uint8Array, now: number): readonly PeerEvent[] {
    return this.#on(slot, now, (session) => session.receive(chunk, now));
  }

  /** Fires every timer that is due. Everything readable must have gone through `receive` before. */
  tick(now: number): readonly PeerEvent[] {
    const events: PeerEvent[] = [];
    this.#holdDown.at(now);
    for (const event of this.#stale.tick(now)) events.push(event);
    this.#absorb("outbound", this.#connections.outbound.tick(now), now, events);
    const { inbound } = this.#connections;
    if (inbound !== null) this.#absorb("inbound", inbound.tick(now), now, events);
    const due = this.#wait.due(now);
    if (due?.atEnd === "proceed") this.#proceed(due.slot, now, events);
    else if (due !== null) this.#dump(due.slot, now, events);
    return events;
  }

  /** When `tick` has something to do; Infinity when nothing is planned. */
  nextDeadline(): number {
    return Math.min(
      this.#connections.nextDeadline(),
      this.#wait.untilMs,
      this.#holdDown.current?.untilMs ?? Number.POSITIVE_INFINITY,
      this.#stale.nextDeadline(),
    );
  }

  /** What to send on this connection now, or null; also after its `disconnect`. Owned by the caller, never reused. */
  takeOutput(slot: Slot): Uint8Array | null {
    return this.#connections.takeOutput(slot);
  }

  /** See `Session.unsent`. */
  unsent(slot: Slot, octets: number, now: number): void {
    this.#connections.get(slot)?.unsent(octets, now);
  }

  /** See `Session.sendRoutes`. */
  sendRoutes(batch: RouteBatch): boolean {
    return this.#connections.furthest?.sendRoutes(batch) ?? false;
  }

  /** See `Session.sendEndOfRib`. */
  sendEndOfRib(family: Family): boolean {
    return this.#connections.furthest?.sendEndOfRib(family) ?? false;
  }

  /** See `Session.sendRouteRefresh`. */
  sendRouteRefresh(family: Family, subtype: 0 | 1 | 2 = 0): boolean {
    return this.#connections.furthest?.sendRouteRefresh(family, subtype) ?? false;
  }

  snapshot(): PeerSessionSnapshot {
    return peerSnapshot(this.#connections, {
      history: this.#history,
      heldDown: this.#holdDown.current,
      stale: this.#stale.current,
    });
  }

  #on(slot: Slot, now: number, call: (session: Session) => readonly SessionEvent[]): PeerEvent[] {
    const events: PeerEvent[] = [];
    const session = this.#connections.get(slot);
    if (session !== null) this.#absorb(slot, call(session), now, events);
    return events;
  }

  /** The furthest connection last, so that only its end is the end of the peer's session. */
  #onEach(now: number, call: (session: Session) => readonly SessionEvent[]): PeerEvent[] {
    const last = this.#states.furthest;
    // Nobody goes on because its rival ends.
    this.#wait.cancel();
    return [...this.#on(rivalOf(last), now, call), ...this.#on(last, now, call)];
  }

  /** Turns the events of one connection into those of the peer, and does what they ask of the other connection. */
  #absorb(slot: Slot, sessionEvents: readonly SessionEvent[], now: number, events: PeerEvent[]): void {
    for (const event of sessionEvents) {
      switch (event.kind) {
        case "connect":
          events.push({ kind: "connect", slot: "outbound" });
          break;
        case "state":
          this.#enter(slot, event.to, now, events);
          break;
        case "notification":
          this.#history.notification(event.direction, event.notification, now);
          events.push({ ...event, slot });
          break;
        case "disconnect":
          events.push({ ...event, slot });
          break;
        case "open":
          events.push({ ...event, slot });
          if (this.#awaitVerdict) this.#states.awaitVerdict(slot);
          break;
        case "established":
          events.push({ ...event, slot }, ...this.#stale.established(event.negotiated, now));
          if (this.#states.hasReached(rivalOf(slot), "OpenSent")) this.#dump(rivalOf(slot), now, events);
          break;
        case "down":
          this.#ended(slot, event, now, events);
          break;
        case "end-of-rib":
          events.push(event, ...this.#stale.endOfRib(event.family));
          break;
        case "route-refresh":
          events.push(event, ...this.#stale.routeRefresh(event.message.family, event.message.subtype, now));
          break;
        case "family-disabled":
          this.#stale.disabled(event.family);
          events.push(event);
          break;
        case "update":
        case "prefix-warning":
          events.push(event);
          break;
        default:
          event satisfies never;
      }
    }
    if (this.#mayGoOn(slot) && !this.#wait.isFor(slot)) this.#resolve(slot, now, events);
  }

  #enter(slot: Slot, to: FsmStateName, now: number, events: PeerEvent[]): void {
    const from = this.state;
    this.#states.enter(slot, to);
    if (this.state === from) return;
    this.#history.entered(now);
    events.push({ kind: "state", from, to: this.state });
  }

  /** `slot` has the peer's OPEN and is held there: decide between it and its rival. */
  #resolve(slot: Slot, now: number, events: PeerEvent[]): void {
    const rival = rivalOf(slot);
    this.#wait.cancel();
    const peer = this.#connections.get(slot)?.negotiated ?? null;
    const decision = decideCollision(this.#states.of(rival), {
      survives: peer !== null && survives(slot, peer, this.config),
      detectEstablished: this.config.collisionDetectEstablishedState,
      restart: isRestart(slot, this.#connections.get(rival), now),
    });
    switch (decision) {
      case "proceed":
        if (rival === "outbound") this.#suspend(now, events);
        this.#proceed(slot, now, events);
        return;
      case "dump-rival":
        this.#dump(rival, now, events);
        this.#proceed(slot, now, events);
        return;
      case "dump-self":
        this.#dump(slot, now, events);
        this.#proceed(rival, now, events);
        return;
      case "supersede-rival":
        events.push(...this.#on(rival, now, (old) => old.connected(now)));
        this.#proceed(slot, now, events);
        return;
      case "wait-then-proceed":
        this.#wait.begin(slot, now, "proceed");
        return;
      case "probe-then-dump-self":
        this.#probe.ask(this.#connections.get(rival), now);
        this.#wait.begin(slot, now, "dump");
        return;
    }
    decision satisfies never;
  }

  #proceed(slot: Slot, now: number, events: PeerEvent[]): void {
    this.#wait.cancel(slot);
    const session = this.#connections.get(slot);
    if (session !== null && this.#mayGoOn(slot)) this.#absorb(slot, session.proceed(now), now, events);
  }

  /** Held at the peer's OPEN, and admitted. */
  #mayGoOn(slot: Slot): boolean {
    return this.#connections.get(slot)?.held === true && !this.#states.isUndecided(slot);
  }

  #dump(slot: Slot, now: number, events: PeerEvent[]): void {
    const cause = `two connections with the peer at once: the other one is kept (RFC 4271 §6.8)`;
    events.push(...this.#on(slot, now, (session) => session.dump(now, cause)));
  }

  /** Stop dialling without a word about it. */
  #suspend(now: number, events: PeerEvent[]): void {
    if (this.config.passive || this.#suspended) return;
    this.#suspended = true;
    for (const event of this.#connections.outbound.stop(now, { subcode: null, text: "" })) {
      if (event.kind === "disconnect") events.push({ ...event, slot: "outbound" });
      if (event.kind === "state") this.#enter("outbound", event.to, now, events);
    }
  }

  #dropInbound(cause: string, now: number, events: PeerEvent[]): void {
    this.#wait.cancel("inbound");
    events.push({ kind: "disconnect", slot: "inbound", abort: true });
    this.#enter("inbound", "Idle", now, events);
    events.push({ kind: "dropped", slot: "inbound", reason: "collision", cause });
    this.#forgetInbound(now, events);
  }

  #ended(slot: Slot, event: DownEvent, now: number, events: PeerEvent[]): void {
    this.#wait.cancel(slot);
    this.#states.decided(slot);
    // A second connection is no way round the limit.
    if (event.reason === "max-prefixes" && slot === "outbound" && this.#connections.inbound !== null)
      this.#dropInbound("the session beside it has passed its limit of prefixes", now, events);
    const rival = rivalOf(slot);
    const goesOn = this.#states.hasReached(rival, "OpenSent");
    if (goesOn && !event.wasEstablished) {
      events.push({ kind: "dropped", slot, reason: event.reason, cause: event.cause });
    } else {
      this.#history.down(event.reason, event.cause, now);
      const { events: changes, retained } = this.#stale.ended(event, now);
      events.push(...changes, { ...event, retained });
    }
    const session = this.#connections.get(slot);
    if (!goesOn && session !== null) this.#holdDown.remember(session.snapshot(), event, now);
    if (slot === "inbound") this.#forgetInbound(now, events);
    // The inbound connection is the session, or nearly: no dialling beside it.
    else if (this.#states.hasReached("inbound", "OpenConfirm")) this.#suspend(now, events);
    // It waited for what just happened.
    if (this.#wait.isFor(rival)) this.#proceed(rival, now, events);
  }

  #forgetInbound(now: number, events: PeerEvent[]): void {
    const inbound = this.#connections.forgetInbound();
    if (inbound === null) return;
    this.#history.forget(inbound.snapshot());
    if (!this.#suspended) return;
    this.#suspended = false;
    if (!this.#started) return;
    const held = this.#holdDown.at(now);
    const pauseMs = held === null ? null : held.untilMs - now;
    const again = this.#connections.outbound.startAfterFailures(now, inbound.connectRetryCounter, pauseMs);
    this.#absorb("outbound", again, now, events);
  }
}
