import type { AnnouncerEvent } from "@vipcast/announcer";

/** One event that is kept. */
export interface KeptEvent {
  /** Counts from 1 without gaps. */
  readonly number: number;
  readonly timeMs: number;
  readonly event: string;
  readonly peer: string | null;
  readonly vip: string | null;
  /** The event as JSON, its id included. */
  readonly text: string;
}

/** How much is kept. */
export interface HistoryLimits {
  readonly events: number;
  readonly characters: number;
}

/** Some hours of a fleet's ordinary life, or the minutes around an incident of ten thousand virtual IPs. */
const defaultLimits: HistoryLimits = { events: 20_000, characters: 8 * 1024 * 1024 };

/** What happened, as far as it is kept in memory. Readers follow it by number, so that a slow one costs nothing but what it misses. */
export class EventHistory {
  /** Tells this run's ids from those of the one before. */
  readonly #run: string;
  readonly #limits: HistoryLimits;
  #events: KeptEvent[] = [];
  /** Where the oldest is in the array: taking from the front of a long one would move all of it. */
  #head = 0;
  #last = 0;
  #characters = 0;
  readonly #listeners = new Set<() => void>();

  constructor(startedAtMs: number, limits: HistoryLimits = defaultLimits) {
    this.#run = Math.round(startedAtMs).toString(36);
    this.#limits = limits;
  }

  /** How many are kept. */
  get size(): number {
    return this.#events.length - this.#head;
  }

  /** The number of the latest event; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** The number of the oldest one that is kept; one more than {@link last} when none is. */
  get first(): number {
    return this.#last - this.size + 1;
  }

  add(event: AnnouncerEvent): void {
    const number = ++this.#last;
    const text = JSON.stringify({ id: this.idOf(number), ...event });
    const [peer, vip] = ["peer" in event ? event.peer : null, "vip" in event ? event.vip : null];
    this.#events.push({ number, timeMs: Date.parse(event.time), event: event.event, peer, vip, text });
    this.#characters += text.length;
    while (this.size > this.#limits.events || (this.#characters > this.#limits.characters && this.size > 1))
      this.#drop();
    for (const listener of this.#listeners) listener();
  }

  /** The event of a number; undefined when it is not kept any more, or not yet there. */
  get(number: number): KeptEvent | undefined {
    return number < this.first ? undefined : this.#events[this.#head + number - this.first];
  }

  /** For `Last-Event-ID`. */
  idOf(number: number): string {
    return `${this.#run}-${number}`;
  }

  /** The number that follows an id; null for one that is none. One of another run is followed by everything there is. */
  after(id: string): number | null {
    const [, run, digits] = /^([0-9a-z]{1,12})-(\d{1,15})$/.exec(id) ?? [];
    if (run === undefined || digits === undefined) return null;
    return run === this.#run ? Math.min(Number(digits), this.#last) + 1 : 1;
  }

  /** The number of the first kept event that is not older. */
  since(timeMs: number): number {
    let low = this.first;
    let high = this.#last + 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.get(middle)?.timeMs ?? 0) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Calls `listener` after each event. Returns a function that ends it. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #drop(): void {
    this.#characters -= this.#events[this.#head]?.text.length ?? 0;
    this.#head++;
    if (this.#head < 1024 || this.#head * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }
}
