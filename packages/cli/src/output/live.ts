import { cellsOf } from "./safe-text.ts";
import { type Terminal, withoutTones } from "./terminal.ts";

/** What is shown again and again. */
export interface LiveView {
  readonly terminal: () => Terminal;
  readonly write: (text: string) => void;
  /** Everything that is to be seen at this moment. */
  readonly draw: (terminal: Terminal) => Promise<string>;
  readonly intervalMs: number;
  /** Between two pictures where there is no terminal; default: an empty line. */
  readonly separator?: string;
  readonly signal: AbortSignal;
}

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const home = "\u001b[H";
const clearLine = "\u001b[K";
const clearBelow = "\u001b[J";

/**
 * On a terminal the picture is drawn over the last one; what does not fit below is left out. Elsewhere it is written whenever it differs. Ends when the signal
 * aborts, and rejects with what `draw` rejects with.
 */
export async function live({ terminal, write, draw, intervalMs, signal, separator = "\n" }: LiveView): Promise<void> {
  let last: string | null = null;
  let dressed = false;
  try {
    while (!signal.aborted) {
      const now = terminal();
      const picture = await draw(now);
      if (signal.aborted) return;
      if (now.width !== null) {
        const rows = process.stdout.rows ?? 24;
        write(`${dressed ? home : `${hideCursor}${home}${clearBelow}`}${overwriting(picture, now.width, rows)}`);
        dressed = true;
      } else if (picture !== last) write(`${last === null ? "" : separator}${picture}`);
      last = picture;
      await pause(intervalMs, signal);
    }
  } finally {
    if (dressed) write(showCursor);
  }
}

/** Without a blank screen in between, which flickers, and without scrolling: the last row is for the cursor. */
export function overwriting(picture: string, width: number, rows: number): string {
  const lines = picture.trimEnd().split("\n");
  const heights = lines.map((line) => Math.max(1, Math.ceil(cellsOf(withoutTones(line)) / width)));
  const all = heights.reduce((sum, height) => sum + height, 0);
  let left = all < rows ? rows : rows - 2;
  const shown = lines.filter((_line, index) => {
    left -= heights[index] ?? 1;
    return left >= 0;
  });
  if (shown.length < lines.length) shown.push(`… ${lines.length - shown.length} more lines`);
  return `${shown.map((line) => `${line}${clearLine}\n`).join("")}${clearBelow}`;
}

/** Resolves after so long, or when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
