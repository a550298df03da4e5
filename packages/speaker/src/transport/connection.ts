import type { Socket } from "node:net";
import type { CloseCause } from "@vipcast/bgp";
import type { Clock } from "../options.ts";
import type { SlicedWork, WorkTurns } from "../work-turns.ts";
import { FrameGate } from "./frame-gate.ts";

/** What a connection reports. Nothing follows `closed`. */
export interface ConnectionEvents {
  connected(): void;
  data(chunk: Uint8Array): void;
  /** Everything written before has left our memory. */
  drained(): void;
  /** Octets that the kernel has not taken, whenever that number has changed. */
  unsent(octets: number): void;
  closed(cause: CloseCause): void;
}

/** Kept back while paused before TCP itself is made to wait. */
const heldLimit = 1024 * 1024;

/** Delivered per turn of the event loop after a pause: some thousands of routes, so that nothing else waits long for them. */
const sliceOctets = 64 * 1024;

/** Less than this is no work that others need a turn of their own for: a KEEPALIVE, some routes. */
const smallRead = 512;

/** Delivered in one go: some two thousand routes, which a policy may take ten times as long for as none. */
const partOctets = 8 * 1024;

/** How long a peer may take to read our last words and close. */
const lingerMs = 2000;

/** One TCP connection: turns a socket's events into four calls and its several ways to end into one. */
export class Connection implements SlicedWork {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #gate = new FrameGate();
  #connected: boolean;
  #detached = false;
  #stopLinger: (() => void) | null = null;
  #paused = false;
  /** What was told last. */
  #unsent = 0;
  readonly #turns: WorkTurns | null;
  /** It is up, which is still to be told: this turn has no time for it. */
  #isNew = false;
  /** Read, and still to be delivered, behind that. Null: nothing. */
  #waiting: Uint8Array[] | null = null;
  /** How it has ended, which is still to be told, behind what waits. */
  #end: CloseCause | null = null;
  /** Kept once something waits: a socket that has ended meanwhile cannot say it any more, and a session may still come up by what waits. */
  #localAddress: string | null = null;
  /** The next slice of what was held back. */
  #slice: NodeJS.Immediate | null = null;

