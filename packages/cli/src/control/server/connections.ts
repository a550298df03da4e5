import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How many there may be at once. */
export interface ConnectionLimits {
  readonly connections: number;
  /** Requests that are being answered; those that are still coming in do not count. */
  readonly requests: number;
  /** After so long, milliseconds, one who reads no answer gives way to others. */
  readonly stallMs: number;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly beganMs: number;
}

/**
 * The connections of one listener. Where all of them are taken, whoever holds one without using it gives way to who comes: the one that has been without a whole request
 * for longest, then one that does not read its answer. So nobody can keep others out by holding connections.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #now: () => number;
  /** Those without a request, since when, the one that has been so for longest first. */
  readonly #idle = new Map<Socket, number>();
  readonly #exchanges = new Set<Exchange>();

  constructor(limits: ConnectionLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes a new connection in; where there is no room and none can be made, it is ended. */
  add(socket: Socket): void {
    if (this.#idle.size + this.#busy() >= this.#limits.connections && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    this.#idle.set(socket, this.#now());
    socket.once("close", () => this.#idle.delete(socket));
  }

  /** Takes a request in; false where too many are being answered. */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    this.#idle.delete(socket);
    const answered = [...this.#exchanges].filter((other) => other.request.complete).length;
    const room = answered < this.#limits.requests || this.#endUnread();
    const exchange = { request, response, beganMs: this.#now() };
    this.#exchanges.add(exchange);
    response.once("close", () => {
      this.#exchanges.delete(exchange);
      if (!socket.destroyed && ![...this.#exchanges].some((other) => other.request.socket === socket))
        this.#idle.set(socket, this.#now());
    });
    return room;
  }

  /** Connections with a request, of which one can have several. */
  #busy(): number {
    return new Set([...this.#exchanges].map(({ request }) => request.socket)).size;
  }

  #makeRoom(): boolean {
    const [[silent, silentMs] = [null, Number.POSITIVE_INFINITY]] = this.#idle;
    const bodyless = [...this.#exchanges].find(({ request }) => !request.complete);
    if (bodyless !== undefined && bodyless.beganMs < silentMs) this.#end(bodyless);
    else if (silent === null) return this.#endUnread();
    else {
      this.#idle.delete(silent);
      silent.destroy();
    }
    return true;
  }

  /** Ends the oldest exchange whose answer nobody reads; false when there is none. */
  #endUnread(): boolean {
    const before = this.#now() - this.#limits.stallMs;
    const unread = [...this.#exchanges].find(
      ({ beganMs, response }) => beganMs <= before && response.writableNeedDrain,
    );
    if (unread !== undefined) this.#end(unread);
    return unread !== undefined;
  }

  #end(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    exchange.request.socket.destroy();
  }
}
