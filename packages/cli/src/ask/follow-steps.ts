import { eventsOf } from "../control/client/streams.ts";
import type { EventLine } from "../control/resources/event.ts";
import type { Asking } from "./ask.ts";
import { eventJson, eventText } from "./event-line.ts";

/**
 * Shows events of these kinds from now on, until the signal aborts or the daemon ends; resolves then. One whose events cannot be read does what it is asked
 * all the same.
 */
export async function followSteps(
  { client, json, terminal, write }: Asking,
  { steps, vip }: { readonly steps: ReadonlySet<string>; readonly vip: string | null },
  signal: AbortSignal,
): Promise<void> {
  const query = { vip: vip ?? undefined };
  try {
    const chunks = client.stream({ path: "/v1/events", query, signal }, "text/event-stream");
    for await (const line of eventsOf<EventLine>(chunks))
      if (steps.has(line.event)) write(json ? eventJson(line) : eventText(line, terminal));
  } catch {
    // The outcome is what counts, and whoever asked for it says what is wrong.
  }
}
