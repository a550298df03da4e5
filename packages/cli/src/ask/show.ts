import { isPassing } from "../control/client/failure.ts";
import { jsonLine } from "../output/safe-text.ts";
import { type Terminal, terminalOf } from "../output/terminal.ts";
import type { Asking } from "./ask.ts";

/** A verb that shows what the daemon says at one moment, or with `--watch` every second. */
export interface Showing<Answer> {
  readonly get: (asking: Asking) => Promise<Answer>;
  readonly text: (answer: Answer, terminal: Terminal, nowMs: number) => string;
  /** Of one answer; not looked at while watching. Default 0. */
  readonly exitCode?: (answer: Answer) => number;
}

const intervalMs = 1000;

/** Shows an answer in the form that was asked for. Returns the exit code. */
export async function show<Answer>(asking: Asking, { get, text, exitCode }: Showing<Answer>): Promise<number> {
  const { json, terminal, write, note } = asking;
  if (!asking.raw.values.has("watch")) {
    const answer = await get(asking);
    write(json ? jsonLine(answer) : text(answer, terminal, Date.now()));
    noteMismatch(asking);
    return exitCode?.(answer) ?? 0;
  }
  const { live } = await import("../output/live.ts");
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
  let last: string | null = null;
  let lost = false;
  await live({
    terminal: () => (json ? { width: null, colour: false } : terminalOf(process.stdout, process.env)),
    write,
    intervalMs,
    // One object for each line.
    ...(json ? { separator: "" } : {}),
    signal: ending.signal,
    draw: async (now) => {
      try {
        const answer = await get(asking);
        if (lost && now.width === null) note("The daemon answers again.");
        lost = false;
        last = json ? jsonLine(answer) : text(answer, now, Date.now());
        return last;
      } catch (error) {
        // One that restarts is back in a moment; one that was never there is an error.
        if (last === null || !isPassing(error)) throw error;
        const { message } = error;
        if (!lost && now.width === null) note(message);
        lost = true;
        // In a pipe the views are the daemon's alone.
        return now.width === null ? last : `${message}\n`;
      }
    },
  });
  return 0;
}

/** Says on standard error that the daemon is of another version, where it is. */
function noteMismatch({ client, json, note }: Asking): void {
  if (client.mismatch !== null && !json) note(client.mismatch);
}
