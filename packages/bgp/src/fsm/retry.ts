import { jittered } from "./timers.ts";

/** The pause before the second attempt; every further failure doubles it. */
const firstRetryMs = 250;

/**
 * How long to wait before the next attempt, in milliseconds, after `failures` failures in a row: 250 ms, 500 ms, 1 s, …
 * but never longer than `connectRetry` seconds, and jittered by 0.75 to 1.0 (`random` in [0, 1)). The first retries are
 * quick because the usual fault is short (the other end is still starting); the bound holds however long the outage was.
 */
export function retryDelayMs(failures: number, connectRetry: number, random: number): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30);
  const delay = Math.min(firstRetryMs * 2 ** doublings, connectRetry * 1000);
  return Math.max(1, jittered(delay, random));
}

/**
 * The failure count that a session leaves behind. One that lasted at least `connectRetry` seconds was stable, and what
 * went wrong before it is forgotten; a shorter one is one more oscillation (RFC 4271 §8.1.1, DampPeerOscillations).
 */
export function failuresAfterSession(before: number, lastedMs: number, connectRetry: number): number {
  return (lastedMs >= connectRetry * 1000 ? 0 : before) + 1;
}
