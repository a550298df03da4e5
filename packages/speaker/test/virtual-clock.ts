import { setImmediate } from "node:timers/promises";
import type { Clock } from "../src/index.ts";

/** Time that passes when the test says so. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #timers = new Map<object, { readonly atMs: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(1_700_000_000_000 + this.#now);
  }

  timer(callback: () => void, delayMs: number): () => void {
    const key = {};
    this.#timers.set(key, { atMs: this.#now + Math.max(0, delayMs), callback });
    return () => this.#timers.delete(key);
  }

  /** Lets so much time pass at once, as while a slow handler runs: timers come late, with the next `advance`. */
  skip(ms: number): void {
    this.#now += ms;
  }

  /** Lets so much time pass, timer by timer, with turns of the event loop after each for what it sets off. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(([, { atMs }]) => atMs <= end).sort(([, a], [, b]) => a.atMs - b.atMs);
      if (next === undefined) break;
      const [key, { atMs, callback }] = next;
      this.#timers.delete(key);
      this.#now = Math.max(this.#now, atMs);
      callback();
      await turns();
    }
    this.#now = Math.max(this.#now, end);
    await turns();
  }
}

/** Enough for a deadline to be looked at again and for its output to be written. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate();
}
