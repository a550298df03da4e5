import { expect, test } from "vitest";
import { parseCommandLine } from "../../src/arguments/parse.ts";
import { asTables, routesVerb } from "../../src/ask/routes.ts";
import type { RouteView } from "../../src/control/resources/route.ts";
import { onPipe } from "./fixtures.ts";

function route(n: number): RouteView {
  return {
    peer: "10.0.0.254",
    direction: "received",
    prefix: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32`,
    family: "ipv4-unicast",
    pathId: null,
    nextHop: "10.0.0.254",
    origin: "igp",
    asPath: "65000",
    med: null,
    localPref: null,
    communities: [],
    largeCommunities: [],
    extendedCommunities: [],
  };
}

test("a large table is shown once and whole, without the daemon walking over it again and again", async () => {
  const total = 30_000;
  const line = parseCommandLine(routesVerb, ["--received"]);
  if (line.kind === "help") throw new Error("no help was asked for");
  let walked = 0;
  let rows = 0;
  const notes: string[] = [];
  const code = await asTables({
    client: {
      ask: async ({ query }) => {
        const { offset, limit = 1000 } = query as { offset: number; limit?: number };
        const end = Math.min(total, offset + limit);
        walked += end;
        const routes = Array.from({ length: end - offset }, (_, index) => route(offset + index));
        return { routes, total, next: end < total ? end : null, notes: ["all are kept"] } as never;
      },
    },
    raw: line.raw,
    write: (text) => {
      rows += text.split("\n").length - 2;
    },
    note: (sentence) => notes.push(sentence),
    terminal: onPipe,
  });
  expect([code, rows, notes]).toEqual([0, total, ["all are kept"]]);
  expect(walked).toBeLessThan(5 * total);
});
