import type { ServerResponse } from "node:http";
import type { EventHistory, KeptEvent } from "../event-history.ts";

/** What a reader wants of the events. */
export interface EventReader {
  /** The number of the first event. */
  readonly from: number;
  readonly wants: (event: KeptEvent) => boolean;
}

/** A comment so often, for proxies and for whoever waits: the connection lives. */
const beatMs = 10_000;
/** Events looked at before the event loop goes on. */
const perTurn = 500;

/**
 * Sends events as server-sent events until the reader goes or the daemon ends. Nothing waits in memory for one who does not read: the history is read when the socket takes more, what is not kept
 * any more by then is counted in `events.lost`, and one who takes nothing at all is cut off by the server's timeout.
 */
export function streamEvents(response: ServerResponse, history: EventHistory, { from, wants }: EventReader): void {
  let next = from;
  let ended = false;
  let scheduled = false;
  const beat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(": alive\n\n");
  }, beatMs);
  beat.unref();

  const pump = (): void => {
    scheduled = false;
    let left = perTurn;
    let text = "";
    while (!ended && next <= history.last && left-- > 0) {
      const missed = history.first - next;
      if (missed > 0) {
        text += lost(missed);
        next = history.first;
      }
      const event = history.get(next++);
      if (event === undefined || !wants(event)) continue;
      text += `id: ${history.idOf(event.number)}\nevent: ${event.event}\ndata: ${event.text}\n\n`;
      if (text.length > 16_384) break;
    }
    const more = text === "" || response.write(text);
    if (more && next <= history.last) schedule();
  };
  const schedule = (): void => {
    if (scheduled || ended) return;
    scheduled = true;
    setImmediate(pump);
  };
  const onEvent = (): void => {
    if (!response.writableNeedDrain) schedule();
  };

  const unfollow = history.follow(onEvent);
  response.on("drain", schedule);
  response.once("close", () => {
    ended = true;
    unfollow();
    clearInterval(beat);
  });
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.flushHeaders();
  schedule();
}

function lost(count: number): string {
  const causes = ["the reader was slower than the events, or asked for more than is kept"];
  const text = JSON.stringify({ time: new Date().toISOString(), event: "events.lost", count, causes });
  return `event: events.lost\ndata: ${text}\n\n`;
}
