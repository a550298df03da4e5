import type { Clock } from "../options.ts";

/** Being this late means that the event loop was blocked, not that a timer was coarse. */
const stallMs = 1000;

/**
 * One timer at the session's next deadline. It does not fire straight away: a turn of the event loop passes first, in
 * which everything readable is read, so that our own stall is never taken for the peer's silence.
 */
export class DeadlineTimer {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  readonly #onStall: (lateMs: number) => void;
  #deadline = Number.POSITIVE_INFINITY;
  /** When the running timer fires; Infinity when none runs. */
  #armedFor = Number.POSITIVE_INFINITY;
  #stop: (() => void) | null = null;
  #turn: NodeJS.Immediate | null = null;

  constructor(clock: Clock, onDue: () => void, onStall: (lateMs: number) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#onStall = onStall;
  }

  /** Monotonic milliseconds, or Infinity for no deadline. */
  set(deadline: number): void {
    this.#deadline = deadline;
    if (deadline === Number.POSITIVE_INFINITY) {
      this.cancel();
      return;
    }
    // A deadline that moved away needs no new timer: the old one looks again when it fires. Every message moves the hold timer.
    if (this.#turn === null && deadline < this.#armedFor) this.#arm();
  }

  cancel(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#stop?.();
    this.#stop = null;
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#turn = null;
  }

  #arm(): void {
    this.#stop?.();
    this.#armedFor = this.#deadline;
    this.#stop = this.#clock.timer(() => this.#onTimer(), this.#deadline - this.#clock.now());
  }

  #onTimer(): void {
    const lateMs = this.#clock.now() - this.#armedFor;
    this.#stop = null;
    this.#armedFor = Number.POSITIVE_INFINITY;
    if (lateMs > stallMs) this.#onStall(lateMs);
    if (this.#deadline > this.#clock.now()) {
      this.#arm();
      return;
    }
    this.#turn = setImmediate(() => {
      this.#turn = null;
      if (this.#deadline > this.#clock.now()) this.set(this.#deadline);
      else this.#onDue();
    });
  }
}
