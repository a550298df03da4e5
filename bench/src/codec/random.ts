/** A seeded source of numbers (mulberry32), so that every run measures the same octets. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, at least `from`, at most `to`. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** How often something goes on that ends with equal probability each time: 1 or more, `mean` on average. */
  geometric(mean: number): number {
    return 1 + Math.floor(Math.log(1 - this.next()) / Math.log(1 - 1 / mean));
  }

  /** One of the keys, each as often as its weight says. */
  weighted(weights: readonly (readonly [value: number, weight: number])[]): number {
    let at = this.next() * weights.reduce((total, [, weight]) => total + weight, 0);
    for (const [value, weight] of weights) {
      at -= weight;
      if (at < 0) return value;
    }
    return weights[weights.length - 1]![0];
  }
}
