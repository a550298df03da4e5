import type { CheckTiming, CheckTimingInput } from "./check.ts";

/** What holds where nobody says anything. */
export const defaultTiming: CheckTiming = {
  intervalMs: 1000,
  fastIntervalMs: 1000,
  timeoutMs: 500,
  rise: 2,
  fall: 3,
  graceMs: 0,
};

const DAY_MS = 86_400_000;

/** Fills in what was left open and notes what makes no sense. */
export function completeTiming(input: CheckTimingInput, where: string, problems: string[]): CheckTiming {
  const number = (name: keyof CheckTiming, fallback: number, min: number, max: number, whole: boolean): number => {
    const value = input[name];
    if (value === undefined) return fallback;
    const right = typeof value === "number" && value >= min && value <= max && (whole ? Number.isInteger(value) : true);
    if (!right) problems.push(`${where}.${name} is ${value}: write a ${whole ? "whole " : ""}number ${min}..${max}`);
    return right ? value : fallback;
  };
  const intervalMs = number("intervalMs", defaultTiming.intervalMs, 10, DAY_MS, false);
  const fastIntervalMs = number("fastIntervalMs", intervalMs, 10, DAY_MS, false);
  const timeoutMs = number("timeoutMs", Math.min(defaultTiming.timeoutMs, intervalMs), 1, DAY_MS, false);
  if (timeoutMs > intervalMs)
    problems.push(
      `${where}.timeoutMs is ${timeoutMs} and longer than intervalMs, which is ${intervalMs}: write a timeout up to the interval, or an interval of ${timeoutMs}, so that checks do not overlap`,
    );
  if (fastIntervalMs > intervalMs)
    problems.push(
      `${where}.fastIntervalMs is ${fastIntervalMs} and longer than intervalMs, which is ${intervalMs}: write at most ${intervalMs}, or leave it out`,
    );
  return {
    intervalMs,
    fastIntervalMs,
    timeoutMs,
    rise: number("rise", defaultTiming.rise, 1, 100, true),
    fall: number("fall", defaultTiming.fall, 1, 100, true),
    graceMs: number("graceMs", defaultTiming.graceMs, 0, DAY_MS, false),
  };
}
