/**
 * Timers are absolute deadlines in monotonic milliseconds, held in the state that runs them; `Infinity` is a timer that
 * does not run. A state without a timer cannot see it expire. One row below, one field in a state and its name in `nextDeadline` make a new
 * timer.
 */

/** Every timer of RFC 4271 §8.1.3 and RFC 9687, with the event of its expiry, in the order in which ties are settled. */
const expiries = {
  hold: "HoldTimer_Expires",
  sendHold: "SendHoldTimer_Expires",
  connectRetry: "ConnectRetryTimer_Expires",
  delayOpen: "DelayOpenTimer_Expires",
  idleHold: "IdleHoldTimer_Expires",
  keepalive: "KeepaliveTimer_Expires",
} as const;

/** The name of a timer, as in the states' `timers`. */
export type TimerName = keyof typeof expiries;
/** The event that a timer's expiry is (RFC 4271 §8.1.3). */
export type TimerEventType = ExpiryOf<TimerName>;
/** The events of these timers. */
export type ExpiryOf<Name extends TimerName> = (typeof expiries)[Name];

/** Deadlines by name; a name that is absent does not exist in that state. */
export type Timers = { readonly [Name in TimerName]?: number };

const timerNames = Object.keys(expiries) as readonly TimerName[];

const timersByExpiry = new Map<string, TimerName>(timerNames.map((name) => [expiries[name], name]));

/** False for the expiry of a timer that does not run. True for every other event, timer or not. */
export function mayHappen(timers: Timers, type: string): boolean {
  const name = timersByExpiry.get(type);
  return name === undefined || Number.isFinite(timers[name] ?? Number.POSITIVE_INFINITY);
}

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

/** RFC 9687 §6: "the greater of: 8 minutes or 2 times the negotiated HoldTime". Seconds; 0: no timer, as without a hold time (§4.3). */
export function sendHoldTime(configured: number | null, negotiatedHoldTime: number): number {
  if (negotiatedHoldTime === 0) return 0;
  return configured ?? Math.max(480, 2 * negotiatedHoldTime);
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
