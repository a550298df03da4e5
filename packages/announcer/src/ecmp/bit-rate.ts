import type { Parsed } from "../intent/communities.ts";

/** The least weight, bits per second. */
export const MIN_WEIGHT = 8_000;
/** The greatest weight, bits per second. */
export const MAX_WEIGHT = 1_000_000_000_000_000;

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** Whether a number of bits per second can be a weight. 0 cannot: routers take a path without bandwidth for a path without weight. */
export function isWeight(bitsPerSecond: number): boolean {
  return Number.isFinite(bitsPerSecond) && bitsPerSecond >= MIN_WEIGHT && bitsPerSecond <= MAX_WEIGHT;
}

/** Reads bits per second: `10G`, `2.5G`, `800M`, `1000000`. The units are powers of 1000, in either case. */
export function parseBitRate(text: string): Parsed<number> {
  const match = /^(\d{1,15}(?:\.\d{1,9})?)([kmgt]?)$/i.exec(text.trim());
  const value = match === null ? Number.NaN : Math.round(Number(match[1]) * UNITS[(match[2] ?? "").toLowerCase()]!);
  if (isWeight(value)) return { ok: true, value };
  return {
    ok: false,
    message: `"${text}" is not a weight: write bits per second from 8k to 1000T, such as 10G, 2.5G or 800M`,
  };
}

/** `10G`, `2.5G`, `800M`: the shortest text that means the number. */
export function formatBitRate(bitsPerSecond: number): string {
  for (const unit of ["t", "g", "m", "k"]) {
    const amount = bitsPerSecond / UNITS[unit]!;
    if (amount >= 1 && Number(amount.toFixed(3)) === amount)
      return `${amount}${unit === "k" ? "k" : unit.toUpperCase()}`;
  }
  return String(bitsPerSecond);
}
