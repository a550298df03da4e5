const barWidth = 24;
const redrawMs = 200;

/** The progress line: how much of the file was read, how many messages came out, how long the rest will take. At most `columns` wide. */
export function progressText(
  readOctets: number,
  totalOctets: number,
  messages: number,
  elapsedMs: number,
  columns: number,
): string {
  const part = totalOctets === 0 ? 1 : Math.min(1, readOctets / totalOctets);
  const filled = Math.floor(part * barWidth);
  const bar = "#".repeat(filled) + "-".repeat(barWidth - filled);
  const left = part === 0 ? "" : `, ${Math.ceil((elapsedMs * (1 - part)) / part / 1000)} s left`;
  return `[${bar}] ${Math.floor(part * 100)} %, ${messages} messages${left}`.slice(0, Math.max(0, columns - 1));
}

/** Draws the progress line on a terminal and takes it away again. */
export class Progress {
  readonly #stream: { write(text: string): boolean; readonly columns?: number };
  readonly #totalOctets: number;
  readonly #startedAt: number;
  #drawnAt: number;
  // What stands on the terminal: nothing yet, the line, or nothing because other output had to pass.
  #shown: "never" | "now" | "hidden" = "never";

  constructor(stream: { write(text: string): boolean; readonly columns?: number }, totalOctets: number, now: number) {
    this.#stream = stream;
    this.#totalOctets = totalOctets;
    this.#startedAt = now;
    this.#drawnAt = now;
  }

  /** Draws, when the last time was long enough ago or the line was hidden since. What is over at once is never drawn. */
  update(readOctets: number, messages: number, now: number): void {
    if (now - this.#drawnAt < redrawMs && this.#shown !== "hidden") return;
    this.#drawnAt = now;
    this.#shown = "now";
    // A terminal that does not know its width says 0.
    const elapsedMs = now - this.#startedAt;
    const text = progressText(readOctets, this.#totalOctets, messages, elapsedMs, this.#stream.columns || 80);
    this.#stream.write(`\r\x1b[K${text}`);
  }

  /** Makes place for other output on the same terminal. */
  hide(): void {
    if (this.#shown !== "now") return;
    this.#stream.write("\r\x1b[K");
    this.#shown = "hidden";
  }

  /** Takes the line away for good. */
  end(): void {
    this.hide();
    this.#shown = "never";
    this.#drawnAt = Number.POSITIVE_INFINITY;
  }
}
