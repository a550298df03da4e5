import { parseExec, parseHttp } from "../health/parse-probe.ts";
import type { ExecProbe, HttpProbe } from "../health/probe.ts";
import type { Parsed } from "../intent/communities.ts";
import { parseBitRate } from "./bit-rate.ts";

/** A file whose first line is a weight. */
export interface FileSource {
  readonly kind: "file";
  readonly path: string;
}

/** Where a node's weight is read from at run time. */
export interface WeightSource {
  /** For people: `file:/run/weight`. */
  readonly name: string;
  readonly from: HttpProbe | ExecProbe | FileSource;
}

/** Octets of an answer that are looked at. */
export const WEIGHT_ANSWER_BYTES = 1024;

/** Reads `exec:CMD` (no shell), `http://…`, `https://…` or `file:PATH` (absolute). */
export function parseWeightSource(text: string): Parsed<WeightSource> {
  const wrong: Parsed<WeightSource> = {
    ok: false,
    message: `"${text}" is no source of weights: write exec:CMD, http://…, https://… or file:PATH with an absolute path`,
  };
  const scope = { address: null, where: "weightFrom", problems: [] };
  if (text.startsWith("file:")) {
    const path = text.slice("file:".length);
    return /^\/[^\0]*[^/\0]$/.test(path) ? { ok: true, value: { name: text, from: { kind: "file", path } } } : wrong;
  }
  const named = text.startsWith("exec:")
    ? parseExec({ exec: text.slice("exec:".length) }, scope)
    : parseHttp({ http: text, maxBodyBytes: WEIGHT_ANSWER_BYTES }, scope);
  return named === null ? wrong : { ok: true, value: { name: named.name, from: named.probe } };
}

/** What came of asking a source: its text, or why there is none. */
export type WeightAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly cause: string };

/** What a source has said so far. */
export interface WeightReading {
  /** Bits per second; null: none that counts, the intent's holds. */
  readonly weight: number | null;
  /** Failures in a row. */
  readonly failures: number;
  /** So many in a row, and the weight is the intent's again. */
  readonly failing: boolean;
}

/** Before the first answer. */
export const noReading: WeightReading = { weight: null, failures: 0, failing: false };

/** One failure moves no flows: the last answer holds until so many in a row. */
const WEIGHT_FAILURES = 3;

/** What an answer changes, and what is to be said about it: a failure once, when its answers no longer count, and the recovery once. */
export function readWeight(
  before: WeightReading,
  answer: WeightAnswer,
): {
  readonly reading: WeightReading;
  readonly news: { readonly kind: "failing" | "recovered"; readonly cause: string } | null;
} {
  const line = answer.ok ? (answer.text.trim().split(/\r?\n/)[0] ?? "") : "";
  const parsed = answer.ok ? parseBitRate(line.slice(0, 100)) : { ok: false as const, message: answer.cause };
  if (parsed.ok) {
    const reading = { weight: parsed.value, failures: 0, failing: false };
    return { reading, news: before.failing ? { kind: "recovered", cause: line } : null };
  }
  const failures = before.failures + 1;
  const failing = failures >= WEIGHT_FAILURES;
  const reading = { weight: failing ? null : before.weight, failures, failing };
  return { reading, news: failing && !before.failing ? { kind: "failing", cause: parsed.message } : null };
}
