import { describe, expect, it } from "vitest";
import { anySeed, maxSeed, SeededRandom } from "../../src/scenario/random.ts";

const numbers = (seed: number): readonly number[] => {
  const random = new SeededRandom(seed);
  return Array.from({ length: 1000 }, () => random.next());
};

describe("SeededRandom", () => {
  it("gives the same numbers for the same seed, and others for another", () => {
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7)).not.toEqual(numbers(8));
  });

  it("spreads over the whole of 0 to 1, and never gives 1", () => {
    for (const seed of [0, 1, maxSeed]) {
      const drawn = numbers(seed);
      for (let tenth = 0; tenth < 10; tenth++)
        expect(drawn.filter((value) => value >= tenth / 10 && value < (tenth + 1) / 10).length).toBeGreaterThan(50);
      expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    }
  });

  it("picks every member of a list, and leaves some of it in, never none", () => {
    const random = new SeededRandom(1);
    const list = ["a", "b", "c"];
    const drawn = Array.from({ length: 100 }, () => [random.pick(list), random.below(3), random.some(list)] as const);
    expect(new Set(drawn.map(([one]) => one))).toEqual(new Set(list));
    expect(new Set(drawn.map(([, number]) => number))).toEqual(new Set([0, 1, 2]));
    const sizes = new Set(drawn.map(([, , some]) => some.length));
    expect(sizes).toEqual(new Set([1, 2, 3]));
    expect(random.some([])).toEqual([]);
  });
});

describe("anySeed", () => {
  it("is a seed", () => {
    const seed = anySeed();
    expect(Number.isInteger(seed) && seed >= 0 && seed <= maxSeed).toBe(true);
  });
});
