import type { PeerConfig } from "../fsm/config.ts";
import type { CloseCause } from "../fsm/event.ts";
import type { RestartState } from "../fsm/open.ts";
import { VirtualClock } from "./clock.ts";
import { type Connection, Endpoint } from "./endpoint.ts";
import { Wire, type WireOptions } from "./wire.ts";

export type { Connection, RecordedEvent } from "./endpoint.ts";
export { Endpoint } from "./endpoint.ts";

const refused: CloseCause = { kind: "error", code: "ECONNREFUSED", detail: "connection refused" };

/** What a {@link Pair} is made of. */
export interface PairOptions {
  readonly a: PeerConfig;
  readonly b: PeerConfig;
  /** In [0, 1), for the jitter of both; default 0.5 always. */
  readonly random?: () => number;
  /** One-way delay of each segment in milliseconds; default 1 always. */
  readonly latencyMs?: () => number;
  /** How long each end takes to admit the other's OPEN, in milliseconds; default: it is not asked. */
  readonly verdictMs?: () => number;
  /** What each end's OPENs say about a restart of its own; see `SessionOptions.restartState`. */
  readonly restartState?: { readonly a?: () => RestartState; readonly b?: () => RestartState };
  /** Cuts what is sent into what arrives; default: as it was sent. */
  readonly cut?: (bytes: Uint8Array) => readonly Uint8Array[];
}

/** Two peers in memory, joined by TCP connections in memory, under a virtual clock. Nothing runs until told to. */
export class Pair {
  readonly clock: VirtualClock = new VirtualClock();
  readonly a: Endpoint;
  readonly b: Endpoint;
  /** False: everything sent is lost, as behind a link that is down. */
  linkUp = true;
  readonly #wireOptions: WireOptions;

  constructor(options: PairOptions) {
    const random = options.random ?? (() => 0.5);
    this.#wireOptions = {
      clock: this.clock,
      latencyMs: options.latencyMs ?? (() => 1),
      cut: options.cut ?? ((bytes) => [bytes]),
      up: () => this.linkUp,
    };
    const { verdictMs, restartState: { a: restartA, b: restartB } = {} } = options;
    const peer = { random, awaitVerdict: verdictMs !== undefined };
    const a = { ...peer, config: options.a, ...(restartA === undefined ? {} : { restartState: restartA }) };
    const b = { ...peer, config: options.b, ...(restartB === undefined ? {} : { restartState: restartB }) };
    this.a = new Endpoint(a, this.clock, () => this.#dial(this.a, this.b));
    this.b = new Endpoint(b, this.clock, () => this.#dial(this.b, this.a));
    if (verdictMs !== undefined) for (const end of [this.a, this.b]) end.admitAfter(verdictMs);
  }

  /** Starts both. */
  start(): void {
    this.a.call((peer, now) => peer.start(now));
    this.b.call((peer, now) => peer.start(now));
  }

  /** Lets this many milliseconds pass. */
  run(ms: number): void {
    const end = this.clock.now() + ms;
    for (let at = this.#next(); at <= end; at = this.#next()) this.#stepTo(at);
    this.clock.advanceTo(end);
  }

  /** Lets time pass until `done`, at most this many milliseconds; tells whether it came true. */
  runUntil(done: () => boolean, ms: number): boolean {
    const end = this.clock.now() + ms;
    for (let at = this.#next(); !done() && at <= end; at = this.#next()) this.#stepTo(at);
    if (!done()) this.clock.advanceTo(end);
    return done();
  }

  /** Both are Established, on the same connection. */
  get established(): boolean {
    const [a, b] = [this.a.peer.establishedSlot, this.b.peer.establishedSlot];
    return a !== null && b !== null && a !== b;
  }

  #next(): number {
    return Math.min(this.clock.nextAt(), this.a.nextDeadline(), this.b.nextDeadline());
  }

  /** What arrives is read before timers are looked at, as a driver must. */
  #stepTo(at: number): void {
    this.clock.advanceTo(at);
    this.a.tick();
    this.b.tick();
  }

  /** A TCP handshake: SYN, then SYN-ACK or RST; what is sent behind them keeps its order. Returns the dialling end. */
  #dial(from: Endpoint, to: Endpoint): Connection {
    const toDialler = new Wire(this.#wireOptions, (segment) => from.arrive(dialler, segment));
    const toAcceptor = new Wire(this.#wireOptions, (segment) => to.arrive(acceptor, segment));
    const dialler: Connection = { wire: toAcceptor };
    const acceptor: Connection = { wire: toDialler };
    toAcceptor.handshake(() => {
      const failure = to.listening ? null : refused;
      toDialler.handshake(() => from.answered(dialler, failure));
      if (to.listening) to.accept(acceptor);
    });
    return dialler;
  }
}
