import type { Clock } from "./options.ts";

/** Work that can stop after each slice, and go on in another turn of the event loop. */
export interface SlicedWork {
  /** Does one slice; true when nothing is left of it. */
  slice(): boolean;
}

/** How long the work of all peers together may keep everything else waiting in one turn. */
const turnMs = 10;

/**
 * Shares the turns of the event loop among the peers of a speaker that send whole tables, or have them to be forgotten. Each for itself
 * would be short enough; but when a hundred neighbours come or go at the same moment, theirs are one turn.
 */
export class WorkTurns {
  readonly #clock: Clock;
  /** In the order in which they take turns. */
  readonly #waiting: Set<SlicedWork> = new Set();
  /** In this turn. */
  #spentMs = 0;
  #turn: NodeJS.Immediate | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does a slice at once where this turn has time for it, and what is left in turns to come. */
  begin(work: SlicedWork): void {
    if (this.#spentMs >= turnMs || !this.#timed(work)) this.#waiting.add(work);
    else this.#waiting.delete(work);
    // That ends this turn, also for what comes first in the next one.
    if (this.#waiting.size > 0 || this.#spentMs > 0) this.#turn ??= setImmediate(() => this.#onTurn());
  }

  #onTurn(): void {
    this.#turn = null;
    this.#spentMs = 0;
    try {
      // What is added again is visited again, behind the others.
      for (const work of this.#waiting) {
        this.#waiting.delete(work);
        if (!this.#timed(work)) this.#waiting.add(work);
        if (this.#spentMs >= turnMs) break;
      }
    } finally {
      // Also when one threw: the others are not to wait for ever.
      if (this.#waiting.size > 0 || this.#spentMs > 0) this.#turn ??= setImmediate(() => this.#onTurn());
    }
  }

  #timed(work: SlicedWork): boolean {
    const beganAt = this.#clock.now();
    const done = work.slice();
    this.#spentMs += this.#clock.now() - beganAt;
    return done;
  }
}
