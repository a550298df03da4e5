import type { ControlClient } from "../control/client/client.ts";
import { isPassing } from "../control/client/failure.ts";
import { eventsOf } from "../control/client/streams.ts";
import type { EventLine } from "../control/resources/event.ts";
import { pause } from "../output/live.ts";

/** What is followed, and who hears of it. */
export interface Following {
  readonly client: Pick<ControlClient, "stream">;
  readonly query: {
    readonly since?: string | undefined;
    readonly vip?: string | undefined;
    readonly peer?: string | undefined;
  };
  readonly show: (line: EventLine) => void;
  /** Says a sentence about the daemon itself. */
  readonly note: (sentence: string) => void;
  readonly signal: AbortSignal;
}

const firstPauseMs = 100;
const longestPauseMs = 2000;

/**
 * Shows events until the signal aborts. A daemon that goes is waited for: it is asked for what followed the last event that was seen, and one that was started anew for everything it
 * has, so that none is shown twice or passed over. Rejects with a `ClientFailure` when nobody answers at the start, or what is asked for is refused.
 */
export async function followEvents({ client, query, show, note, signal }: Following): Promise<void> {
  const began = new Date().toISOString();
  let lastId: string | undefined;
  let reached = false;
  let lost = false;
  let pauseMs = firstPauseMs;
  const onAnswer = (): void => {
    if (lost) note("The daemon answers again.");
    reached = true;
    lost = false;
    pauseMs = firstPauseMs;
  };
  while (!signal.aborted) {
    // Without an id: what has happened since, for a daemon that was started anew has a past of its own.
    const since = query.since ?? (reached ? began : undefined);
    const headers = lastId === undefined ? {} : { "last-event-id": lastId };
    const question = { path: "/v1/events", query: { ...query, since }, headers, signal, onAnswer };
    try {
      for await (const line of eventsOf<EventLine>(client.stream(question, "text/event-stream"))) {
        lastId = line.id ?? lastId;
        show(line);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!reached || !isPassing(error)) throw error;
    }
    if (signal.aborted) return;
    if (!lost) note("The daemon is gone, or has closed the connection; waiting until it answers (Ctrl-C ends this).");
    lost = true;
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}
