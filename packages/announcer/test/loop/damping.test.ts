import { describe, expect, it } from "vitest";
import { Damping } from "../../src/loop/damping.ts";

const limit = 3;
const policy = { windowMs: 100, holdDownMs: 10, maxHoldDownMs: 40 };

function burst(damping: Damping, from: number): number {
  damping.note(from, policy, limit);
  damping.note(from + 1, policy, limit);
  return damping.note(from + 2, policy, limit).holdDownMs;
}

describe("Damping", () => {
  it("holds down at the removal that reaches the limit within the window", () => {
    const damping = new Damping();
    expect([0, 50, 120].map((at) => damping.note(at, policy, limit).holdDownMs)).toEqual([0, 0, 0]);
    expect(damping.count(130, policy)).toBe(2);
    expect(damping.note(140, policy, limit)).toEqual({ holdDownMs: 10, count: 3 });
    expect(damping.remainingMs(145)).toBe(5);
    expect(damping.remainingMs(150)).toBe(0);
  });

  it("does not count removals while it holds down", () => {
    const damping = new Damping();
    burst(damping, 0);
    expect([3, 4, 5, 6, 7].map((at) => damping.note(at, policy, limit).holdDownMs)).toEqual([0, 0, 0, 0, 0]);
  });

  it("doubles up to the longest, and forgives after as long a quiet time", () => {
    const damping = new Damping();
    expect([0, 20, 60, 110].map((at) => burst(damping, at))).toEqual([10, 20, 40, 40]);
    expect(burst(damping, 1000)).toBe(10);
  });

  it("needs less to hold down again while the last time is not forgiven", () => {
    const damping = new Damping();
    const note = (at: number): number => damping.note(at, policy, limit, 1).holdDownMs;
    expect([note(0), note(1), note(2)]).toEqual([0, 0, 10]);
    expect([note(15), note(40)]).toEqual([20, 40]);
    expect([note(200), note(201), note(202)]).toEqual([0, 0, 10]);
  });

  it("forgets everything when it is reset", () => {
    const damping = new Damping();
    burst(damping, 0);
    expect(damping.reset(3)).toBe(true);
    expect(damping.remainingMs(3)).toBe(0);
    expect(damping.reset(4)).toBe(false);
    expect(burst(damping, 5)).toBe(10);
  });
});
