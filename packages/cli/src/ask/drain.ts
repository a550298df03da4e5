import type { VerbSpec } from "../arguments/option.ts";
import { ClientFailure } from "../control/client/failure.ts";
import type { NodeDrain, VipView } from "../control/resources/vip.ts";
import { jsonLine } from "../output/safe-text.ts";
import { countText } from "../output/span.ts";
import { type Asking, ask } from "./ask.ts";
import { looksLikeVip, parseVipOperand, segment } from "./operands.ts";
import { daemonOptions, jsonLinesOption } from "./options.ts";

/** `vipcast drain` as its command line sees it. */
export const drainVerb: VerbSpec = {
  name: "drain",
  summary: "Take a virtual IP, or the whole node, out of service until it is undrained, over restarts and reboots too.",
  operandHelp: [["[vip]", "the virtual IP (default: all of them, those of the future too)"]],
  completeOperand: "vip",
  looksLikeOperand: looksLikeVip,
  options: [
    ...daemonOptions,
    { group: "Output:", name: "wait", summary: "show each step, and end when it is out of service (the default)" },
    { group: "Output:", name: "no-wait", summary: "end at once; the drain goes on" },
    jsonLinesOption,
  ],
  epilogue: `Each virtual IP is announced with the worst preference for its drain time, then withdrawn, then unbound. Ctrl-C ends the waiting and not the drain.
With --json there is one line for each event, and the outcome as the last.

Exit codes: 0 out of service, or with --no-wait on its way; 1 it could not be done; 2 wrong usage, nothing was changed.

Example, before a reboot:
  vipcast drain`,
};

export function run(argv: readonly string[]): Promise<number> {
  return ask(
    {
      spec: drainVerb,
      parseOperand: parseVipOperand,
      check: ({ values }) =>
        values.has("wait") && values.has("no-wait")
          ? [{ subject: "--wait --no-wait", rule: "exclude each other", remedy: "keep one of them" }]
          : [],
      act: drain,
    },
    argv,
  );
}

type Outcome = VipView | NodeDrain;

async function drain(asking: Asking): Promise<number> {
  const { raw, client, json, operand, write } = asking;
  const path = operand === null ? "/v1/drain" : `/v1/vips/${segment(operand)}/drain`;
  if (raw.values.has("no-wait")) {
    const outcome = await client.ask<Outcome>({ method: "POST", path });
    write(json ? jsonLine(outcome) : outcomeText(outcome));
    return 0;
  }
  const following = new AbortController();
  const { followSteps } = await import("./follow-steps.ts");
  const shown = followSteps(asking, { steps, vip: operand }, following.signal);
  process.once("SIGINT", () => {
    asking.note(`The drain goes on; vipcast undrain${operand === null ? "" : ` ${operand}`} takes it back.`);
    process.exit(130);
  });
  try {
    const outcome = await outcomeOf(asking, path);
    // The last steps were sent before the answer, on another connection.
    await new Promise((resolve) => setTimeout(resolve, 50));
    following.abort();
    await shown;
    write(json ? jsonLine(outcome) : outcomeText(outcome));
    if (isOutOfService(outcome)) return 0;
    asking.note("It is not out of service: somebody has taken the drain back meanwhile.");
    return 1;
  } finally {
    following.abort();
  }
}

/** Within so short a time a connection is not closed for its silence. */
const tooSoonMs = 1000;

/** Waits for the outcome. A daemon closes a connection on which nothing is said for long: then it is asked once more, which changes nothing. */
async function outcomeOf({ client }: Asking, path: string): Promise<Outcome> {
  // The outcome may take hours; that somebody is there who works on it may not.
  await client.ask({ path: "/v1/config" });
  for (;;) {
    const began = performance.now();
    try {
      return await client.ask<Outcome>({ method: "POST", path, query: { wait: true }, timeoutMs: 0 });
    } catch (error) {
      const closed = error instanceof ClientFailure && error.code === "ECONNRESET";
      if (!closed || performance.now() - began < tooSoonMs) throw error;
    }
  }
}

const steps: ReadonlySet<string> = new Set(["vip.draining", "vip.withdrawn", "vip.unbound", "drains.failed"]);

function isOutOfService(outcome: Outcome): boolean {
  if (!("vip" in outcome)) return outcome.drained && outcome.complete;
  const { state } = outcome;
  return state === "drained" || state === "refused" || state === "leaving" || state === "unknown";
}

function outcomeText(outcome: Outcome): string {
  if ("vip" in outcome) {
    const { vip, state, reason } = outcome;
    return `${vip} is ${state}${reason === "" ? "" : `: ${reason}`}\n`;
  }
  const what = countText(outcome.vips, "virtual IP");
  return outcome.complete
    ? `the node is drained, ${what} out of service: vipcast undrain puts it back\n`
    : `the node drains, ${what}: vipcast vips --watch shows how far it is\n`;
}
