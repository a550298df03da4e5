/** The largest seed. */
export const maxSeed = 0xffff_ffff;

/**
 * Random numbers that a seed decides, so that a run can be made again. 0..4294967295; other seeds are taken modulo 2^32.
 * Tommy Ettinger's mulberry32: 32 bits of state are plenty for a sequence that must only be the same again.
 */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    const state = this.#state;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Those of a list that a fair coin leaves in, in order; at least one of a list that is not empty. */
  some<T>(list: readonly T[]): readonly T[] {
    const chosen = list.filter(() => this.next() < 0.5);
    return chosen.length > 0 || list.length === 0 ? chosen : [this.pick(list)];
  }
}

/** A seed for a run whose caller named none. */
export function anySeed(): number {
  return Math.floor(Math.random() * (maxSeed + 1));
}
