import type { AnnouncerEvent, EventBody } from "../events.ts";
import type { Clock } from "../ports.ts";

/** Options of `Announcer.events`. */
export interface EventsOptions {
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** How many events wait for a slow reader, at least 1; default 1024. Beyond it the oldest are dropped and counted in `events.lost`. */
  readonly limit?: number;
}

/**
 * Hands events to any number of bounded iterators, two microtasks after they were reported: what a reader does with one (writing it somewhere, usually)
 * must not come before the work that goes with it, such as putting an address back and noting when that was done.
 */
export class EventHub {
  readonly #clock: Clock;
  readonly #readers = new Set<Reader>();
  #pending: AnnouncerEvent[] = [];
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  emit(body: EventBody, causes: readonly string[]): void {
    if (this.#readers.size === 0) return;
    this.#pending.push({ time: this.#clock.date().toISOString(), ...body, causes });
    // The second turn comes after whatever a port that has done its work at once resolves.
    if (this.#pending.length === 1) queueMicrotask(() => queueMicrotask(() => this.#deliver()));
  }

  #deliver(): void {
    const events = this.#pending;
    this.#pending = [];
    for (const event of events) for (const reader of this.#readers) reader.push(event);
  }

  /** Subscribes at once, not at the first `next`. */
  subscribe(options: EventsOptions = {}): AsyncIterableIterator<AnnouncerEvent> {
    const { limit = 1024 } = options;
    const reader = new Reader(
      // What is no number is no limit either, and there is always one.
      Math.max(1, Number.isNaN(limit) ? 1 : limit),
      () => this.#clock.date().toISOString(),
      () => this.#readers.delete(reader),
    );
    if (this.#closed || options.signal?.aborted === true) reader.end();
    else {
      this.#readers.add(reader);
      options.signal?.addEventListener("abort", () => reader.end(), { once: true });
    }
    return reader;
  }

  /** Readers get what they have not read yet, then the end. */
  close(): void {
    this.#closed = true;
    this.#deliver();
    for (const reader of this.#readers) reader.end();
  }
}

class Reader implements AsyncIterableIterator<AnnouncerEvent> {
  readonly #limit: number;
  readonly #time: () => string;
  readonly #onEnd: () => void;
  #queue: AnnouncerEvent[] = [];
  /** Where the queue begins: taking from the front of a long array would move all of it. */
  #head = 0;
  readonly #waiting: ((result: IteratorResult<AnnouncerEvent>) => void)[] = [];
  #lost = 0;
  #ended = false;

  constructor(limit: number, time: () => string, onEnd: () => void) {
    this.#limit = limit;
    this.#time = time;
    this.#onEnd = onEnd;
  }

  push(event: AnnouncerEvent): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting({ value: event, done: false });
      return;
    }
    this.#queue.push(event);
    if (this.#queue.length - this.#head > this.#limit) {
      this.#shift();
      this.#lost++;
    }
  }

  #shift(): AnnouncerEvent | undefined {
    const event = this.#queue[this.#head];
    if (event === undefined) return undefined;
    this.#head++;
    if (this.#head >= 1024 && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return event;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<AnnouncerEvent>> {
    if (this.#lost > 0) {
      const count = this.#lost;
      this.#lost = 0;
      const value: AnnouncerEvent = {
        time: this.#time(),
        event: "events.lost",
        count,
        causes: ["the reader was slower than the events"],
      };
      return Promise.resolve({ value, done: false });
    }
    const value = this.#shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<AnnouncerEvent>> {
    this.#queue = [];
    this.#head = 0;
    this.#lost = 0;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<AnnouncerEvent> {
    return this;
  }
}
