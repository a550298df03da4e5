import type { Clock } from "../ports.ts";
import { Deadline } from "./deadline.ts";
import { GIVEN_HEALTH, type GivenHealth, type Verdict } from "./health.ts";

/** The longest time to live of a pushed verdict: a day. */
const MAX_TTL_MS = 86_400_000;

/** Throws a `RangeError` that names the value and what to write instead, for what callers without types may come with. */
export function checkPush(health: unknown, ttlMs: unknown, cause: unknown): void {
  if (!GIVEN_HEALTH.some((one) => one === health))
    throw new RangeError(`health is ${shown(health)}: write one of ${GIVEN_HEALTH.join(", ")}`);
  if (ttlMs !== null && !(typeof ttlMs === "number" && ttlMs > 0 && ttlMs <= MAX_TTL_MS))
    throw new RangeError(
      `ttlMs is ${shown(ttlMs)}: write milliseconds above 0 and up to ${MAX_TTL_MS}, or leave it out`,
    );
  if (cause !== undefined && typeof cause !== "string")
    throw new RangeError(`cause is ${shown(cause)}: write one sentence, or leave it out`);
}

function shown(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value)
    : value === null
      ? "null"
      : typeof value === "object"
        ? "an object"
        : String(value);
}

/** A verdict that somebody pushes, good until its time to live is over: silence is failure. */
export class PushedVerdict {
  readonly #deadline: Deadline;
  readonly #onExpired: () => void;
  #verdict: Verdict | null = null;

  constructor(clock: Clock, onExpired: () => void) {
    this.#deadline = new Deadline(clock);
    this.#onExpired = onExpired;
  }

  /** Null before the first push. */
  get verdict(): Verdict | null {
    return this.#verdict;
  }

  /** Milliseconds until silence counts as failure; null when it never does, or does already. */
  remainingMs(nowMs: number): number | null {
    return this.#deadline.remainingMs(nowMs);
  }

  /** `ttlMs` null: good until the next push. */
  push(health: GivenHealth, ttlMs: number | null, cause: string): void {
    this.#deadline.stop();
    this.#verdict = { health, causes: [cause] };
    if (ttlMs !== null) this.#deadline.set(ttlMs, () => this.#expire(ttlMs));
  }

  /** Nothing was pushed. */
  forget(): void {
    this.stop();
    this.#verdict = null;
  }

  /** No timer fires any more. */
  stop(): void {
    this.#deadline.stop();
  }

  #expire(ttlMs: number): void {
    this.#verdict = {
      health: "unhealthy",
      causes: [`no verdict was pushed for ${ttlMs} ms, which is how long the last one was good for`],
    };
    this.#onExpired();
  }
}
