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
  #visible = false;

  constructor(stream: { write(text: string): boolean; readonly columns?: number }, totalOctets: number, now: number) {
    this.#stream = stream;
    this.#totalOctets = totalOctets;
    this.#startedAt = now;
    this.#drawnAt = now;
  }

  /** Draws, when the last time was long enough ago. What is over at once is never drawn. */
  update(readOctets: number, messages: number, now: number): void {
    if (now - this.#drawnAt < redrawMs) return;
    this.#drawnAt = now;
    this.#visible = true;
    const elapsedMs = now - this.#startedAt;
    const text = progressText(readOctets, this.#totalOctets, messages, elapsedMs, this.#stream.columns ?? 80);
    this.#stream.write(`\r\x1b[K${text}`);
  }

  /** Makes place for other output on the same terminal. */
  clear(): void {
    if (this.#visible) this.#stream.write("\r\x1b[K");
    this.#visible = false;
  }
}
