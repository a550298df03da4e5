import { TIMER_PROFILES } from "@vipcast/announcer";
import type { Parsed } from "../arguments/problem.ts";
import { accept, refuse } from "../arguments/problem.ts";
import type { ArgumentReader } from "../arguments/reader.ts";
import { didYouMean } from "../arguments/suggest.ts";
import { parseHoldTime, parseInteger } from "../values/numbers.ts";

/** The timers of a session, whole seconds. */
export interface SessionTimers {
  /** 0 (never expires) or 3..65535. */
  readonly holdTime: number;
  /** 1..21845, at most a third of the hold time; without effect when that is 0. */
  readonly keepalive: number;
  /** 1..65535. */
  readonly connectRetry: number;
}

/** What overrides a set of timers; absent values follow it. */
export interface TimerOverrides {
  readonly holdTime: number | null;
  readonly keepalive: number | null;
  readonly connectRetry: number | null;
}

export function parseTimerPreset(text: string): Parsed<SessionTimers> {
  const names = Object.keys(TIMER_PROFILES);
  const preset = Object.entries(TIMER_PROFILES).find(([name]) => name === text)?.[1];
  return preset === undefined ? refuse("is no set of timers", didYouMean(text, names)) : accept(preset);
}

export const parseKeepalive = (text: string): Parsed<number> =>
  parseInteger(text, 1, 21845, "the keepalive time in seconds", "a third of the hold time");

export const parseConnectRetry = (text: string): Parsed<number> =>
  parseInteger(text, 1, 65535, "the connect retry time in seconds", "5");

/** Reads `--timers` and the overrides for all peers. */
export function readTimers(reader: ArgumentReader): SessionTimers {
  const preset = reader.one("timers", parseTimerPreset, TIMER_PROFILES.datacenter);
  const { timers, problem } = overrideTimers(preset, {
    holdTime: reader.one("hold-time", (text) => parseHoldTime(text, "--hold-time 9"), null),
    keepalive: reader.one("keepalive", parseKeepalive, null),
    connectRetry: reader.one("connect-retry", parseConnectRetry, null),
  });
  if (problem !== null) reader.report(`--keepalive ${timers.keepalive}`, problem.rule, problem.remedy);
  return timers;
}

/**
 * Applies overrides. A keepalive time that was not given follows the hold time at a third of it; one that was given
 * must not be longer than that (RFC 4271 §4.4).
 */
export function overrideTimers(
  base: SessionTimers,
  { holdTime, keepalive, connectRetry }: TimerOverrides,
): { readonly timers: SessionTimers; readonly problem: { readonly rule: string; readonly remedy: string } | null } {
  const hold = holdTime ?? base.holdTime;
  const third = Math.max(1, Math.floor(hold / 3));
  const timers = {
    holdTime: hold,
    keepalive: keepalive ?? (hold === 0 ? base.keepalive : Math.min(third, holdTime === null ? base.keepalive : third)),
    connectRetry: connectRetry ?? base.connectRetry,
  };
  if (keepalive === null || hold === 0 || keepalive <= third) return { timers, problem: null };
  return {
    timers,
    problem: {
      rule: `must be at most a third of the hold time, which is ${hold} seconds (RFC 4271 §4.4)`,
      remedy: `write at most ${third}, or a hold time of at least ${keepalive * 3}`,
    },
  };
}
