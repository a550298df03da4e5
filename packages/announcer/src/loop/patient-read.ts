import type { Clock } from "../ports.ts";

/** Reads from a disk that may hang: nobody waits longer than a limit, and what comes later is taken all the same. */
export class PatientRead<T> {
  readonly #clock: Clock;
  #giveUp: (() => void) | null = null;
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with the answer, or with null when there was none within `limitMs` or {@link PatientRead.stop} came first. `onLate` gets what comes after the limit. */
  read(ask: () => Promise<T>, limitMs: number, onLate: (answer: T) => void): Promise<T | null> {
    return new Promise((resolve, reject) => {
      let late = false;
      const giveUp = (): void => {
        cancel();
        late = true;
        this.#giveUp = null;
        resolve(null);
      };
      const cancel = this.#clock.timer(giveUp, limitMs);
      this.#giveUp = giveUp;
      ask().then((answer) => {
        if (late && !this.#stopped) onLate(answer);
        if (late) return;
        cancel();
        this.#giveUp = null;
        resolve(answer);
      }, reject);
    });
  }

  /** Nobody waits any more, and an answer that comes later is not taken. */
  stop(): void {
    this.#stopped = true;
    this.#giveUp?.();
  }
}
