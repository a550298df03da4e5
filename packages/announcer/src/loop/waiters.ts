/** Everybody who waits for the same thing. */
export class Waiters {
  #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  wait(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** It has come. Whoever waits from now on waits for the next time. */
  resolve(): void {
    for (const { resolve } of this.#take()) resolve();
  }

  /** It will not come. */
  reject(error: Error): void {
    for (const { reject } of this.#take()) reject(error);
  }

  #take(): readonly { readonly resolve: () => void; readonly reject: (error: Error) => void }[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }
}
