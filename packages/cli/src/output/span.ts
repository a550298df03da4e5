/** A length of time for a table: the two largest units that matter, `3d 4h`, `12m 5s`, `0.4s`. */
export function spanText(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "0s";
  if (ms < 10_000) return `${Math.floor(ms / 100) / 10}s`;
  const seconds = Math.floor(ms / 1000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(" ");
}

/** The time from an ISO 8601 moment to now. */
export function sinceText(time: string, nowMs: number): string {
  return spanText(nowMs - Date.parse(time));
}

/** `1 peer`, `2 peers`. */
export function countText(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