  /** One for all writes that nobody else waits for. */
  readonly #onTaken = (error?: Error | null): void => {
    if (error === null || error === undefined) this.#tellUnsent();
  };

  /** `turns`: those that it shares with other connections; default: what was read is delivered at once. */
  constructor(
    socket: Socket,
    events: ConnectionEvents,
    options: { readonly connected: boolean; readonly turns?: WorkTurns },
  ) {
    this.#turns = options.turns ?? null;
    this.#socket = socket;
    this.#events = events;
    this.#connected = options.connected;
    socket.setNoDelay(true);
    // Every way to end is ours; what Node does by itself when the peer has ended is a third of the work when thousands do at the same moment.
    socket.allowHalfOpen = true;
    socket.on("connect", () => this.#onConnect());
    socket.on("data", (chunk) => this.#onData(plain(chunk)));
    socket.on("drain", () => {
      if (!this.#detached) this.#events.drained();
    });
    socket.on("end", () => this.#onEnd({ kind: "end", code: null, detail: "" }));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.#readRest();
      this.#onEnd(this.#causeOf(error));
    });
    socket.on("close", () => this.#onEnd({ kind: "end", code: null, detail: "" }));
  }

  /** Without zone where the system reports none; null before the connection is up. */
  get localAddress(): string | null {
    return this.#socket.localAddress ?? this.#localAddress;
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  get remoteAddress(): string | null {
    return this.#socket.remoteAddress ?? null;
  }

  get remotePort(): number {
    return this.#socket.remotePort ?? 0;
  }

  /** For options of the socket; reading and writing is this connection's. */
  get socket(): Socket {
    return this.#socket;
  }

  /** Octets that the kernel has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  /** Paused, and so much is kept back that the socket is not read any more. */
  get unread(): boolean {
    return this.#paused && this.#gate.heldOctets > heldLimit;
  }

  /** `handedOver` is called once the kernel has the bytes; not at all when the connection ends before. */
  write(bytes: Uint8Array, handedOver?: () => void): void {
    if (this.#detached) return;
    const onTaken = handedOver === undefined ? this.#onTaken : this.#whenTaken(handedOver);
    this.#socket.write(bytes, onTaken);
    this.#tellUnsent();
  }

  #whenTaken(handedOver: () => void): (error?: Error | null) => void {
    return (error) => {
      this.#onTaken(error);
      if (error === null || error === undefined) handedOver();
    };
  }

  #tellUnsent(): void {
    const octets = this.#socket.writableLength;
    if (this.#detached || octets === this.#unsent) return;
    this.#unsent = octets;
    this.#events.unsent(octets);
  }

  /** Holds UPDATEs back from now on, also those of a `resume` that is not done yet. */
  pause(): void {
    this.#paused = true;
    this.#gate.close();
    if (this.#slice === null) return;
    this.#stopSlices();
    this.#readOn();
  }

  /** Delivers what was held back in slices, one a turn of the event loop. Nothing new is read before they are done: order is kept, and memory does not grow. */
  resume(): void {
    this.#paused = false;
    if (this.#slice !== null || this.#detached) return;
    this.#socket.pause();
    this.#deliverSlice();
  }

  #deliverSlice(): void {
    this.#slice = null;
    let left = sliceOctets;
    while (left > 0 && !this.#paused && !this.#detached) {
      const part = this.#gate.take();
      if (part === null) break;
      left -= part.length;
      this.#deliver(part);
      // Nothing may come between the parts of a message, not even the end of a slice.
      if (left <= 0 && this.#gate.inMessage) left = 1;
    }
    if (this.#detached) return;
    if (this.#paused) {
      this.#readOn();
    } else if (this.#gate.heldOctets > 0) {
      this.#slice = setImmediate(() => this.#deliverSlice());
    } else {
      for (const part of this.#gate.open()) this.#deliver(part);
      if (!this.#detached) this.#socket.resume();
    }
  }

  #readOn(): void {
    if (this.#gate.heldOctets <= heldLimit) this.#socket.resume();
  }

  #stopSlices(): void {
    if (this.#slice !== null) clearImmediate(this.#slice);
    this.#slice = null;
  }

  /**
   * Ends in order: what was written is sent, then FIN. The socket is read empty until the peer has closed, because
   * closing it with unread bytes sends a reset that can overtake our NOTIFICATION; after two seconds it is closed anyway.
   */
  finish(clock: Clock): Promise<void> {
    this.#detach();
    const socket = this.#socket;
    if (socket.destroyed || !this.#connected) return this.destroy();
    socket.removeAllListeners("data");
    socket.on("data", () => undefined);
    socket.resume();
    socket.end();
    this.#stopLinger = clock.timer(() => socket.destroy(), lingerMs);
    return this.#whenClosed();
  }

  /** Gives the connection up, and what waits to be sent with it: resets it, where there is one (RFC 9687 §4.3). */
  abort(): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || !this.#connected) return this.destroy();
    this.#detach();
    socket.resetAndDestroy();
    return this.#whenClosed();
  }

  /** Closes at once. */
  destroy(): Promise<void> {
    this.#detach();
    this.#socket.destroy();
    return this.#whenClosed();
  }

  #whenClosed(): Promise<void> {
    const socket = this.#socket;
    const done = (): void => {
      this.#stopLinger?.();
      this.#stopLinger = null;
    };
    if (socket.closed) {
      done();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      socket.once("close", () => {
        done();
        resolve();
      });
    });
  }

  #onConnect(): void {
    if (this.#detached) return;
    this.#connected = true;
    if (this.#mayBeBrief()) {
      this.#events.connected();
      return;
    }
    this.#isNew = true;
    this.#turns?.begin(this);
  }

  /** Nothing is to come first, and this turn has room for something brief. */
  #mayBeBrief(): boolean {
    if (this.#turns === null) return true;
    return !this.#isNew && this.#waiting === null && this.#turns.takesBrief();
  }

  /** Delivers all that was read and waits for its turn, and tells of an end: nobody may take the peer for silent as long as there is something. False: nothing waited. */
  readWaiting(): boolean {
    if (!this.#isNew && this.#waiting === null && this.#end === null) return false;
    while (!this.slice());
    return true;
  }

  /** Delivers a part of it; true when nothing is left. */
  slice(): boolean {
    if (this.#isNew) {
      this.#isNew = false;
      this.#events.connected();
      return this.#waiting === null && this.#end === null;
    }
    const waiting = this.#waiting;
    const first = waiting?.[0];
    if (waiting === null || first === undefined) {
      this.#tellEnd();
      return true;
    }
    const part = first.subarray(0, partOctets);
    if (part.length < first.length) waiting[0] = first.subarray(partOctets);
    else waiting.shift();
    if (waiting.length === 0) this.#waiting = null;
    this.#take(part);
    if (this.#waiting !== null || this.#end !== null) return false;
    // Who stopped reading for another reason goes on by itself.
    if (!this.#detached && this.#slice === null && this.#socket.isPaused()) this.#readOn();
    return true;
  }

  #onData(chunk: Uint8Array): void {
    const turns = this.#turns;
    if (turns === null || (chunk.length < smallRead && this.#mayBeBrief())) {
      this.#take(chunk);
      return;
    }
    this.#localAddress ??= this.localAddress;
    this.#waiting ??= [];
    this.#waiting.push(chunk);
    turns.begin(this);
    // The kernel would give twenty times as much in one turn.
    if (this.#waiting !== null) this.#socket.pause();
  }

  #take(chunk: Uint8Array): void {
    for (const part of this.#gate.push(chunk)) this.#deliver(part);
    if (this.#gate.heldOctets > heldLimit) this.#socket.pause();
  }

  #deliver(part: Uint8Array): void {
    if (!this.#detached) this.#events.data(part);
  }

  /** What Node has read while we read no further: after an error it would drop it, and the NOTIFICATION may be in it. */
  #readRest(): void {
    // As long as the socket knows of no error, reading would be one more `data` event.
    if (this.#detached || this.#socket.errored === null) return;
    const rest: Buffer | null = this.#socket.read();
    if (rest === null) return;
    this.#waiting ??= [];
    this.#waiting.push(plain(rest));
  }

  /** What waits comes first: the reason may be in it. */
  #onEnd(cause: CloseCause): void {
    if (this.#detached || this.#end !== null) return;
    this.#end = cause;
    if (this.#turns === null) this.readWaiting();
    else if (this.#mayBeBrief()) this.#tellEnd();
    else this.#turns.begin(this);
  }

  #tellEnd(): void {
    const cause = this.#end;
    if (cause === null) return;
    this.#detach();
    this.#socket.destroy();
    this.#events.closed(cause);
  }

  /** Nothing is reported any more. */
  #detach(): void {
    this.#detached = true;
    this.#isNew = false;
    this.#waiting = null;
    this.#end = null;
    this.#stopSlices();
  }

  #causeOf(error: NodeJS.ErrnoException): CloseCause {
    return { kind: this.#connected ? "reset" : "error", code: error.code ?? null, detail: error.message };
  }
}

/** A Buffer is a Uint8Array whose `slice` does not copy; what is kept from a message must not keep, or see, the whole chunk. */
function plain(chunk: Uint8Array): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
}
