import type { RawArguments, VerbSpec } from "../arguments/option.ts";
import type { RoutePage, RouteView } from "../control/resources/route.ts";
import { safeJson } from "../output/safe-text.ts";
import { type Column, table } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { type Asking, ask } from "./ask.ts";
import { daemonOptions, jsonLinesOption } from "./options.ts";

const which = "Which routes:";

/** `vipcast routes` as its command line sees it. */
export const routesVerb: VerbSpec = {
  name: "routes",
  summary: "List the routes that peers were sent, or that were received from them.",
  operandHelp: [],
  looksLikeOperand: () => false,
  options: [
    { group: which, name: "peer", value: "ADDR", summary: "only this peer's", complete: "peer" },
    { group: which, name: "received", summary: "what peers sent, where it is kept (default: what we send)" },
    {
      group: which,
      name: "prefix",
      value: "PREFIX",
      summary: "only routes of this prefix and of those inside it",
      complete: "vip",
    },
    ...daemonOptions,
    jsonLinesOption,
  ],
  epilogue: `FINGERPRINT is of routes that we send: equal on two nodes, equal to routers.

Example:
  vipcast routes --received --peer 10.0.0.254`,
};

export function run(argv: readonly string[]): Promise<number> {
  return ask({ spec: routesVerb, act: (asking) => (asking.json ? asLines(asking) : asTables(asking)) }, argv);
}

interface Wanted extends Readonly<Record<string, string | boolean | undefined>> {
  readonly peer: string | undefined;
  readonly prefix: string | undefined;
  readonly received: boolean;
}

/** What the tables need of an {@link Asking}. */
type TablesAsking = Pick<Asking, "raw" | "write" | "note" | "terminal"> & {
  readonly client: Pick<Asking["client"], "ask">;
};

function wanted({ values }: RawArguments): Wanted {
  return { peer: values.get("peer")?.at(-1), prefix: values.get("prefix")?.at(-1), received: values.has("received") };
}

async function asLines({ client, raw, write }: Asking): Promise<number> {
  const { linesOf } = await import("../control/client/streams.ts");
  const chunks = client.stream({ path: "/v1/routes", query: wanted(raw), timeoutMs: 0 }, "application/x-ndjson");
  for await (const line of linesOf(chunks)) if (line !== "") write(`${safeJson(line)}\n`);
  return 0;
}

/** Of a page after the first: each costs the daemon a walk over all routes before it, so that a million of them are not to be a thousand pages. */
const pageLength = 20_000;

/** Page by page: what is shown is never all in memory, and whoever reads it slowly keeps no answer of the daemon waiting. */
export async function asTables({ client, raw, write, note, terminal }: TablesAsking): Promise<number> {
  const query = wanted(raw);
  let offset: number | null = 0;
  while (offset !== null) {
    const limit = offset === 0 ? undefined : pageLength;
    const page: RoutePage = await client.ask({ path: "/v1/routes", query: { ...query, offset, limit } });
    if (page.routes.length > 0) write(routesText(page.routes, terminal, query.received));
    else if (offset === 0) write(query.received ? "no routes were received\n" : "no routes are sent\n");
    if (offset === 0) for (const sentence of page.notes) note(sentence);
    offset = page.next !== null && page.next > offset ? page.next : null;
  }
  return 0;
}

const columns: readonly Column<RouteView>[] = [
  { head: "PREFIX", cell: ({ prefix, pathId }) => (pathId === null ? prefix : `${prefix} #${pathId}`) },
  { head: "PEER", cell: ({ peer }) => peer, least: 10 },
  { head: "NEXT HOP", cell: ({ nextHop }) => nextHop, least: 10 },
  { head: "AS PATH", cell: ({ asPath }) => asPath, least: 8 },
  { head: "MED", cell: ({ med }) => (med === null ? "" : String(med)), align: "right", expendable: 3 },
  {
    head: "LOCALPREF",
    cell: ({ localPref }) => (localPref === null ? "" : String(localPref)),
    align: "right",
    expendable: 2,
  },
  {
    head: "COMMUNITIES",
    cell: (route) => [...route.communities, ...route.largeCommunities, ...route.extendedCommunities].join(" "),
    least: 12,
    expendable: 4,
  },
];

const sentColumns: readonly Column<RouteView>[] = [
  ...columns,
  { head: "FINGERPRINT", cell: ({ fingerprint }) => fingerprint ?? "", least: 8, expendable: 1 },
];

/** One line for each route. */
export function routesText(routes: readonly RouteView[], terminal: Terminal, received: boolean): string {
  return table(received ? columns : sentColumns, routes, terminal);
}
