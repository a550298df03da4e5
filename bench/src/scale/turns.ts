import { openSync, readSync } from "node:fs";

/**
 * The longest turn of this thread's event loop by processor time: on a busy machine a pause of the loop is mostly others' work, and what
 * compilers and garbage collectors do in threads of their own is no pause.
 */
export class Turns {
  readonly #file: number = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
  readonly #text: Buffer = Buffer.alloc(80);
  #before = 0;
  #next: NodeJS.Immediate | null = null;
  /** Milliseconds. */
  longestMs = 0;

  start(): void {
    this.longestMs = 0;
    this.#before = this.#processorMs();
    this.#watch();
  }

  /**
   * Watches only what is left of this turn, for who is not to be kept from sleeping: to be called by the first thing that happens in each. A
   * loop that never sleeps takes a processor, which on a machine with two of them loses connections that come in by the thousand.
   */
  watchThisTurn(): void {
    if (this.#next !== null) return;
    this.#before = this.#processorMs();
    this.#next = setImmediate(() => {
      this.#next = null;
      this.longestMs = Math.max(this.longestMs, this.#processorMs() - this.#before);
    });
  }

  stop(): void {
    if (this.#next !== null) clearImmediate(this.#next);
    this.#next = null;
  }

  #watch(): void {
    this.#next = setImmediate(() => {
      const now = this.#processorMs();
      this.longestMs = Math.max(this.longestMs, now - this.#before);
      this.#before = now;
      this.#watch();
    });
  }

  /** The first of its numbers: nanoseconds on a processor. */
  #processorMs(): number {
    const length = readSync(this.#file, this.#text, 0, this.#text.length, 0);
    return Number.parseInt(this.#text.toString("latin1", 0, length), 10) / 1e6;
  }
}
