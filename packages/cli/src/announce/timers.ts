import type { Timers } from "@vipcast/announcer";
import { overrideTimers, TIMER_PROFILES } from "@vipcast/announcer";
import type { Parsed } from "../arguments/problem.ts";
import { accept, refuse } from "../arguments/problem.ts";
import type { ArgumentReader } from "../arguments/reader.ts";
import { didYouMean } from "../arguments/suggest.ts";
import { parseHoldTime, parseInteger } from "../values/numbers.ts";

/** What overrides a set of timers; absent values follow it. */
export interface TimerOverrides {
  readonly holdTime: number | null;
  readonly keepalive: number | null;
  readonly connectRetry: number | null;
}

export function parseTimerPreset(text: string): Parsed<Timers> {
  const names = Object.keys(TIMER_PROFILES);
  const preset = Object.entries(TIMER_PROFILES).find(([name]) => name === text)?.[1];
  return preset === undefined ? refuse("is no set of timers", didYouMean(text, names)) : accept(preset);
}

export const parseKeepalive = (text: string): Parsed<number> =>
  parseInteger(text, 1, 21845, "the keepalive time in seconds", "a third of the hold time");

export const parseConnectRetry = (text: string): Parsed<number> =>
  parseInteger(text, 1, 65535, "the connect retry time in seconds", "5");

/** Reads `--timers` and the overrides for all peers. */
export function readTimers(reader: ArgumentReader): Timers {
  const preset = reader.one("timers", parseTimerPreset, TIMER_PROFILES.datacenter);
  const { timers, problem } = overriddenTimers(preset, {
    holdTime: reader.one("hold-time", (text) => parseHoldTime(text, "--hold-time 9"), null),
    keepalive: reader.one("keepalive", parseKeepalive, null),
    connectRetry: reader.one("connect-retry", parseConnectRetry, null),
  });
  if (problem !== null) reader.report(`--keepalive ${timers.keepalive}`, problem.rule, problem.remedy);
  return timers;
}

/**
 * Applies overrides. A keepalive time that was given must not be longer than a third of the hold time (RFC 4271 §4.4), and there is none where a hold time
 * of 0 turns keepalives off.
 */
export function overriddenTimers(
  base: Timers,
  overrides: TimerOverrides,
): { readonly timers: Timers; readonly problem: { readonly rule: string; readonly remedy: string } | null } {
  const timers = overrideTimers(base, overrides);
  const { holdTime, keepalive } = timers;
  if (overrides.keepalive === null || (holdTime > 0 && keepalive * 3 <= holdTime)) return { timers, problem: null };
  if (holdTime === 0) {
    const rule = "has no meaning with a hold time of 0, which turns keepalives off (RFC 4271 §4.2)";
    return { timers, problem: { rule, remedy: `leave it out, or write a hold time of at least ${keepalive * 3}` } };
  }
  return {
    timers,
    problem: {
      rule: `must be at most a third of the hold time, which is ${holdTime} seconds (RFC 4271 §4.4)`,
      remedy: `write at most ${Math.floor(holdTime / 3)}, or a hold time of at least ${keepalive * 3}`,
    },
  };
}
