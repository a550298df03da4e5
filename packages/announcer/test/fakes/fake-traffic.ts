import type { TrafficPort, TrafficWatch } from "../../src/ports.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** Packets as a test says. */
export class FakeTraffic implements TrafficPort {
  /** Addresses that are being watched now. */
  readonly watched: Set<string> = new Set();
  /** Thrown by `watch`. */
  refuse: Error | null = null;
  readonly #clock: VirtualClock;
  readonly #last = new Map<string, number>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** A packet arrives. */
  arrive(address: string): void {
    this.#last.set(address, this.#clock.now());
  }

  watch({ address }: { readonly address: string }): TrafficWatch {
    if (this.refuse !== null) throw this.refuse;
    const since = this.#clock.now();
    this.watched.add(address);
    return {
      idleMs: () => this.#clock.now() - Math.max(since, this.#last.get(address) ?? since),
      close: () => this.watched.delete(address),
    };
  }
}
