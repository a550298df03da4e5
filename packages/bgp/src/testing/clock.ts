/** Time that passes only when told to, in milliseconds; for tests that take microseconds to wait for hours. */
export class VirtualClock {
  #now: number;
  #order = 0;
  readonly #tasks: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];

  constructor(startMs = 0) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** Runs `task` when `delayMs` have passed; tasks of one moment run in the order they were planned. */
  after(delayMs: number, task: () => void): void {
    this.#tasks.push({ at: this.#now + Math.max(0, delayMs), order: this.#order++, run: task });
  }

  /** When the next planned task runs; Infinity when none is planned. */
  nextAt(): number {
    return this.#tasks.reduce((earliest, task) => Math.min(earliest, task.at), Number.POSITIVE_INFINITY);
  }

  /** Moves to `at` (never back) and runs everything planned up to there, also what those tasks plan. */
  advanceTo(at: number): void {
    for (let task = this.#takeDue(at); task !== null; task = this.#takeDue(at)) {
      this.#now = Math.max(this.#now, task.at);
      task.run();
    }
    this.#now = Math.max(this.#now, at);
  }

  #takeDue(at: number): { readonly at: number; readonly run: () => void } | null {
    let first = -1;
    this.#tasks.forEach((task, index) => {
      const best = this.#tasks[first];
      if (task.at > at) return;
      if (best === undefined || task.at < best.at || (task.at === best.at && task.order < best.order)) first = index;
    });
    return this.#tasks.splice(first, first < 0 ? 0 : 1)[0] ?? null;
  }
}
