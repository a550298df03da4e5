/**
 * Timers are absolute deadlines in monotonic milliseconds, held in the state that runs them; `Infinity` is a timer that
 * does not run. A state without a timer cannot see it expire. One row below and one field in a state make a new timer.
 */

/** Every timer of RFC 4271 §8.1.3, with the event that its expiry generates, in the order in which ties are settled. */
const expiries = {
  hold: "HoldTimer_Expires",
  connectRetry: "ConnectRetryTimer_Expires",
  delayOpen: "DelayOpenTimer_Expires",
  idleHold: "IdleHoldTimer_Expires",
  keepalive: "KeepaliveTimer_Expires",
} as const;

/** The name of a timer, as in the states' `timers`. */
export type TimerName = keyof typeof expiries;
/** The event that a timer's expiry is (RFC 4271 §8.1.3). */
export type TimerEventType = (typeof expiries)[TimerName];

/** Deadlines by name; a name that is absent does not exist in that state. */
export type Timers = { readonly [Name in TimerName]?: number };

const timerNames = Object.keys(expiries) as readonly TimerName[];

/** The earliest deadline, or Infinity when nothing runs. */
export function earliestDeadline(timers: Timers): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const name of timerNames) {
    const deadline = timers[name];
    if (deadline !== undefined && deadline < earliest) earliest = deadline;
  }
  return earliest;
}

/** The event of the timer that expired first, or null when none is due. */
export function dueTimer(timers: Timers, now: number): { readonly type: TimerEventType } | null {
  const earliest = earliestDeadline(timers);
  if (earliest > now) return null;
  for (const name of timerNames) {
    if (timers[name] === earliest) return { type: expiries[name] };
  }
  return null;
}

/** RFC 4271 §8.2.2 suggests four minutes for the HoldTimer while the peer's OPEN is awaited. */
export const largeHoldTimeMs: number = 240_000;

/**
 * RFC 4271 §10: ConnectRetry and Keepalive are multiplied by a random factor of 0.75 to 1.0; the hold timer never is.
 * `random` is in [0, 1).
 */
export function jittered(ms: number, random: number): number {
  return ms * (0.75 + 0.25 * random);
}

/** ConnectRetryTimer as a deadline. A bad value cannot stop time: at least one millisecond passes. */
export function connectRetryDeadline(seconds: number, now: number, random: number): number {
  return now + Math.max(1, jittered(seconds * 1000, random));
}

/** HoldTimer as a deadline; a hold time of 0 never expires (RFC 4271 §4.2). */
export function holdDeadline(seconds: number, now: number): number {
  return seconds === 0 ? Number.POSITIVE_INFINITY : now + seconds * 1000;
}

/**
 * KeepaliveTimer as a deadline, for an interval in seconds; 0 sends none. RFC 4271 §4.4: never more than one KEEPALIVE
 * per second, so jitter does not shorten an interval below that.
 */
export function keepaliveDeadline(seconds: number, now: number, random: number): number {
  if (seconds === 0) return Number.POSITIVE_INFINITY;
  return now + Math.max(1000, jittered(seconds * 1000, random));
}
