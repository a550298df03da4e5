import type { IdleHold } from "./config.ts";
import { jittered } from "./timers.ts";

/** An {@link IdleHold} with nothing left open, in seconds. */
export type RetrySchedule = { readonly [Name in keyof IdleHold]: number };

/** Fills in what `idleHold` leaves to the connect retry time. */
export function retrySchedule(idleHold: IdleHold, connectRetry: number): RetrySchedule {
  const { initial, max, stableAfter } = idleHold;
  return { initial, max: max ?? connectRetry, stableAfter: stableAfter ?? connectRetry };
}

/**
 * How long to wait before the next attempt, in milliseconds, after `failures` failures in a row: `initial`, twice that, four
 * times that, … but never longer than `max`, and jittered by 0.75 to 1.0 (`random` in [0, 1)). The first retries are quick
 * because the usual fault is short (the other end is still starting); the bound holds however long the outage was.
 */
export function retryDelayMs(failures: number, schedule: RetrySchedule, random: number): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30);
  const delay = Math.min(schedule.initial * 1000 * 2 ** doublings, schedule.max * 1000);
  return Math.max(1, jittered(delay, random));
}

/**
 * The failure count that a session leaves behind. One that lasted at least `stableAfter` seconds was stable, and what went
 * wrong before it is forgotten; a shorter one is one more oscillation (RFC 4271 §8.1.1, DampPeerOscillations).
 */
export function failuresAfterSession(before: number, lastedMs: number, stableAfter: number): number {
  return (lastedMs >= stableAfter * 1000 ? 0 : before) + 1;
}
