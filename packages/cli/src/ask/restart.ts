import type { VerbSpec } from "../arguments/option.ts";
import type { Stopping } from "../control/resources/reload.ts";
import type { Status } from "../control/resources/status.ts";
import { jsonLine } from "../output/safe-text.ts";
import { spanText } from "../output/span.ts";
import { type Asking, ask } from "./ask.ts";
import { daemonOptions, jsonOption } from "./options.ts";
import { whenBack } from "./when-gone.ts";

/** `vipcast restart` as its command line sees it. */
export const restartVerb: VerbSpec = {
  name: "restart",
  summary: "Run the daemon anew without taking its addresses away, for what a reload cannot change.",
  operandHelp: [],
  looksLikeOperand: () => false,
  options: [
    ...daemonOptions,
    { group: "Output:", name: "no-wait", summary: "end at once; the restart goes on" },
    jsonOption,
  ],
  epilogue: `Addresses stay bound. Peers with graceful restart keep the routes meanwhile; the others get Cease / Administrative Reset and lose them for a moment.
Files that the next process could not start with are refused before anything happens. Without a service manager the next process
runs under the same process id; with one, it starts the next (exit code 75).

Exit codes: 0 it runs again, or with --no-wait is about to; 1 it is not back in time; 2 wrong usage or configuration, nothing was changed.

Example, after an update of vipcast or a change of asn:
  vipcast restart`,
};

export function run(argv: readonly string[]): Promise<number> {
  return ask({ spec: restartVerb, act: restart }, argv);
}

const backMs = 30_000;

async function restart({ client, raw, json, write, note }: Asking): Promise<number> {
  const before = await client.ask<Status>({ path: "/v1/status" });
  const began = performance.now();
  const stopping = await client.ask<Stopping>({ method: "POST", path: "/v1/restart" });
  if (raw.values.has("no-wait")) {
    write(json ? jsonLine(stopping) : `process ${stopping.pid} is restarting\n`);
    return 0;
  }
  const status = await whenBack(client, before.startedAt, backMs);
  if (status === null) {
    note(
      `The daemon has ended and is not back within ${spanText(backMs)}; its addresses stay bound. Start it (systemctl start vipcast, or vipcast run -c ${before.config.file}); its log says more.`,
    );
    return 1;
  }
  const tookMs = Math.round(performance.now() - began);
  const { pid, version } = status;
  write(
    json
      ? jsonLine({ state: "restarted", pid, version, tookMs })
      : `vipcast ${version} runs again after ${spanText(tookMs)}, process ${pid}: vipcast status says how far it is\n`,
  );
  return 0;
}
