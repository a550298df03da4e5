import type { AnnouncerEvent } from "@vipcast/announcer";
import { eventSentence, RepeatFilter } from "./sentence.ts";

/** The part of a writable stream that events are written to; `process.stdout` is one. */
export interface EventStream {
  write(text: string): boolean;
  readonly writableLength: number;
  on(event: "error", listener: (error: Error) => void): unknown;
  once(event: "drain", listener: () => void): unknown;
}

/** What a reader may leave unread, in octets, before events are dropped. */
const maxUnread = 1 << 20;

/**
 * Writes events to a stream, as JSON lines or as sentences. The announcement is worth more than its report: a reader that went away
 * is ignored from then on, and one that is slow loses events, which `events.lost` counts.
 */
export class EventWriter {
  readonly #stream: EventStream;
  readonly #json: boolean;
  readonly #repeats = new RepeatFilter();
  #lost = 0;
  #closed = false;

  constructor(stream: EventStream, json: boolean, onClosed: (error: Error) => void = () => undefined) {
    this.#stream = stream;
    this.#json = json;
    stream.on("error", (error) => {
      if (!this.#closed) onClosed(error);
      this.#closed = true;
    });
  }

  write(event: AnnouncerEvent): void {
    if (this.#closed) return;
    if (this.#stream.writableLength > maxUnread) {
      this.#lost++;
      return;
    }
    if (this.#lost > 0) {
      const count = this.#lost;
      this.#lost = 0;
      this.#line({ event: "events.lost", count, time: event.time, causes: ["standard output is read too slowly"] });
    }
    this.#line(event);
  }

  /** Resolves when everything was taken by the reader, at the latest after `timeoutMs`. */
  flushed(timeoutMs: number): Promise<void> {
    if (this.#closed || this.#stream.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#stream.once("drain", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #line(event: AnnouncerEvent): void {
    if (this.#json) {
      const { time, event: name, causes, ...rest } = event;
      this.#stream.write(`${JSON.stringify({ time, event: name, ...rest, causes })}\n`);
    } else if (!this.#repeats.isRepeat(event)) {
      this.#stream.write(`${event.time.slice(11, 23)} ${event.event.padEnd(17)} ${eventSentence(event)}\n`);
    }
  }
}

/**
 * Standard output as an {@link EventStream}. Node writes to pipes synchronously: a reader that stops reading would stop the whole
 * process, its BGP sessions included, so pipes are switched to asynchronous writes.
 */
export function standardOutput(): EventStream {
  const { stdout } = process;
  const handle: unknown = Reflect.get(stdout, "_handle");
  if (!stdout.isTTY && typeof handle === "object" && handle !== null) {
    const setBlocking: unknown = Reflect.get(handle, "setBlocking");
    if (typeof setBlocking === "function") setBlocking.call(handle, false);
  }
  return stdout;
}
