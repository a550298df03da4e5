import { describe, expect, it } from "vitest";
import { Turns } from "../../src/loop/turns.ts";
import type { Clock } from "../../src/ports.ts";
import { settle } from "../fakes/virtual-clock.ts";

/** Time that passes while work is done, and timers that are due at once. */
function working(): { clock: Clock; work: (ms: number) => void; turn: () => Promise<void> } {
  let now = 0;
  let due: (() => void)[] = [];
  return {
    clock: {
      now: () => now,
      date: () => new Date(0),
      timer: (callback) => {
        due.push(callback);
        return () => {};
      },
    },
    work: (ms) => {
      now += ms;
    },
    turn: async () => {
      const callbacks = due;
      due = [];
      for (const callback of callbacks) callback();
      await settle();
    },
  };
}

describe("turns", () => {
  it("lets work go on for a while, then has it wait for a later turn, in order", async () => {
    const { clock, work, turn } = working();
    const turns = new Turns(clock);
    const done: number[] = [];
    const one = async (n: number): Promise<void> => {
      const wait = turns.next();
      if (wait !== null) await wait;
      done.push(n);
      work(1);
    };
    for (let n = 0; n < 35; n++) void one(n);
    await settle();
    expect(done).toHaveLength(10);
    await turn();
    expect(done).toHaveLength(20);
    await turn();
    await turn();
    expect(done).toEqual(Array.from({ length: 35 }, (_, n) => n));
    await turn();
    work(100);
    expect(turns.next()).toBeNull();
  });

  it("begins anew after a pause", () => {
    const { clock, work } = working();
    const turns = new Turns(clock);
    for (let n = 0; n < 100; n++) {
      expect(turns.next()).toBeNull();
      work(6);
    }
  });

  it("has a newcomer queue behind those that wait", async () => {
    const { clock, work, turn } = working();
    const turns = new Turns(clock);
    const order: string[] = [];
    turns.next();
    for (let ms = 0; ms < 12; ms += 4) {
      work(4);
      void turns.next()?.then(() => order.push(`first ${ms}`));
    }
    work(50);
    void turns.next()?.then(() => order.push("newcomer"));
    await turn();
    expect(order.at(-1)).toBe("newcomer");
    expect(order.length).toBeGreaterThan(1);
  });
});
