/** Whom a rival hits next, so that nobody is held down by accident. Pure: time is an argument, and chance is a seed's. */
import type { SeededRandom } from "./random.ts";

/** One VIP of one node. */
export interface RivalTarget {
  readonly node: string;
  readonly vip: string;
}

/** A removal more within half a minute, and vipcast holds the VIP down. */
const toleratedRemovals = 4;
/** That half minute, and a second for clocks that are read by different processes. */
const windowMs = 31_000;

/** Remembers the deletions of each VIP of each node. */
export class RivalSchedule {
  readonly #random: SeededRandom;
  readonly #targets: readonly (RivalTarget & { readonly deletions: number[] })[];

  constructor(random: SeededRandom, targets: readonly RivalTarget[]) {
    this.#random = random;
    this.#targets = targets.map((target) => ({ ...target, deletions: [] }));
  }

  /**
   * One that can bear a deletion at `now` (milliseconds), which counts from then on; or how many milliseconds to wait until there is one.
   */
  next(now: number): RivalTarget | number {
    for (const { deletions } of this.#targets)
      while (deletions[0] !== undefined && now - deletions[0] >= windowMs) deletions.shift();
    const able = this.#targets.filter(({ deletions }) => deletions.length < toleratedRemovals);
    if (able.length === 0)
      return Math.min(...this.#targets.map(({ deletions }) => (deletions[0] ?? now) + windowMs - now));
    const target = this.#random.pick(able);
    target.deletions.push(now);
    return { node: target.node, vip: target.vip };
  }

  /** How long to wait between two deletions: mostly next to nothing, sometimes a while. */
  gapMs(): number {
    return Math.floor(this.#random.next() ** 3 * 120);
  }
}
