import type { Clock } from "../ports.ts";

/** A timer that fires later than this was held up by our own process, and so was whoever wanted to speak, milliseconds. */
const STALL_MS = 20;

/** Stalls that one deadline forgives: in a process that is always late, silence must still become failure. */
const FORGIVEN_STALLS = 4;

/** When silence counts as failure. Our own stall is not silence: a process that was held up waits that much longer, a few times. */
export class Deadline {
  readonly #clock: Clock;
  #atMs: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds that are left; null when none is set, or it is over. */
  remainingMs(nowMs: number): number | null {
    return this.#atMs === null ? null : Math.max(0, this.#atMs - nowMs);
  }

  /** Replaces the one before. `onOver` is called once, when everything that was waiting to be read has been. */
  set(delayMs: number, onOver: () => void): void {
    this.stop();
    this.#wait(delayMs, delayMs, FORGIVEN_STALLS, onOver);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#atMs = null;
  }

  #wait(delayMs: number, wholeMs: number, patience: number, onOver: () => void): void {
    const dueMs = this.#clock.now() + delayMs;
    this.#atMs = dueMs;
    this.#cancel = this.#clock.timer(() => {
      const lateMs = this.#clock.now() - dueMs;
      if (lateMs > STALL_MS && patience > 0) this.#wait(Math.min(lateMs, wholeMs), wholeMs, patience - 1, onOver);
      // What waits to be read gets its turn first: the event loop goes round once more.
      else this.#cancel = this.#clock.timer(() => this.#over(onOver), 0);
    }, delayMs);
  }

  #over(onOver: () => void): void {
    this.#cancel = null;
    this.#atMs = null;
    onOver();
  }
}
