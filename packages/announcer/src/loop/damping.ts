import type { DampingPolicy } from "../policy.ts";

/** Counts removals of one address by others, and decides when to give it up for a while. */
export class Damping {
  #removals: number[] = [];
  #level = 0;
  #untilMs = 0;

  /** Notes a removal. Returns how long to hold down from now, or 0. */
  note(nowMs: number, policy: DampingPolicy): { holdDownMs: number; removals: number } {
    if (this.remainingMs(nowMs) > 0) return { holdDownMs: 0, removals: this.#removals.length };
    // A quiet time as long as the longest hold-down forgives.
    if (nowMs - this.#untilMs > policy.maxHoldDownMs) this.#level = 0;
    this.#removals = this.#removals.filter((at) => nowMs - at < policy.windowMs);
    this.#removals.push(nowMs);
    const removals = this.#removals.length;
    if (removals < policy.removals) return { holdDownMs: 0, removals };
    const holdDownMs = Math.min(policy.maxHoldDownMs, policy.holdDownMs * 2 ** this.#level);
    this.#level++;
    this.#removals = [];
    this.#untilMs = nowMs + holdDownMs;
    return { holdDownMs, removals };
  }

  /** Milliseconds of hold-down that are left, 0 when there is none. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs);
  }

  /** Removals within the window that ends now. */
  count(nowMs: number, policy: DampingPolicy): number {
    return this.#removals.filter((at) => nowMs - at < policy.windowMs).length;
  }
}
