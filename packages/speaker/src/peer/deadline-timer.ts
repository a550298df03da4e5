import type { Deadlines, Waiting } from "./deadlines.ts";

/** Being this late means that the event loop was blocked, not that a timer was coarse. */
const stallMs = 1000;

/**
 * A session's next deadline, one of all those of its speaker. It does not fire straight away: a turn of the event loop passes first, in
 * which everything readable is read, so that our own stall is never taken for the peer's silence.
 */
export class DeadlineTimer implements Waiting {
  readonly #deadlines: Deadlines;
  readonly #onDue: () => void;
  readonly #onStall: (lateMs: number) => void;
  #deadline = Number.POSITIVE_INFINITY;
  /** When it is to be looked at; Infinity: it is not among the waiting. */
  #armedFor = Number.POSITIVE_INFINITY;
  /** The deadline that it was armed for, which may be a little earlier. */
  #armedDeadline = Number.POSITIVE_INFINITY;
  #isTurning = false;

  constructor(deadlines: Deadlines, onDue: () => void, onStall: (lateMs: number) => void) {
    this.#deadlines = deadlines;
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
    if (!this.#isTurning && deadline < this.#armedDeadline) this.#arm();
  }

  cancel(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#disarm();
    if (this.#isTurning) this.#deadlines.forget(this);
    this.#isTurning = false;
  }

  fired(now: number): boolean {
    const lateMs = now - this.#armedFor;
    this.#armedFor = this.#armedDeadline = Number.POSITIVE_INFINITY;
    if (lateMs > stallMs) this.#onStall(lateMs);
    if (this.#deadline > now) {
      this.#arm();
      return false;
    }
    this.#isTurning = true;
    return true;
  }

  turned(): void {
    this.#isTurning = false;
    if (this.#deadline > this.#deadlines.clock.now()) this.set(this.#deadline);
    else this.#onDue();
  }

  /** Instead of what is due: one more turn of the event loop passes first. */
  again(): void {
    if (this.#deadline > this.#deadlines.clock.now()) return;
    this.#disarm();
    this.#isTurning = true;
    this.#deadlines.turnFor(this);
  }

  #arm(): void {
    this.#disarm();
    this.#armedDeadline = this.#deadline;
    this.#armedFor = this.#deadlines.add(this, this.#deadline);
  }

  #disarm(): void {
    if (this.#armedFor !== Number.POSITIVE_INFINITY) this.#deadlines.remove(this, this.#armedFor);
    this.#armedFor = this.#armedDeadline = Number.POSITIVE_INFINITY;
  }
}
