import type { Clock } from "../ports.ts";
import { noReading, readWeight, type WeightAnswer, type WeightReading } from "./weight-source.ts";

/** What a {@link WeightWatch} needs. */
export interface WeightWatchOptions {
  readonly clock: Clock;
  /** Asks the source once; gives up soon after the signal. A rejection is a failure. */
  readonly read: (signal: AbortSignal) => Promise<WeightAnswer>;
  /** From one question to the next, milliseconds. */
  readonly intervalMs: number;
  /** An answer that comes later is none, milliseconds up to the interval. */
  readonly timeoutMs: number;
  /** After each answer that counts: bits per second, or null for the intent's. For `Announcer.setWeight`, which ignores small changes. */
  readonly weigh: (bitsPerSecond: number | null) => void;
  /** The source begins to fail, or answers again; not repeated in between. */
  readonly say: (kind: "failing" | "recovered", cause: string) => void;
}

/** Asks a source for this node's weight again and again, never twice at once. One that stays silent past the timeout has failed. */
export class WeightWatch {
  readonly #options: WeightWatchOptions;
  #reading: WeightReading = noReading;
  #abort: AbortController | null = null;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(options: WeightWatchOptions) {
    this.#options = options;
  }

  /** Asks at once, and then at the interval. */
  start(): void {
    const { clock, intervalMs, timeoutMs, read } = this.#options;
    this.#cancel?.();
    if (this.#stopped) return;
    this.#cancel = clock.timer(() => this.start(), intervalMs);
    if (this.#abort !== null) {
      this.#take({ ok: false, cause: "the question before has not ended although it was stopped" });
      return;
    }
    const abort = new AbortController();
    this.#abort = abort;
    const cancelTimeout = clock.timer(() => {
      abort.abort();
      this.#take({ ok: false, cause: `no answer within ${timeoutMs} ms` });
    }, timeoutMs);
    const done = (answer: WeightAnswer): void => {
      cancelTimeout();
      this.#abort = null;
      if (!abort.signal.aborted) this.#take(answer);
    };
    read(abort.signal).then(done, (error: unknown) =>
      done({ ok: false, cause: error instanceof Error ? error.message : String(error) }),
    );
  }

  /** Asks no more; what is under way is stopped and its answer does not count. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#abort?.abort();
  }

  #take(answer: WeightAnswer): void {
    if (this.#stopped) return;
    const { reading, news } = readWeight(this.#reading, answer);
    this.#reading = reading;
    if (news !== null) this.#options.say(news.kind, news.cause);
    this.#options.weigh(reading.weight);
  }
}
