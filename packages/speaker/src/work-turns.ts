import type { Clock } from "./options.ts";

/** Work that can stop after each slice, and go on in another turn of the event loop. */
export interface SlicedWork {
  /** Does one slice; true when nothing is left of it. */
  slice(): boolean;
}

/** How long the work of all peers together may keep everything else waiting in one turn. */
const turnMs = 10;

/** So many brief things, up to a tenth of a millisecond each, are done in one turn without a look at the clock. */
const briefsPerTurn = 64;

/**
 * Shares the turns of the event loop among the peers of a speaker that send whole tables, or have them to be forgotten, or are many. Each for
 * itself would be short enough; but when a hundred neighbours with tables, or thousands without, come or go at the same moment, theirs are
 * one turn.
 */
export class WorkTurns {
  readonly #clock: Clock;
  /** In the order in which they take turns. */
  readonly #waiting: Set<SlicedWork> = new Set();
  /** In this turn. */
  #spentMs = 0;
  /** Since the last turn that was told apart: those with little to do are not. */
  #briefs = 0;
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

  /**
   * Whether there is room for one more thing that is brief: a KEEPALIVE, an OPEN, the end of a connection. It is taken by asking. Without room
   * that is work like any other, for {@link begin}.
   */
  takesBrief(): boolean {
    if (this.#briefs === briefsPerTurn) return false;
    this.#briefs++;
    // Sessions that only keep alive fill this a few times a second; a turn of its own for each KEEPALIVE would cost them more.
    if (this.#briefs === briefsPerTurn) this.#turn ??= setImmediate(() => this.#onTurn());
    return true;
  }

  #onTurn(): void {
    this.#turn = null;
    this.#spentMs = 0;
    this.#briefs = 0;
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
