import type { Clock } from "../ports.ts";
import { GIVEN_HEALTH, type GivenHealth, type Verdict } from "./health.ts";

/** A timer that fires later than this was held up by our own process, and so was whoever wanted to push, milliseconds. */
const STALL_MS = 20;

/** Stalls that one verdict is forgiven: in a process that is always late, silence must still become failure. */
const FORGIVEN_STALLS = 4;

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
  readonly #clock: Clock;
  readonly #onExpired: () => void;
  #verdict: Verdict | null = null;
  #expiresAtMs: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, onExpired: () => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Null before the first push. */
  get verdict(): Verdict | null {
    return this.#verdict;
  }

  /** Milliseconds until silence counts as failure; null when it never does, or does already. */
  remainingMs(nowMs: number): number | null {
    return this.#expiresAtMs === null ? null : Math.max(0, this.#expiresAtMs - nowMs);
  }

  /** `ttlMs` null: good until the next push. */
  push(health: GivenHealth, ttlMs: number | null, cause: string): void {
    this.#cancel?.();
    this.#verdict = { health, causes: [cause] };
    this.#expiresAtMs = null;
    this.#cancel = null;
    if (ttlMs !== null) this.#expireIn(ttlMs, ttlMs, FORGIVEN_STALLS);
  }

  /** Nothing was pushed. */
  forget(): void {
    this.stop();
    this.#verdict = null;
    this.#expiresAtMs = null;
  }

  /** No timer fires any more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #expireIn(delayMs: number, ttlMs: number, patience: number): void {
    const dueMs = this.#clock.now() + delayMs;
    this.#expiresAtMs = dueMs;
    this.#cancel = this.#clock.timer(() => {
      const lateMs = this.#clock.now() - dueMs;
      // Our own stall is not silence: whoever wanted to push may have been held up with us.
      if (lateMs > STALL_MS && patience > 0) this.#expireIn(Math.min(lateMs, ttlMs), ttlMs, patience - 1);
      // A push that waits to be read gets its turn first: the event loop goes round once more.
      else this.#cancel = this.#clock.timer(() => this.#expire(ttlMs), 0);
    }, delayMs);
  }

  #expire(ttlMs: number): void {
    this.#cancel = null;
    this.#expiresAtMs = null;
    this.#verdict = {
      health: "unhealthy",
      causes: [`no verdict was pushed for ${ttlMs} ms, which is how long the last one was good for`],
    };
    this.#onExpired();
  }
}
