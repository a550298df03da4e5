import type { Server, Socket } from "node:net";
import { CeaseSubcode, defaultCodecContext, encodeMessage, MessageType, NotificationCode, Writer } from "@vipcast/bgp";
import type { Clock, Logger } from "../options.ts";
import { Connection } from "./connection.ts";
import type { BoundAddress } from "./options.ts";
import { hostPort, type PeerAddress, readPeerAddress } from "./peer-address.ts";

/** Strangers that may be answered at one time; more are cut off without a word. */
const answeredStrangers = 64;

/** Log lines about strangers in one minute; the rest is counted. */
const linesPerMinute = 10;
const minuteMs = 60_000;

export interface ListenerEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gives a connection to the peer with this address, or says in words why there is none for it. */
  readonly accept: (socket: Socket, remote: PeerAddress) => string | null;
}

/** One listening server: sorts connections by remote address, and sends strangers away. */
export class Listener {
  readonly server: Server;
  readonly bound: BoundAddress;
  readonly #environment: ListenerEnvironment;
  readonly #strangers = new Set<Connection>();
  #lines = 0;
  #suppressed = 0;
  #minuteStart = Number.NEGATIVE_INFINITY;

  constructor(server: Server, environment: ListenerEnvironment) {
    this.server = server;
    this.#environment = environment;
    const address = server.address();
    if (address === null || typeof address === "string")
      throw new TypeError("the listen function did not return a listening TCP server");
    this.bound = { host: address.address, port: address.port };
    server.on("connection", (socket) => this.#onConnection(socket));
    // Out of descriptors, for example: the listener stays, and accepts again when it can.
    server.on("error", (error) => {
      environment.logger.error({ err: error, listener: hostPort(this.bound.host, this.bound.port) }, error.message);
    });
  }

  /** Stops listening; resolves when no socket of a stranger is left either. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    await Promise.all([closed, ...Array.from(this.#strangers, (stranger) => stranger.destroy())]);
  }

  #onConnection(socket: Socket): void {
    const remote = readPeerAddress(socket.remoteAddress ?? "");
    if (remote === null) {
      // Already gone again: there is no address to know it by.
      socket.on("error", () => undefined);
      socket.destroy();
      return;
    }
    const why = this.#environment.accept(socket, remote);
    if (why !== null) this.#reject(socket, remote, why);
  }

  /** RFC 4486 §4: Cease / Connection Rejected. */
  #reject(socket: Socket, remote: PeerAddress, why: string): void {
    this.#log(remote, why);
    const stranger = new Connection(socket, silent, { connected: true });
    this.#strangers.add(stranger);
    const answered = this.#strangers.size <= answeredStrangers;
    if (answered) stranger.write(connectionRejected());
    const ending = answered ? stranger.finish(this.#environment.clock) : stranger.destroy();
    void ending.then(() => this.#strangers.delete(stranger));
  }

  #log(remote: PeerAddress, why: string): void {
    const { clock, logger } = this.#environment;
    const now = clock.now();
    if (now - this.#minuteStart >= minuteMs) {
      if (this.#suppressed > 0)
        logger.warn({ count: this.#suppressed }, "more connections from unknown addresses were closed");
      this.#minuteStart = now;
      this.#lines = 0;
      this.#suppressed = 0;
    }
    if (this.#lines === linesPerMinute) {
      this.#suppressed++;
      return;
    }
    this.#lines++;
    logger.warn({ remote: remote.text }, `closed a connection from ${remote.text}: ${why}`);
  }
}

const silent = {
  connected: () => undefined,
  data: () => undefined,
  drained: () => undefined,
  unsent: () => undefined,
  closed: () => undefined,
};

function connectionRejected(): Uint8Array {
  const writer = new Writer();
  const body = { code: NotificationCode.Cease, subcode: CeaseSubcode.ConnectionRejected, data: new Uint8Array(0) };
  encodeMessage(writer, { type: MessageType.Notification, ...body }, defaultCodecContext);
  return writer.slice();
}
