import type { VerbSpec } from "../arguments/option.ts";
import type { Stopping } from "../control/resources/reload.ts";
import { jsonLine } from "../output/safe-text.ts";
import { spanText } from "../output/span.ts";
import { type Asking, ask } from "./ask.ts";
import { daemonOptions, jsonLinesOption } from "./options.ts";
import { whenGone } from "./when-gone.ts";

/** `vipcast stop` as its command line sees it. */
export const stopVerb: VerbSpec = {
  name: "stop",
  summary: "End the daemon in order: drain, withdraw, unbind, close the sessions.",
  operandHelp: [],
  looksLikeOperand: () => false,
  options: [
    { group: "How:", name: "skip-drain", summary: "withdraw at once" },
    ...daemonOptions,
    { group: "Output:", name: "no-wait", summary: "end at once; the stop goes on" },
    jsonLinesOption,
  ],
  epilogue: `The next start announces again; what is to stay out of service is drained. Where a service manager runs the daemon, tell that: systemctl stop vipcast.

Exit codes: 0 it has ended, or with --no-wait is about to; 1 it could not be reached, or has not ended in time; 2 wrong usage.

Example:
  vipcast stop`,
};

export function run(argv: readonly string[]): Promise<number> {
  return ask({ spec: stopVerb, act: stop }, argv);
}

const steps: ReadonlySet<string> = new Set(["vip.draining", "vip.withdrawn", "vip.unbound", "peer.down"]);
/** Beyond the daemon's own limit. */
const graceMs = 5000;

async function stop(asking: Asking): Promise<number> {
  const { client, raw, json, write, note } = asking;
  const skipDrain = raw.values.has("skip-drain");
  const question = { method: "POST", path: "/v1/stop", body: { skipDrain } } as const;
  if (raw.values.has("no-wait")) {
    const stopping = await client.ask<Stopping>(question);
    write(json ? jsonLine(stopping) : `process ${stopping.pid} is stopping\n`);
    return 0;
  }
  const { followSteps } = await import("./follow-steps.ts");
  const following = new AbortController();
  const shown = followSteps(asking, { steps, vip: null }, following.signal);
  try {
    const { pid, stopTimeoutMs } = await client.ask<Stopping>(question);
    const tookMs = await whenGone(client, pid, stopTimeoutMs + graceMs);
    following.abort();
    await shown;
    if (tookMs === null) {
      note(
        `Process ${pid} has not ended within ${spanText(stopTimeoutMs + graceMs)}: see its log (journalctl -u vipcast).`,
      );
      return 1;
    }
    write(json ? jsonLine({ state: "stopped", pid, tookMs }) : `stopped after ${spanText(tookMs)}\n`);
    return 0;
  } finally {
    following.abort();
  }
}
