import type { OptionSpec, VerbSpec } from "../arguments/option.ts";
import type { PeerList, PeerView } from "../control/resources/peer.ts";
import { sinceText } from "../output/span.ts";
import { type Column, table } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { ask } from "./ask.ts";
import { daemonOptions, jsonOption, watchOption } from "./options.ts";
import { show } from "./show.ts";

const routerSide = "The router's side of the sessions:";

const routerOptions: readonly OptionSpec[] = [
  {
    group: routerSide,
    name: "router-config",
    value: "bird|frr|gobgp",
    summary: "instead of the list, what to configure on the router; with -c FILE no daemon is needed",
  },
  {
    group: routerSide,
    name: "peer",
    value: "ADDR",
    summary: "for this router alone (default: each of them)",
    complete: "peer",
  },
  {
    group: routerSide,
    name: "node",
    value: "ADDR",
    repeatable: true,
    summary: "a node as the router sees it; repeatable, give all of them (default: this host)",
  },
];

/** `vipcast peers` as its command line sees it. */
export const peersVerb: VerbSpec = {
  name: "peers",
  summary:
    "List the BGP sessions: state, since when, timers, prefixes, and the last error. Or print the router's side of them.",
  operandHelp: [],
  looksLikeOperand: () => false,
  options: [...daemonOptions, ...routerOptions, watchOption, jsonOption],
  epilogue: `IN counts the routes that were accepted from the peer, OUT those that it was sent; +2 wait to be sent, !1 cannot be. HOLD is the negotiated hold time
in seconds.

Examples:
  vipcast peers --router-config bird -c /etc/vipcast/vipcast.yaml --node 10.0.0.1 --node 10.0.0.2
  vipcast peers`,
};

export async function run(argv: readonly string[]): Promise<number> {
  if (argv.some((word) => word.startsWith("--router-config"))) {
    const { runRouterConfig } = await import("../router-config/command.ts");
    return runRouterConfig(peersVerb, argv);
  }
  return ask(
    {
      spec: peersVerb,
      check: ({ values }) =>
        ["peer", "node"]
          .filter((name) => values.has(name))
          .map((name) => ({
            subject: `--${name}`,
            rule: "says something about --router-config alone",
            remedy: "leave it out, or add --router-config bird",
          })),
      act: (asking) =>
        show<PeerList>(asking, { get: ({ client }) => client.ask({ path: "/v1/peers" }), text: peersText }),
    },
    argv,
  );
}

/** One line for each peer. */
export function peersText({ peers }: PeerList, terminal: Terminal, nowMs: number): string {
  if (peers.length === 0) return "no peers: add some to peers in the configuration, and run vipcast reload\n";
  return table(columnsAt(nowMs), peers, terminal);
}

function columnsAt(nowMs: number): readonly Column<PeerView>[] {
  return [
    { head: "PEER", cell: ({ address }) => address },
    { head: "AS", cell: ({ asn, options }) => (asn === 0 ? String(options.asn) : String(asn)), align: "right" },
    { head: "STATE", cell: stateCell },
    { head: "SINCE", cell: ({ since }) => sinceText(since, nowMs), align: "right" },
    {
      head: "HOLD",
      cell: ({ session }) => (session === undefined ? "" : String(session.holdTime)),
      align: "right",
      expendable: 2,
    },
    { head: "IN", cell: ({ routes }) => String(routes.received), align: "right", expendable: 1 },
    { head: "OUT", cell: ({ routes }) => outText(routes), align: "right" },
    { head: "DESCRIPTION", cell: ({ description }) => description ?? "", least: 8, expendable: 3 },
    { head: "LAST ERROR", cell: (peer) => lastError(peer, nowMs), least: 12 },
  ];
}

function stateCell({ state, shutdown, heldDown, session, stale }: PeerView): {
  text: string;
  tone: "good" | "warn" | "bad";
} {
  if (state === "Established") {
    const waits = session !== undefined && session.endOfRibOutstanding.length > 0 && stale.length > 0;
    return { text: state, tone: waits ? "warn" : "good" };
  }
  if (shutdown !== undefined) return { text: `${state} (shut down)`, tone: "warn" };
  return { text: heldDown === undefined ? state : `${state} (held down)`, tone: "bad" };
}

function outText({ advertised, pending, refused }: PeerView["routes"]): string {
  const parts = [String(advertised)];
  if (pending > 0) parts.push(`+${pending}`);
  if (refused.length > 0) parts.push(`!${refused.length}`);
  return parts.join("");
}

function lastError({ heldDown, shutdown, lastDown }: PeerView, nowMs: number): string {
  if (heldDown !== undefined)
    return `${heldDown.cause}${heldDown.until === undefined ? "" : `, for ${sinceText(new Date(nowMs).toISOString(), Date.parse(heldDown.until))} more`}`;
  if (shutdown !== undefined) return `shut down: ${shutdown}`;
  return lastDown === undefined ? "" : `${sinceText(lastDown.at, nowMs)} ago: ${lastDown.cause}`;
}
