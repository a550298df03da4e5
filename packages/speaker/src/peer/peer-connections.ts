import type { Socket } from "node:net";
import type { CloseCause, Slot } from "@vipcast/bgp";
import type { Clock } from "../options.ts";
import { Connection, type ConnectionEvents } from "../transport/connection.ts";
import { Refusals } from "../transport/refusals.ts";
import type { WorkTurns } from "../work-turns.ts";

/** What the two connections of a peer report. */
export interface PeerConnectionsEvents {
  /** Our dial succeeded. */
  connected(): void;
  data(slot: Slot, chunk: Uint8Array): void;
  /** Everything written before has left our memory. */
  drained(): void;
  /** Octets that the kernel has not taken, whenever that number has changed. */
  unsent(slot: Slot, octets: number): void;
  /** Ended without our doing. */
  closed(slot: Slot, cause: CloseCause): void;
}

/** Says of which connection it is that something is reported. */
class SlotEvents implements ConnectionEvents {
  readonly #slot: Slot;
  readonly #events: PeerConnectionsEvents;
  readonly closed: (cause: CloseCause) => void;

  constructor(slot: Slot, events: PeerConnectionsEvents, closed: (cause: CloseCause) => void) {
    this.#slot = slot;
    this.#events = events;
    this.closed = closed;
  }

  connected(): void {
    this.#events.connected();
  }

  data(chunk: Uint8Array): void {
    this.#events.data(this.#slot, chunk);
  }

  drained(): void {
    this.#events.drained();
  }

  unsent(octets: number): void {
    this.#events.unsent(this.#slot, octets);
  }
}

const slots = ["outbound", "inbound"] as const;

/** The sockets of one peer: at most two connections, and those that are saying their last words. */
export class PeerConnections {
  readonly #clock: Clock;
  readonly #turns: WorkTurns;
  readonly #events: PeerConnectionsEvents;
  readonly #current: { outbound: Connection | null; inbound: Connection | null } = { outbound: null, inbound: null };
  readonly #refusals = new Refusals();
  /** Null as long as none is. */
  #ending: Set<Promise<void>> | null = null;
  #paused = false;
  #endedUnread = false;

  constructor(clock: Clock, turns: WorkTurns, events: PeerConnectionsEvents) {
    this.#clock = clock;
    this.#turns = turns;
    this.#events = events;
  }

  get(slot: Slot): Connection | null {
    return this.#current[slot];
  }

  /** The sockets of both that are not gone already, which may still have to be told. */
  sockets(): readonly Socket[] {
    return slots.flatMap((slot) => this.#current[slot]?.socket ?? []).filter((socket) => !socket.destroyed);
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Nothing was read any more from the connection that we ended last: it was paused, and too much was kept back. */
  get endedUnread(): boolean {
    return this.#endedUnread;
  }

  /** A transport that throws (no such key, no permission) is a dial that failed, and reported as such. */
  dial(connect: () => Socket): void {
    try {
      this.attach("outbound", connect(), false);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : null;
      const detail = error instanceof Error ? error.message : String(error);
      this.#events.closed("outbound", { kind: "error", code, detail });
    }
  }

  attach(slot: Slot, socket: Socket, connected: boolean): void {
    const closed = (cause: CloseCause): void => {
      this.#current[slot] = null;
      this.#track(connection.destroy());
      this.#events.closed(slot, cause);
    };
    const connection = new Connection(socket, new SlotEvents(slot, this.#events, closed), {
      connected,
      turns: this.#turns,
    });
    if (this.#paused) connection.pause();
    this.#current[slot] = connection;
  }

  write(slot: Slot, output: Uint8Array | null): void {
    if (output !== null) this.#current[slot]?.write(output);
  }

  /** Closes one: `abort` at once, else after what was written has been sent. */
  end(slot: Slot, abort: boolean): void {
    const connection = this.#current[slot];
    if (connection === null) return;
    this.#current[slot] = null;
    this.#endedUnread = connection.unread;
    this.#track(abort ? connection.abort() : connection.finish(this.#clock));
  }

  abortAll(): void {
    for (const slot of slots) this.end(slot, true);
  }

  /** Closes a connection that is not wanted, after `reply` where there is one. */
  refuse(socket: Socket, reply: Uint8Array | null): void {
    this.#track(this.#refusals.refuse(socket, reply, this.#clock));
  }

  /** Delivers what was read and waits for its turn; false: nothing did. */
  readWaiting(): boolean {
    const waited = slots.map((slot) => this.#current[slot]?.readWaiting() ?? false);
    return waited.includes(true);
  }

  pause(): void {
    this.#paused = true;
    for (const slot of slots) this.#current[slot]?.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const slot of slots) this.#current[slot]?.resume();
  }

  /** Resolves when no socket is left. */
  async ended(): Promise<void> {
    await Promise.all(this.#ending ?? []);
  }

  #track(ending: Promise<void>): void {
    this.#ending ??= new Set();
    this.#ending.add(ending);
    void ending.then(() => this.#ending?.delete(ending));
  }
}
