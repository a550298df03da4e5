import type { RawArguments, VerbSpec } from "../arguments/option.ts";
import type { Problem } from "../arguments/problem.ts";
import type { EventLine, EventList } from "../control/resources/event.ts";
import { parseDuration } from "../values/numbers.ts";
import { type Asking, ask } from "./ask.ts";
import { eventJson, eventText } from "./event-line.ts";
import { daemonOptions, jsonLinesOption } from "./options.ts";

const which = "Which events:";

/** `vipcast events` as its command line sees it. */
export const eventsVerb: VerbSpec = {
  name: "events",
  summary: "List what has happened, oldest first, or follow what happens.",
  operandHelp: [],
  looksLikeOperand: () => false,
  options: [
    {
      group: which,
      name: "since",
      value: "10m|TIME|all",
      summary:
        "from so long ago, or from an ISO 8601 time on (default: all that is kept; with --follow nothing of the past)",
      complete: ["10m", "1h", "24h", "all"],
    },
    { group: which, name: "follow", short: "f", summary: "go on with what happens, until Ctrl-C" },
    { group: which, name: "vip", value: "VIP", summary: "only those of this virtual IP", complete: "vip" },
    { group: which, name: "peer", value: "ADDR", summary: "only those of this peer", complete: "peer" },
    ...daemonOptions,
    jsonLinesOption,
  ],
  epilogue: `The daemon keeps the latest events in memory, so that the time before an incident can be looked at. Times are UTC. With --follow a daemon that
restarts is waited for, and said on standard error; nothing that it tells is shown twice or passed over.

Example:
  vipcast events --since 10m --follow`,
};

export function run(argv: readonly string[]): Promise<number> {
  return ask({ spec: eventsVerb, check: checkSince, act: events }, argv);
}

async function events(asking: Asking): Promise<number> {
  const { raw, client, json, terminal, write, note } = asking;
  const show = (line: EventLine): void => write(json ? eventJson(line) : eventText(line, terminal));
  const value = (name: string): string | undefined => raw.values.get(name)?.at(-1);
  const query = { since: value("since"), vip: value("vip"), peer: value("peer") };
  if (!raw.values.has("follow")) {
    const list = await client.ask<EventList>({ path: "/v1/events", query: { ...query, since: query.since ?? "all" } });
    if (list.lost > 0) note(`${list.lost} older events of that time are not kept any more.`);
    for (const line of list.events) show(line);
    return 0;
  }
  const { followEvents } = await import("./follow-events.ts");
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
  await followEvents({ client, query, show, note, signal: ending.signal });
  return 0;
}

/** The daemon judges a time; what is none at all is said before it is asked. */
function checkSince({ values }: RawArguments): readonly Problem[] {
  const text = values.get("since")?.at(-1);
  if (text === undefined || text === "all" || /^\d{4}-\d{2}-\d{2}/.test(text)) return [];
  const parsed = parseDuration(text, 0, 366 * 86_400_000, "--since 10m");
  if (parsed.ok) return [];
  return [
    {
      subject: `--since ${text}`,
      rule: `${parsed.rule}, an ISO 8601 time, or all`,
      remedy: "write for example --since 10m",
    },
  ];
}
