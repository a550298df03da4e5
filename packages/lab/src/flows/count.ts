import type { BrokenConnection, HeldConnection } from "../client/prober.ts";

/** What an event did to connections that were open when it came. */
export interface ResetCount {
  /** Open connections that the node of the event had, and how many of them broke. */
  readonly onNode: number;
  readonly resetOnNode: number;
  /** The same for all other nodes together. */
  readonly onOthers: number;
  readonly resetOnOthers: number;
  /** The broken ones by error code; `silent` is one on which nothing came back any more. */
  readonly errors: Readonly<Record<string, number>>;
  /** From the event to the last break, in milliseconds, or null when none broke. */
  readonly lastResetMs: number | null;
}

/** Counts the broken ones of `held` by the node at their other end. `at` is the moment of the event. */
export function countResets(
  held: readonly HeldConnection[],
  broken: readonly BrokenConnection[],
  node: string,
  at: number,
): ResetCount {
  const errors: Record<string, number> = {};
  for (const { error } of broken) errors[error] = (errors[error] ?? 0) + 1;
  const onNode = held.filter(({ answer }) => answer === node).length;
  const resetOnNode = broken.filter(({ answer }) => answer === node).length;
  const last = Math.max(...broken.map((connection) => connection.at - at));
  return {
    onNode,
    resetOnNode,
    onOthers: held.length - onNode,
    resetOnOthers: broken.length - resetOnNode,
    errors,
    lastResetMs: broken.length === 0 ? null : Math.round(last),
  };
}

/** The middle of several measurements, and their ends. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median (of an even number the lower one: a measured value, not a mean of two), smallest and largest; null without values. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return min === undefined || max === undefined || median === undefined ? null : { median, min, max };
}
