import { parseDuration } from "../../values/numbers.ts";
import type { EventHistory, KeptEvent } from "../event-history.ts";
import { type Call, type Handler, refusal } from "../server/answer.ts";
import { streamEvents } from "../server/event-stream.ts";
import { listPieces } from "../server/respond.ts";
import { shownPath } from "../server/route-request.ts";
import type { ControlTarget } from "../target.ts";
import { readVipName } from "./vip-named.ts";

/** Readers that follow at once: each costs a little with every event. */
const mostFollowers = 32;
const longestAgoMs = 366 * 86_400_000;

/** What happened, and what happens. */
export function eventHandlers({ daemon }: ControlTarget): Readonly<Record<"events", Handler>> {
  const { history } = daemon;
  let followers = 0;
  return {
    events: (call) => {
      const { query, streamed, headers } = call;
      const vip = query.get("vip");
      const name = vip === undefined ? null : readVipName(String(vip));
      if (name !== null && "answer" in name) return name.answer;
      const peer = query.get("peer");
      const wants = (event: KeptEvent): boolean =>
        (name === null || event.vip === name.prefix) && (peer === undefined || event.peer === peer);
      const from = firstWanted(call, history);
      if (typeof from === "string") return refusal("bad-value", from);
      if (!streamed) {
        const lost = Math.max(0, history.first - from);
        const last = history.last;
        return {
          kind: "pieces",
          type: "application/json",
          pieces: listPieces("events", kept(history, from, last, wants), () => ({ lost })),
        };
      }
      if (followers >= mostFollowers)
        return refusal("too-many", `${mostFollowers} readers follow the events already; end one of them first.`);
      const id = headers["last-event-id"];
      const resumed = typeof id === "string" && id !== "" ? history.after(id) : null;
      return {
        kind: "stream",
        run: (response) => {
          followers++;
          response.once("close", () => {
            followers--;
          });
          streamEvents(response, history, { from: resumed ?? from, wants });
        },
      };
    },
  };
}

/** The number of the first event that is wanted, or what is wrong with `since`. */
function firstWanted({ query, streamed }: Call, history: EventHistory): number | string {
  const since = query.get("since");
  if (since === undefined) return streamed ? history.last + 1 : history.first;
  const text = String(since);
  // What is not kept any more is counted as lost.
  if (text === "all") return 1;
  const ago = parseDuration(text, 0, longestAgoMs, "10m");
  const timeMs = ago.ok ? Date.now() - ago.value : /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs))
    return `since ${shownPath(text)}: is no time; write 10m for the last ten minutes, 2026-01-31T14:05:00Z, or all.`;
  return history.since(timeMs);
}

function* kept(
  history: EventHistory,
  from: number,
  last: number,
  wants: (event: KeptEvent) => boolean,
): Generator<unknown> {
  for (let number = Math.max(from, history.first); number <= last; number++) {
    const event = history.get(number);
    yield event !== undefined && wants(event) ? JSON.parse(event.text) : null;
  }
}
