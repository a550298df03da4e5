import type { AnnouncerEvent } from "@vipcast/announcer";
import type { EventLine } from "../control/resources/event.ts";
import { jsonLine, safeText } from "../output/safe-text.ts";
import { eventSentence } from "../output/sentence.ts";
import { type Terminal, type Tone, toned } from "../output/terminal.ts";

/** One event as a line for people: day and time (UTC), name, and what it says with its causes. */
export function eventText(line: EventLine, terminal: Terminal): string {
  const time = line.time.replace("T", " ").replace(/Z$/, "");
  return `${safeText(time)} ${toned(safeText(line.event).padEnd(17), toneOf(line.event), terminal)} ${safeText(sentence(line))}\n`;
}

/** The same as one line of JSON, in the order of `vipcast run --json`. */
export function eventJson({ time, event, causes, ...rest }: EventLine): string {
  return jsonLine({ time, event, ...rest, causes });
}

/** One that a newer daemon invented is shown by its fields. */
function sentence(line: EventLine): string {
  const said = eventSentence(line as unknown as AnnouncerEvent);
  if (!said.startsWith("[object Object]") && !said.startsWith("undefined")) return said;
  const { time: _time, event: _event, causes, id: _id, ...fields } = line;
  const text = Object.entries(fields)
    .map(([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
  return causes.length === 0 ? text : `${text} (${causes.join("; ")})`;
}

function toneOf(event: string): Tone | undefined {
  switch (event) {
    case "peer.established":
    case "vip.announced":
    case "vip.healthy":
    case "address.restored":
      return "good";
    case "vip.draining":
    case "vip.withdrawn":
    case "vip.degraded":
    case "vip.on-link":
    case "events.lost":
      return "warn";
    case "peer.down":
    case "vip.unhealthy":
    case "vip.refused":
    case "vip.failed":
    case "vip.damped":
    case "address.lost":
    case "ledger.failed":
    case "drains.failed":
      return "bad";
    default:
      // Any other event, also one that only a newer daemon has, is no good or bad news.
      return undefined;
  }
}
