import type { AnnouncerEvent } from "@vipcast/announcer";
import { eventSentence, RepeatFilter } from "./sentence.ts";
import type { TextStream } from "./streams.ts";
import { drained, maxUnread } from "./streams.ts";

/**
 * Writes events to a stream, as JSON lines or as sentences. The announcement is worth more than its report: a reader that went away
 * is ignored from then on, and one that is slow loses events, which `events.lost` counts.
 */
export class EventWriter {
  readonly #stream: TextStream;
  readonly #json: boolean;
  readonly #repeats = new RepeatFilter();
  #lost = 0;
  #closed = false;

  constructor(stream: TextStream, json: boolean, onClosed: (error: Error) => void = () => undefined) {
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

  /** Resolves when everything was taken by the reader or it went away, at the latest after `timeoutMs`. */
  flushed(timeoutMs: number): Promise<void> {
    return this.#closed ? Promise.resolve() : drained(this.#stream, timeoutMs);
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
