import type { Parsed } from "../arguments/problem.ts";
import { accept, refuse } from "../arguments/problem.ts";

/** A whole number in decimal digits between two bounds. `example` is the remedy's value. */
export function parseInteger(text: string, min: number, max: number, what: string, example: string): Parsed<number> {
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || value < min || value > max) {
    return refuse(`${what} is a whole number from ${min} to ${max}`, `write for example ${example}`);
  }
  return accept(value);
}

/**
 * An AS number, asplain (`65546`) or asdot (`1.10`, RFC 5396). 0 (RFC 7607 §2), AS_TRANS 23456 (RFC 6793 §9) and the last
 * ones of both sizes, 65535 and 4294967295 (RFC 7300), are refused.
 */
export function parseAsn(text: string, example: string): Parsed<number> {
  const dotted = /^(\d{1,5})\.(\d{1,5})$/.exec(text);
  const high = Number(dotted?.[1] ?? 0);
  const low = Number(dotted?.[2] ?? text);
  const value = high * 65536 + low;
  const wellFormed = dotted === null ? /^\d{1,10}$/.test(text) : high <= 65535 && low <= 65535;
  if (!wellFormed || value < 1 || value > 4294967295) {
    return refuse(
      "an AS number is from 1 to 4294967295, or HIGH.LOW with each part up to 65535",
      `write for example ${example}`,
    );
  }
  if (value === 23456) return refuse("23456 is AS_TRANS and belongs to nobody (RFC 6793)", "write the real AS number");
  if (value === 65535 || value === 4294967295)
    return refuse(`${value} is reserved and belongs to nobody (RFC 7300)`, "write the real AS number");
  return accept(value);
}

/** A hold time in seconds: 0 or 3..65535 (RFC 4271 §4.2). */
export function parseHoldTime(text: string, example: string): Parsed<number> {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65535 || value === 1 || value === 2) {
    return refuse(
      "the hold time is 0 or from 3 to 65535 whole seconds (RFC 4271 §4.2)",
      `write for example ${example}`,
    );
  }
  return accept(value);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration in milliseconds from seconds as text, `10`, `0.5`, or with a unit: `500ms`, `10s`, `2m`, `1h`. */
export function parseDuration(text: string, minMs: number, maxMs: number, example: string): Parsed<number> {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)?$/.exec(text);
  const ms = match === null ? Number.NaN : Math.round(Number(match[1]) * unitMs[match[2] ?? "s"]!);
  if (!(ms >= minMs && ms <= maxMs)) {
    return refuse(
      `is a time from ${durationText(minMs)} to ${durationText(maxMs)}, in seconds or with a unit (500ms, 10s, 2m)`,
      `write for example ${example}`,
    );
  }
  return accept(ms);
}

/** Milliseconds as a person writes them: `500ms`, `10s`. */
export function durationText(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
