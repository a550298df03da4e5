import type { VerbSpec } from "../arguments/option.ts";
import type { VipList, VipView } from "../control/resources/vip.ts";
import { type Column, table } from "../output/table.ts";
import type { Terminal, Tone } from "../output/terminal.ts";
import { ask } from "./ask.ts";
import { daemonOptions, jsonOption, watchOption } from "./options.ts";
import { show } from "./show.ts";
import { stateTones } from "./state-tones.ts";

/** `vipcast vips` as its command line sees it. */
export const vipsVerb: VerbSpec = {
  name: "vips",
  summary: "List the virtual IPs: state, health, where they are announced, and the fingerprint for ECMP.",
  operandHelp: [],
  looksLikeOperand: () => false,
  options: [...daemonOptions, watchOption, jsonOption],
  epilogue: `PEERS says to how many of the peers a virtual IP is announced; one that is ready and that no peer has been sent is "not sent". Nodes whose FINGERPRINT is equal are equal to routers: they form ECMP. Two of them
mean that peers are told different things.

Example:
  vipcast vips --watch`,
};

export function run(argv: readonly string[]): Promise<number> {
  return ask(
    {
      spec: vipsVerb,
      act: (asking) => show<VipList>(asking, { get: ({ client }) => client.ask({ path: "/v1/vips" }), text: vipsText }),
    },
    argv,
  );
}

const healthTones: Readonly<Record<VipView["health"], Tone | undefined>> = {
  unknown: "dim",
  healthy: undefined,
  degraded: "warn",
  unhealthy: "bad",
};

const columns: readonly Column<VipView>[] = [
  { head: "VIP", cell: ({ vip }) => vip },
  { head: "STATE", cell: stateCell },
  { head: "HEALTH", cell: ({ health }) => ({ text: health, tone: healthTones[health] }) },
  { head: "BOUND", cell: (vip) => (vip.bound ? vip.interface : "no"), least: 5, expendable: 2 },
  {
    head: "PEERS",
    cell: ({ peers }) => `${peers.filter(({ announced }) => announced).length}/${peers.length}`,
    align: "right",
  },
  { head: "PREF", cell: ({ preference }) => String(preference), align: "right", expendable: 4 },
  { head: "WEIGHT", cell: ({ weight }) => (weight === null ? "" : weightText(weight)), align: "right", expendable: 3 },
  { head: "FINGERPRINT", cell: fingerprints, least: 8, expendable: 1 },
  {
    head: "FROM",
    cell: ({ origin, persisted }) => (origin === "file" ? "" : persisted ? "api, kept" : origin),
    expendable: 5,
  },
  { head: "WHY", cell: ({ reason }) => reason, least: 12 },
];

/** One line for each virtual IP. */
export function vipsText({ vips }: VipList, terminal: Terminal): string {
  if (vips.length === 0) return "no virtual IPs: add some to vips in the configuration, and run vipcast reload\n";
  return table(columns, vips, terminal);
}

/** One that routers do not know of is not announced, whatever it is ready for. */
function stateCell({ state, peers }: VipView): { readonly text: string; readonly tone: Tone | undefined } {
  const unsent = state === "announced" && !peers.some(({ announced }) => announced);
  return unsent ? { text: "not sent", tone: "bad" } : { text: state, tone: stateTones[state] };
}

function fingerprints({ peers }: VipView): string {
  return [...new Set(peers.filter(({ announced }) => announced).map(({ fingerprint }) => fingerprint))].join(" ");
}

/** Bits per second as they are written in the configuration: `10G`. */
function weightText(bitsPerSecond: number): string {
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const)
    if (bitsPerSecond >= size) return `${Number((bitsPerSecond / size).toFixed(2))}${unit}`;
  return String(bitsPerSecond);
}
