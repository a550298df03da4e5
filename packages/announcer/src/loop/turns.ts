import type { Clock } from "../ports.ts";

/** How long work goes on before everything else gets its turn, milliseconds: a fraction of the shortest keepalive time. */
const TURN_MS = 10;

/** A pause between two pieces of work that is this long was somebody else's turn. */
const PAUSE_MS = 5;

/**
 * Divides work on many VIPs into turns of the event loop, so that ten thousand of them do not keep sessions, events and signals
 * waiting. In the order of the calls.
 */
export class Turns {
  readonly #clock: Clock;
  #startedMs = Number.NEGATIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;
  #waiting: (() => void)[] = [];
  /** Of `#waiting`, how many have had their turn. */
  #released = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Null while this turn may go on, else a promise of a later one. */
  next(): Promise<void> | null {
    const now = this.#clock.now();
    const waiting = this.#waiting.length > 0;
    if (!waiting && now - this.#lastMs > PAUSE_MS) this.#startedMs = now;
    this.#lastMs = now;
    if (!waiting && now - this.#startedMs < TURN_MS) return null;
    if (!waiting) this.#clock.timer(() => this.#begin(), 0);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #begin(): void {
    this.#startedMs = this.#clock.now();
    this.#release();
  }

  /** One after the other, each when the one before has done its work. */
  #release(): void {
    const now = this.#clock.now();
    this.#lastMs = now;
    if (now - this.#startedMs >= TURN_MS) {
      this.#clock.timer(() => this.#begin(), 0);
      return;
    }
    const resolve = this.#waiting[this.#released++];
    if (resolve === undefined) {
      this.#waiting = [];
      this.#released = 0;
      return;
    }
    resolve();
    queueMicrotask(() => this.#release());
  }
}
