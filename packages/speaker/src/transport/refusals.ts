import type { Socket } from "node:net";
import type { Clock } from "../options.ts";
import { Connection } from "./connection.ts";

/** Refused connections that may linger at one time; more are cut off at once, so that they cannot use up our descriptors. */
const maxLingering = 8;

const silent = {
  connected: () => undefined,
  data: () => undefined,
  drained: () => undefined,
  unsent: () => undefined,
  closed: () => undefined,
};

/** Says goodbye to connections that nobody wants, however many come. */
export class Refusals {
  #lingering = 0;

  /** Sends `reply`, where there is one, and closes; resolves when the socket is gone. */
  refuse(socket: Socket, reply: Uint8Array | null, clock: Clock): Promise<void> {
    const connection = new Connection(socket, silent, { connected: true });
    if (this.#lingering >= maxLingering) return connection.destroy();
    this.#lingering++;
    if (reply !== null) connection.write(reply);
    return connection.finish(clock).then(() => {
      this.#lingering--;
    });
  }
}
