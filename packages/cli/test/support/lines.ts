import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** One JSON object that a child printed. */
export type Line = Readonly<Record<string, unknown>> & { readonly event: string };

/** The JSON lines a child prints on standard output, kept in order, and a way to wait for one. */
export class Lines {
  readonly all: Line[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(child: ChildProcess) {
    createInterface({ input: child.stdout! })
      .on("line", (text) => {
        this.all.push(JSON.parse(text) as Line);
        this.#wake();
      })
      .on("close", () => {
        this.#ended = true;
        this.#wake();
      });
  }

  /** The names of the events so far. */
  get names(): string[] {
    return this.all.map(({ event }) => event);
  }

  of(event: string): Line[] {
    return this.all.filter((line) => line.event === event);
  }

  /** The first line of this name that fits, whether it was printed already or comes within `timeoutMs`. */
  async until(event: string, fits: (line: Line) => boolean = () => true, timeoutMs = 8000): Promise<Line> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = this.of(event).find(fits);
      if (found !== undefined) return found;
      const left = deadline - performance.now();
      if (left <= 0 || this.#ended) {
        throw new Error(
          `no ${event} ${this.#ended ? "before the end" : `within ${timeoutMs} ms`}; saw ${JSON.stringify(this.all, null, 1)}`,
        );
      }
      await this.#change(left);
    }
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}
