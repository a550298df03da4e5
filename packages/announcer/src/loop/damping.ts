import type { HoldDownPolicy } from "../policy.ts";

/** Counts what keeps happening to one VIP (its address removed by others, its health going bad), and decides when to give it up for a while. */
export class Damping {
  #times: number[] = [];
  #level = 0;
  #untilMs = 0;

  /**
   * Notes that it happened. `limit` times within the window hold it down; after a hold-down that is not forgiven yet, `limitAgain` times do. Returns how
   * long to hold down from now, or 0.
   */
  note(
    nowMs: number,
    policy: HoldDownPolicy,
    limit: number,
    limitAgain: number = limit,
  ): { holdDownMs: number; count: number } {
    if (this.remainingMs(nowMs) > 0) return { holdDownMs: 0, count: this.#times.length };
    // A quiet time as long as the longest hold-down forgives.
    if (nowMs - this.#untilMs > policy.maxHoldDownMs) this.#level = 0;
    this.#times = this.#times.filter((at) => nowMs - at < policy.windowMs);
    this.#times.push(nowMs);
    const count = this.#times.length;
    if (count < (this.#level === 0 ? limit : limitAgain)) return { holdDownMs: 0, count };
    const holdDownMs = Math.min(policy.maxHoldDownMs, policy.holdDownMs * 2 ** this.#level);
    this.#level++;
    this.#times = [];
    this.#untilMs = nowMs + holdDownMs;
    return { holdDownMs, count };
  }

  /** Milliseconds of hold-down that are left, 0 when there is none. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs);
  }

  /** How often it happened within the window that ends now. */
  count(nowMs: number, policy: HoldDownPolicy): number {
    return this.#times.filter((at) => nowMs - at < policy.windowMs).length;
  }

  /** Ends a hold-down and forgets everything. Returns whether there was one. */
  reset(nowMs: number): boolean {
    const held = this.remainingMs(nowMs) > 0;
    this.#times = [];
    this.#level = 0;
    this.#untilMs = 0;
    return held;
  }
}
