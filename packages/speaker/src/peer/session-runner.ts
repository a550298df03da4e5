import type { Socket } from "node:net";
import type { PeerEvent, PeerSession, Slot, StopReason } from "@vipcast/bgp";
import { DeadlineTimer } from "./deadline-timer.ts";
import { PeerConnections } from "./peer-connections.ts";
import type { PeerEnvironment } from "./peer-environment.ts";
import type { PeerReports } from "./peer-reports.ts";
import type { RouteExchange } from "./route-exchange.ts";

/** One call into the session, at the time that it is given. */
export type SessionCall = (now: number) => readonly PeerEvent[];

/** Whose session it is. */
export interface SessionOwner {
  readonly address: string;
  /** Does what the session asks for, or tells of it. */
  obey(event: PeerEvent): void;
  /** Everything that came up has been carried out. */
  settled(): void;
}

/** What a {@link SessionRunner} works with. */
export interface SessionRunnerParts {
  readonly session: PeerSession;
  readonly exchange: RouteExchange;
  readonly reports: PeerReports;
  readonly environment: PeerEnvironment;
}

/**
 * Runs one `PeerSession` over sockets and a timer, each call to its completion: the session answers, its owner obeys the answer event by
 * event, then the output is written; when nothing else has come up the timer is set to the next deadline. Nothing else changes the session.
 */
export class SessionRunner {
  readonly connections: PeerConnections;
  readonly #owner: SessionOwner;
  readonly #session: PeerSession;
  readonly #exchange: RouteExchange;
  readonly #environment: PeerEnvironment;
  readonly #timer: DeadlineTimer;
  /** Calls that came up while the session's answer to another was being carried out; null, as nearly always: none. */
  #deferred: SessionCall[] | null = null;
  #busy = false;
  #closed = false;
  #refused = false;

  constructor(owner: SessionOwner, { session, exchange, reports, environment }: SessionRunnerParts) {
    this.#owner = owner;
    this.#session = session;
    this.#exchange = exchange;
    this.#environment = environment;
    this.#timer = new DeadlineTimer(
      environment.deadlines,
      () => this.#onDue(),
      (lateMs) => reports.stall(lateMs),
    );
    this.connections = new PeerConnections(environment.clock, environment.work, {
      connected: () => this.enter((now) => this.#session.connected(now)),
      data: (slot, chunk) => this.enter((now) => this.#session.receive(slot, chunk, now)),
      drained: () => this.#exchange.outbound.drained(),
      unsent: (slot, octets) => this.#onUnsent(slot, octets),
      closed: (slot, cause) => this.enter((now) => this.#session.closed(slot, now, cause)),
    });
  }

  /** For good: see `close`. */
  get closed(): boolean {
    return this.#closed;
  }

  /** A handler has refused the session or removed the peer: what is left of the current answer is not for it. */
  get refused(): boolean {
    return this.#refused;
  }

  refuse(): void {
    this.#refused = true;
  }

  /** The one way into the session. A call from within a handler waits until the answer before it has been carried out. */
  enter(call: SessionCall): void {
    if (this.#busy) {
      this.#deferred ??= [];
      this.#deferred.push(call);
      return;
    }
    this.#busy = true;
    try {
      this.#carryOut(call);
      while (this.#deferred !== null) {
        const next = this.#deferred.shift();
        if (next === undefined) this.#deferred = null;
        else this.#carryOut(next);
      }
    } finally {
      this.#busy = false;
      // Also when something of the embedder's threw its way through: a session without its timer would never come back.
      if (this.#closed) this.#leaveNothing();
      else this.#timer.set(this.#session.nextDeadline());
    }
    this.#owner.settled();
  }

  /** The peer's silence is judged by everything that it has sent: where some had to wait, what came behind it is read in one more turn. */
  #onDue(): void {
    if (this.connections.readWaiting()) this.#timer.again();
    else this.enter((now) => this.#session.tick(now));
  }

  /** A connection from the peer's address. */
  accept(socket: Socket): void {
    this.enter((now) => {
      const before = this.connections.get("inbound");
      const result = this.#session.accept(now);
      if (!result.accepted) {
        const { logger } = this.#environment;
        logger.debug({ peer: this.#owner.address, cause: result.cause }, "inbound connection refused");
        this.connections.refuse(socket, result.reply);
        return [];
      }
      // A connection that this one replaces is said goodbye to before the new one takes its place.
      const { events } = result;
      const goodbye = (event: PeerEvent): boolean => event.kind === "disconnect" && event.slot === "inbound";
      const replaced = before === null ? 0 : events.findIndex(goodbye) + 1;
      for (const event of events.slice(0, replaced)) this.#owner.obey(event);
      this.connections.attach("inbound", socket, true);
      return events.slice(replaced);
    });
  }

  /** What the session asks for with `disconnect`. */
  disconnect(slot: Slot, abort: boolean): void {
    if (!abort) this.#writeOutput(slot);
    this.connections.end(slot, abort);
  }

  /** Writes what the session has been given to send outside of `enter`, which writes at its end. */
  flush(): void {
    if (!this.#busy) this.#writeBoth();
  }

  /** Ends the session for good; resolves when no socket is left. */
  async close(reason: StopReason): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#refused = true;
      // From within a handler the stop has to wait its turn, and so have we: before it there is nothing to wait for.
      await new Promise<void>((stopped) => {
        this.enter((now) => {
          stopped();
          return this.#session.stop(now, reason);
        });
      });
    }
    await this.connections.ended();
  }

  #carryOut(call: SessionCall): void {
    this.#refused = this.#closed;
    for (const event of call(this.#environment.clock.now())) this.#owner.obey(event);
    this.#writeBoth();
  }

  #writeBoth(): void {
    this.#writeOutput("outbound");
    this.#writeOutput("inbound");
  }

  #writeOutput(slot: Slot): void {
    this.connections.write(slot, this.#session.takeOutput(slot));
  }

  /** What TCP has not taken feeds the send hold timer (RFC 9687 §4.1). */
  #onUnsent(slot: Slot, octets: number): void {
    this.#session.unsent(slot, octets, this.#environment.clock.now());
    if (!this.#busy && !this.#closed) this.#timer.set(this.#session.nextDeadline());
  }

  #leaveNothing(): void {
    this.#timer.cancel();
    this.#exchange.down([]);
    this.connections.abortAll();
  }
}
