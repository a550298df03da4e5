/** The last second that ISO 8601 writes with a year of four digits. */
const lastSecond = 253_402_300_799;

/** ISO 8601 in UTC, with 3, 6 or 9 decimals, as many as are needed. What no clock says (a broken time stamp) is seconds since 1970. */
export function isoTime(seconds: number, nanoseconds = 0): string {
  if (!(seconds >= 0 && seconds <= lastSecond)) return `${seconds}s`;
  const decimals = nanoseconds % 1e6 === 0 ? 3 : nanoseconds % 1e3 === 0 ? 6 : 9;
  const fraction = String(nanoseconds).padStart(9, "0").slice(0, decimals);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}
