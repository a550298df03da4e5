import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How many there may be at once. */
export interface ConnectionLimits {
  readonly connections: number;
  /** Requests that are being answered. */
  readonly requests: number;
  /** After so long, milliseconds, one who sends no body or reads no answer gives way to others. */
  readonly stallMs: number;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly beganMs: number;
}

/**
 * The connections of one listener. Where all of them are taken, whoever holds one without using it gives way to who comes: the one that has been without a request
 * for longest, then one that does not send its body, then one that does not read its answer. So nobody can keep others out by holding connections.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #now: () => number;
  /** Those without a request, the one that has been so for longest first. */
  readonly #idle = new Set<Socket>();
  readonly #exchanges = new Set<Exchange>();

  constructor(limits: ConnectionLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes a new connection in; where there is no room and none can be made, it is ended. */
  add(socket: Socket): void {
    const { connections } = this.#limits;
    if (this.#idle.size + this.#busy() >= connections) this.#makeRoom(socket);
    if (socket.destroyed) return;
    this.#idle.add(socket);
    socket.once("close", () => this.#idle.delete(socket));
  }

  /** Takes a request in; false where too many are being answered. */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    this.#idle.delete(socket);
    const room = this.#exchanges.size < this.#limits.requests || this.#endStalled();
    const exchange = { request, response, beganMs: this.#now() };
    this.#exchanges.add(exchange);
    response.once("close", () => {
      this.#exchanges.delete(exchange);
      if (!socket.destroyed && ![...this.#exchanges].some((other) => other.request.socket === socket))
        this.#idle.add(socket);
    });
    return room;
  }

  /** Connections with a request, of which one can have several. */
  #busy(): number {
    return new Set([...this.#exchanges].map(({ request }) => request.socket)).size;
  }

  #makeRoom(comer: Socket): void {
    const [longest] = this.#idle;
    if (longest !== undefined) {
      this.#idle.delete(longest);
      longest.destroy();
    } else if (!this.#endStalled()) comer.destroy();
  }

  /** Ends the exchange that waits for its client for longest; false when each goes on. */
  #endStalled(): boolean {
    const before = this.#now() - this.#limits.stallMs;
    const old = [...this.#exchanges].filter(({ beganMs }) => beganMs <= before);
    const stalled =
      old.find(({ request }) => !request.complete) ?? old.find(({ response }) => response.writableNeedDrain);
    if (stalled === undefined) return false;
    this.#exchanges.delete(stalled);
    stalled.request.socket.destroy();
    return true;
  }
}
