import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HashMember, movedShares } from "../../src/flows/hash-threshold.ts";

const equal = (...names: string[]): HashMember[] => names.map((name) => ({ name, weight: 1 }));

describe("movedShares", () => {
  it("moves a sixth of all flows from a neighbour when the first or the last of three goes", () => {
    const first = movedShares(equal("a", "b", "c"), equal("b", "c"));
    expect(first.a).toBeCloseTo(1 / 3);
    expect(first.b).toBeCloseTo(1 / 6);
    expect(first.c).toBeCloseTo(0);
    expect(movedShares(equal("a", "b", "c"), equal("a", "b")).b).toBeCloseTo(1 / 6);
  });

  it("moves nobody else's flows when the middle of three goes", () => {
    expect(movedShares(equal("a", "b", "c"), equal("a", "c"))).toEqual({
      a: expect.closeTo(0),
      b: expect.closeTo(1 / 3),
      c: expect.closeTo(0),
    });
  });

  it("gives what a member that comes back gets, and what its neighbours exchange", () => {
    const moved = movedShares(equal("b", "c"), equal("a", "b", "c"));
    expect(moved.b).toBeCloseTo(1 / 3);
    expect(moved.c).toBeCloseTo(1 / 6);
  });

  it("moves flows when a weight changes, also those of members whose share stays in proportion", () => {
    const moved = movedShares(equal("a", "b", "c"), [{ name: "a", weight: 2 }, ...equal("b", "c")]);
    expect(moved.a).toBeCloseTo(0);
    expect(moved.b).toBeCloseTo(1 / 6);
    expect(moved.c).toBeCloseTo(1 / 12);
  });

  it("moves nothing when nothing changes, and never more than a member had", () => {
    const members = fc.uniqueArray(
      fc.record({ name: fc.constantFrom(..."abcdefgh"), weight: fc.integer({ min: 1, max: 256 }) }),
      { minLength: 1, selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(members, members, (before, after) => {
        for (const lost of Object.values(movedShares(before, before))) expect(lost).toBeCloseTo(0);
        const total = before.reduce((sum, { weight }) => sum + weight, 0);
        for (const { name, weight } of before) {
          const lost = movedShares(before, after)[name] ?? Number.NaN;
          expect(lost).toBeGreaterThan(-1e-9);
          expect(lost).toBeLessThan(weight / total + 1e-9);
        }
      }),
    );
  });
});
