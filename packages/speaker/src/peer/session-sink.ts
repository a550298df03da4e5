import { BgpEncodeError, type Family, formatPrefix, type PeerSession, type RouteBatch, type Slot } from "@vipcast/bgp";
import type { RouteSink } from "../routes/outbound-routes.ts";
import type { Connection } from "../transport/connection.ts";

/** Unsent octets at which the pump waits for the socket: memory stays bounded however slowly the peer reads. */
const backlogLimit = 1024 * 1024;

const nothing = new Uint8Array(0);

/** Where routes leave while one session is established: its encoder and its socket. */
export class SessionSink implements RouteSink {
  readonly #session: PeerSession;
  readonly #slot: Slot;
  readonly #connection: Connection;
  readonly #onRefused: (prefix: string, reason: string) => void;

  constructor(
    session: PeerSession,
    slot: Slot,
    connection: Connection,
    onRefused: (prefix: string, reason: string) => void,
  ) {
    this.#session = session;
    this.#slot = slot;
    this.#connection = connection;
    this.#onRefused = onRefused;
  }

  get congested(): boolean {
    return this.#connection.backlog > backlogLimit;
  }

  send(batch: RouteBatch): void {
    try {
      this.#session.sendRoutes(batch);
    } catch (error) {
      // Routes are checked when they are set; what still cannot be encoded must not take the others down with it.
      if (!(error instanceof BgpEncodeError)) throw error;
      for (const prefix of batch.nlri) this.#onRefused(formatPrefix(prefix), error.message);
    }
  }

  sendEndOfRib(family: Family): void {
    this.#session.sendEndOfRib(family);
  }

  sendRefreshMarker(family: Family, subtype: 1 | 2): void {
    this.#session.sendRouteRefresh(family, subtype);
  }

  flush(handedOver: () => void): void {
    this.#connection.write(this.#session.takeOutput(this.#slot) ?? nothing, handedOver);
  }
}
