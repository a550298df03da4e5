import type { CloseCause } from "../fsm/event.ts";
import type { PeerEvent, Slot } from "../session/peer-events.ts";
import { PeerSession } from "../session/peer-session.ts";
import type { PeerSessionOptions } from "../session/peer-session-options.ts";
import type { VirtualClock } from "./clock.ts";
import type { Segment, Wire } from "./wire.ts";

/** An event and when it came. Updates are retained copies. */
export interface RecordedEvent {
  readonly atMs: number;
  readonly event: PeerEvent;
}

/** One end of one TCP connection. */
export interface Connection {
  /** Towards the other end. */
  readonly wire: Wire;
}

const closeCauses: { readonly [Kind in "fin" | "reset"]: CloseCause } = {
  fin: { kind: "end", code: null, detail: "" },
  reset: { kind: "reset", code: "ECONNRESET", detail: "connection reset" },
};

/** A peer session with the driver that a program would write: it obeys events, sends output and fires timers. */
export class Endpoint {
  readonly peer: PeerSession;
  /** Everything that was told, oldest first. */
  readonly events: RecordedEvent[] = [];
  /** Called with each event as it comes, while borrowed updates are valid. */
  onEvent: (event: PeerEvent) => void = () => {};
  /** False refuses connections, as a host does on which nothing listens. */
  listening = true;
  readonly #clock: VirtualClock;
  readonly #dial: () => Connection;
  readonly #connections: { [S in Slot]: Connection | null } = { outbound: null, inbound: null };
  /** How long a verdict on the peer's OPEN takes; null: it is not asked for one. */
  #verdictMs: (() => number) | null = null;
  /** While frozen: what waits to be noticed. */
  #frozen: (() => void)[] | null = null;

  /** `dial` starts a handshake and returns our end of the connection to be. */
  constructor(options: PeerSessionOptions, clock: VirtualClock, dial: () => Connection) {
    this.peer = new PeerSession(options);
    this.#clock = clock;
    this.#dial = dial;
  }

  /** The events of one kind. */
  eventsOf<Kind extends PeerEvent["kind"]>(kind: Kind): Extract<PeerEvent, { readonly kind: Kind }>[] {
    const all = this.events.map(({ event }) => event);
    return all.filter((event): event is Extract<PeerEvent, { readonly kind: Kind }> => event.kind === kind);
  }

  /** Admits each OPEN after that many milliseconds; the peer session must have been made with `awaitVerdict`. */
  admitAfter(ms: () => number): void {
    this.#verdictMs = ms;
  }

  /** Makes a call into the peer session and carries out what comes back. */
  call(action: (peer: PeerSession, now: number) => readonly PeerEvent[]): void {
    this.#obey(action(this.peer, this.#clock.now()));
    this.flush();
  }

  /** Sends what waits; after calls such as `peer.sendRoutes` that return no events. */
  flush(): void {
    for (const slot of ["outbound", "inbound"] as const) this.#sendOutput(slot);
  }

  nextDeadline(): number {
    return this.#frozen === null ? this.peer.nextDeadline() : Number.POSITIVE_INFINITY;
  }

  /** Fires due timers, unless the process is frozen. */
  tick(): void {
    if (this.#frozen === null && this.peer.nextDeadline() <= this.#clock.now()) {
      this.call((peer, now) => peer.tick(now));
    }
  }

  /** Stops the process as SIGSTOP would: what arrives waits in its sockets. */
  freeze(): void {
    this.#frozen ??= [];
  }

  /** Lets it go on: it reads everything that waits and only then looks at its timers. */
  thaw(): void {
    const waiting = this.#frozen ?? [];
    this.#frozen = null;
    for (const notice of waiting) notice();
    this.tick();
  }

  /** The other end dials us. */
  accept(connection: Connection): void {
    this.#notice(() => {
      const result = this.peer.accept(this.#clock.now());
      if (result.accepted) {
        this.#obey(result.events);
        this.#connections.inbound = connection;
        this.flush();
        return;
      }
      if (result.reply !== null) connection.wire.send({ kind: "data", bytes: result.reply });
      connection.wire.send({ kind: "fin" });
      this.flush();
    });
  }

  /** Our dial was answered: `null` by a SYN-ACK. Ignored when it was given up. */
  answered(connection: Connection, failure: CloseCause | null): void {
    this.#notice(() => {
      if (this.#connections.outbound !== connection) return;
      if (failure !== null) this.#connections.outbound = null;
      this.call((peer, now) => (failure === null ? peer.connected(now) : peer.closed("outbound", now, failure)));
    });
  }

  /** Something came in. What belongs to a connection that was given up is dropped. */
  arrive(connection: Connection, segment: Segment): void {
    this.#notice(() => {
      const slot = this.#slotOf(connection);
      if (slot === null) return;
      if (segment.kind === "data") {
        this.call((peer, now) => peer.receive(slot, segment.bytes, now));
        // Borrowed views end here: whoever kept one sees rubbish.
        segment.bytes.fill(0xa5);
        return;
      }
      this.#connections[slot] = null;
      if (segment.kind === "fin") connection.wire.send({ kind: "fin" });
      this.call((peer, now) => peer.closed(slot, now, closeCauses[segment.kind]));
    });
  }

  #notice(notice: () => void): void {
    if (this.#frozen === null) notice();
    else this.#frozen.push(notice);
  }

  #slotOf(connection: Connection): Slot | null {
    if (this.#connections.outbound === connection) return "outbound";
    return this.#connections.inbound === connection ? "inbound" : null;
  }

  #obey(events: readonly PeerEvent[]): void {
    for (const event of events) {
      this.onEvent(event);
      const kept = event.kind === "update" ? { ...event, message: event.message.retain() } : event;
      this.events.push({ atMs: this.#clock.now(), event: kept });
      if (event.kind === "connect") this.#connections.outbound = this.#dial();
      if (event.kind === "disconnect") this.#disconnect(event.slot, event.abort);
      if (event.kind === "open" && this.#verdictMs !== null) this.#admit(event.slot, this.#verdictMs());
    }
  }

  /** The connection may be gone by then, and another one in its place. */
  #admit(slot: Slot, ms: number): void {
    const connection = this.#connections[slot];
    this.#clock.after(ms, () =>
      this.#notice(() => {
        if (this.#connections[slot] === connection) this.call((peer, now) => peer.admit(slot, now));
      }),
    );
  }

  #disconnect(slot: Slot, abort: boolean): void {
    if (!abort) this.#sendOutput(slot);
    this.#connections[slot]?.wire.send({ kind: abort ? "reset" : "fin" });
    this.#connections[slot] = null;
  }

  #sendOutput(slot: Slot): void {
    const bytes = this.peer.takeOutput(slot);
    if (bytes !== null) this.#connections[slot]?.wire.send({ kind: "data", bytes });
  }
}
