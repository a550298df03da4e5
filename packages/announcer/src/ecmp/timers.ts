/** BGP timers of a session, seconds. */
export interface Timers {
  /** 0 (no keepalives, no failure detection) or 3..65535 (RFC 4271 §4.2). */
  readonly holdTime: number;
  /** At least 1 and at most a third of the hold time; 0 exactly when the hold time is 0. */
  readonly keepalive: number;
  /** 1..65535 */
  readonly connectRetry: number;
}

/** Names of the profiles. */
export type TimerProfile = "wan" | "datacenter" | "fast";

/** Failure is detected within the hold time; a shorter one costs more messages and less tolerance of a busy router. */
export const TIMER_PROFILES: Readonly<Record<TimerProfile, Timers>> = {
  wan: { holdTime: 90, keepalive: 30, connectRetry: 120 },
  datacenter: { holdTime: 9, keepalive: 3, connectRetry: 5 },
  fast: { holdTime: 3, keepalive: 1, connectRetry: 1 },
};

/** Any field of a profile, as a user overrides it. */
export interface TimerOverrides {
  readonly profile?: string;
  readonly holdTime?: number;
  readonly keepalive?: number;
  readonly connectRetry?: number;
}

/** Timers, or sentences that say what is wrong and what to write instead. */
export type ResolvedTimers =
  | { readonly ok: true; readonly timers: Timers }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Timers with some of them overridden; what is absent or null follows `base`. A hold time without a keepalive brings its own: a third of it
 * (RFC 4271 §10), which is 0 where the hold time is. Checks nothing.
 */
export function overrideTimers(
  base: Timers,
  overrides: { readonly [Field in keyof Timers]?: number | null | undefined },
): Timers {
  const holdTime = overrides.holdTime ?? base.holdTime;
  const following = (overrides.holdTime ?? null) === null ? base.keepalive : Math.floor(holdTime / 3);
  return {
    holdTime,
    keepalive: overrides.keepalive ?? following,
    connectRetry: overrides.connectRetry ?? base.connectRetry,
  };
}

/**
 * Timers of a profile (default `datacenter`) with overrides, see {@link overrideTimers}.
 */
export function resolveTimers(overrides: TimerOverrides = {}): ResolvedTimers {
  const name = overrides.profile ?? "datacenter";
  if (!isProfile(name))
    return { ok: false, problems: [`timers is "${name}": write one of ${Object.keys(TIMER_PROFILES).join(", ")}`] };
  const { holdTime, keepalive, connectRetry } = overrideTimers(TIMER_PROFILES[name], overrides);

  const problems: string[] = [];
  if (!Number.isInteger(holdTime) || holdTime < 0 || holdTime > 65535 || holdTime === 1 || holdTime === 2)
    problems.push(`hold-time is ${holdTime}: write 0 (no keepalives) or 3..65535 seconds (RFC 4271 §4.2)`);
  else if (holdTime === 0) {
    if (keepalive !== 0)
      problems.push(
        `keepalive is ${keepalive} although hold-time 0 turns keepalives off: write keepalive 0, or a hold-time of ${3 * Math.max(1, Math.ceil(keepalive))}`,
      );
  } else if (!Number.isInteger(keepalive) || keepalive < 1 || keepalive > 21845)
    problems.push(`keepalive is ${keepalive}: write 1..${Math.floor(holdTime / 3)} seconds`);
  else if (keepalive * 3 > holdTime)
    problems.push(
      `keepalive ${keepalive} is more than a third of hold-time ${holdTime}, so that two lost messages would end the session: write keepalive ${Math.floor(holdTime / 3)} or less, or hold-time ${keepalive * 3} or more`,
    );
  if (!Number.isInteger(connectRetry) || connectRetry < 1 || connectRetry > 65535)
    problems.push(`connect-retry is ${connectRetry}: write 1..65535 seconds`);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, timers: { holdTime, keepalive, connectRetry } };
}

function isProfile(name: string): name is TimerProfile {
  return Object.hasOwn(TIMER_PROFILES, name);
}
