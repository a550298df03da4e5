import type { LabOutput } from "./output.ts";

/**
 * An output whose reader may go away (`vipcast lab | head -1`): the first error is told once, and nothing is written any more, so that
 * no error of a stream ends the process before the lab is taken down.
 */
export class GuardedOutput implements LabOutput {
  readonly #output: LabOutput;
  readonly #onGone: () => void;
  #gone = false;

  constructor(output: LabOutput, onGone: () => void = () => undefined) {
    this.#output = output;
    this.#onGone = onGone;
    output.on?.("error", this.#onError);
  }

  get gone(): boolean {
    return this.#gone;
  }

  get isTTY(): boolean {
    return this.#output.isTTY === true;
  }

  get columns(): number {
    return this.#output.columns ?? 80;
  }

  get rows(): number {
    return this.#output.rows ?? 24;
  }

  write(text: string): void {
    if (!this.#gone) this.#output.write(text);
  }

  /** Gives the stream back. The error of a last write comes a turn of the event loop later; it is waited for. */
  async release(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#output.removeListener?.("error", this.#onError);
  }

  readonly #onError = (): void => {
    if (this.#gone) return;
    this.#gone = true;
    this.#onGone();
  };
}
