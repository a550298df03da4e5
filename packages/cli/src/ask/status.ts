import type { VerbSpec } from "../arguments/option.ts";
import type { Status } from "../control/resources/status.ts";
import { safeText } from "../output/safe-text.ts";
import { countText, sinceText, spanText } from "../output/span.ts";
import { type Terminal, toned } from "../output/terminal.ts";
import { ask } from "./ask.ts";
import { daemonOptions, jsonOption, watchOption } from "./options.ts";
import { show } from "./show.ts";

/** `vipcast status` as its command line sees it. */
export const statusVerb: VerbSpec = {
  name: "status",
  summary: "Say whether all is well with the running daemon, and what is not.",
  operandHelp: [],
  looksLikeOperand: () => false,
  options: [...daemonOptions, watchOption, jsonOption],
  epilogue: `Exit codes: 0 all is well; 1 no daemon answers; 2 wrong usage; 3 something is wrong, and the output says what.

Example, in a script that waits for a node to be in service:
  until vipcast status > /dev/null; do sleep 1; done
  vipcast status`,
};

export function run(argv: readonly string[]): Promise<number> {
  return ask(
    {
      spec: statusVerb,
      act: (asking) =>
        show<Status>(asking, {
          get: ({ client }) => client.ask({ path: "/v1/status" }),
          text: statusText,
          exitCode: ({ healthy }) => (healthy ? 0 : 3),
        }),
    },
    argv,
  );
}

/** The daemon at one moment, in lines. */
export function statusText(status: Status, terminal: Terminal, nowMs: number): string {
  const { peers, vips, config } = status;
  // A daemon of an older version does not say it.
  const sent = vips.sent ?? vips.announced;
  const instance = status.instance === "default" ? "" : ` (${status.instance})`;
  const lines = [
    `vipcast ${status.version}${instance}, AS ${status.asn}, router id ${status.routerId}, process ${status.pid}, up ${spanText(status.uptimeMs)}${status.state === "running" ? "" : `, ${status.state}`}`,
    `sessions:      ${peers.established} of ${peers.configured} Established`,
    `virtual IPs:   ${sent} of ${vips.configured} announced${details([
      [vips.announced - sent, "ready, and sent to no peer"],
      [vips.unhealthy, "unhealthy"],
      [vips.drained, "draining or drained"],
      [vips.refused, "refused"],
    ])}`,
    `configuration: ${config.file}${config.files.length > 1 ? ` and ${countText(config.files.length - 1, "file")} of conf.d` : ""}, read ${sinceText(config.loadedAt, nowMs)} ago${config.stale ? ", stale" : ""}`,
  ];
  if (status.drained) lines.push("the node is drained: vipcast undrain puts it back into service");
  if (config.confirm !== null)
    lines.push(
      `a reload is rolled back in ${spanText(config.confirm.remainingMs)} unless it is confirmed: vipcast reload confirm`,
    );
  if (config.lastRollback !== null)
    lines.push(`rolled back ${sinceText(config.lastRollback.at, nowMs)} ago: ${config.lastRollback.reason}`);
  for (const sentence of config.needsRestart) lines.push(`for a restart: ${sentence}`);
  const shown = lines.map(safeText);
  if (status.healthy) shown.push(toned("all is well", "good", terminal));
  else {
    shown.push(toned(`${countText(status.problems.length, "problem")}:`, "bad", terminal));
    shown.push(...status.problems.map((sentence) => `  ${safeText(sentence)}`));
  }
  return `${shown.join("\n")}\n`;
}

function details(parts: readonly (readonly [count: number, what: string])[]): string {
  const some = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return some.length === 0 ? "" : ` (${some.join(", ")})`;
}
