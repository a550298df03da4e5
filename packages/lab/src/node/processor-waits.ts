/** How much of the time a process was ready to run and had to wait for a processor, as the kernel counts it. Pure but for `readWaitedMs`. */
import { readFileSync } from "node:fs";

/** Milliseconds a process's main thread has waited for a processor since its start, from `/proc/PID/schedstat`; null when it is gone or not told. */
export function readWaitedMs(path: string): number | null {
  try {
    return parseSchedstat(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** The second number of a `schedstat`, which is in nanoseconds, as milliseconds; null for text of another form. */
export function parseSchedstat(text: string): number | null {
  const waited = text.match(/^\d+ (\d+) \d+/)?.[1];
  return waited === undefined ? null : Number(waited) / 1e6;
}

/** Readings of one node's announcers, one process after the other. */
export class ProcessorWaits {
  /** `at` is `Date.now()`, which the announcer's events go by as well; `waitedMs` adds up over all processes. */
  readonly #readings: { readonly at: number; readonly waitedMs: number }[] = [];
  #process = { path: "", waitedMs: 0 };

  /** Takes in what `readWaitedMs(path)` was at `at`. */
  record(at: number, path: string, waitedMs: number): void {
    if (path !== this.#process.path) this.#process = { path, waitedMs: 0 };
    const total = (this.#readings.at(-1)?.waitedMs ?? 0) + waitedMs - this.#process.waitedMs;
    this.#process.waitedMs = waitedMs;
    // Of equal ones the first and the last tell everything.
    const same = this.#readings.at(-1)?.waitedMs === total && this.#readings.at(-2)?.waitedMs === total;
    if (same) this.#readings.pop();
    this.#readings.push({ at, waitedMs: total });
  }

  /** Milliseconds waited between two moments (`Date.now()`): from the last reading before them to the first after. 0 without readings. */
  between(from: number, to: number): number {
    const before = this.#readings.findLast(({ at }) => at <= from) ?? this.#readings[0];
    const after = this.#readings.find(({ at }) => at >= to) ?? this.#readings.at(-1);
    return before === undefined || after === undefined ? 0 : Math.max(0, after.waitedMs - before.waitedMs);
  }
}
