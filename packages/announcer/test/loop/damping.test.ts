import { describe, expect, it } from "vitest";
import { Damping } from "../../src/loop/damping.ts";

const policy = { removals: 3, windowMs: 100, holdDownMs: 10, maxHoldDownMs: 40 };

function burst(damping: Damping, from: number): number {
  damping.note(from, policy);
  damping.note(from + 1, policy);
  return damping.note(from + 2, policy).holdDownMs;
}

describe("Damping", () => {
  it("holds down at the removal that reaches the limit within the window", () => {
    const damping = new Damping();
    expect([0, 50, 120].map((at) => damping.note(at, policy).holdDownMs)).toEqual([0, 0, 0]);
    expect(damping.count(130, policy)).toBe(2);
    expect(damping.note(140, policy)).toEqual({ holdDownMs: 10, removals: 3 });
    expect(damping.remainingMs(145)).toBe(5);
    expect(damping.remainingMs(150)).toBe(0);
  });

  it("does not count removals while it holds down", () => {
    const damping = new Damping();
    burst(damping, 0);
    expect([3, 4, 5, 6, 7].map((at) => damping.note(at, policy).holdDownMs)).toEqual([0, 0, 0, 0, 0]);
  });

  it("doubles up to the longest, and forgives after as long a quiet time", () => {
    const damping = new Damping();
    expect([0, 20, 60, 110].map((at) => burst(damping, at))).toEqual([10, 20, 40, 40]);
    expect(burst(damping, 1000)).toBe(10);
  });
});
