import type { VirtualClock } from "./clock.ts";

/** What travels on a TCP connection. */
export type Segment =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** The sender closed in order. */
  | { readonly kind: "fin" }
  /** The sender gave the connection up. */
  | { readonly kind: "reset" };

/** How a {@link Wire} carries octets. */
export interface WireOptions {
  readonly clock: VirtualClock;
  /** One-way delay of the next segment, in milliseconds. Order within a direction is kept whatever it says. */
  readonly latencyMs: () => number;
  /** Cuts what is sent into what arrives. */
  readonly cut: (bytes: Uint8Array) => readonly Uint8Array[];
  /** False while the link is down: segments sent then are lost. */
  readonly up: () => boolean;
}

/** One direction of a TCP connection in memory: reliable and in order, after a delay. */
export class Wire {
  readonly #options: WireOptions;
  readonly #arrive: (segment: Segment) => void;
  #lastArrival = 0;

  constructor(options: WireOptions, arrive: (segment: Segment) => void) {
    this.#options = options;
    this.#arrive = arrive;
  }

  send(segment: Segment): void {
    if (segment.kind !== "data") {
      this.handshake(() => this.#arrive(segment));
      return;
    }
    for (const part of this.#options.cut(segment.bytes)) {
      const bytes = part.slice();
      this.handshake(() => this.#arrive({ kind: "data", bytes }));
    }
  }

  /** Sends a SYN or its answer: what `arrive` does happens at the other end, in order with the segments. */
  handshake(arrive: () => void): void {
    const { clock, latencyMs, up } = this.#options;
    if (!up()) return;
    const at = Math.max(clock.now() + latencyMs(), this.#lastArrival);
    this.#lastArrival = at;
    clock.after(at - clock.now(), arrive);
  }
}
