import type { RawArguments, VerbSpec } from "../arguments/option.ts";
import { accept, type Problem, refuse } from "../arguments/problem.ts";
import type { ReloadOutcome, ReloadPreview } from "../control/resources/reload.ts";
import { jsonLine, safeText } from "../output/safe-text.ts";
import { countText, spanText } from "../output/span.ts";
import { type Terminal, type Tone, toned } from "../output/terminal.ts";
import { parseDuration } from "../values/numbers.ts";
import { type Asking, type AskingVerb, ask } from "./ask.ts";
import { daemonOptions, jsonOption } from "./options.ts";

const what = "What:";

/** `vipcast reload` as its command line sees it. */
export const reloadVerb: VerbSpec = {
  name: "reload",
  summary: "Read the configuration files again and change only what differs, or say what that would do.",
  operandHelp: [["[confirm|rollback]", "keep, or take back at once, what a reload with --confirm has changed"]],
  completeOperand: ["confirm", "rollback"],
  looksLikeOperand: (word) => /^[a-z]+$/.test(word),
  options: [
    { group: what, name: "dry-run", summary: "change nothing, and say what each change would cost" },
    {
      group: what,
      name: "confirm",
      value: "TIME",
      summary:
        "roll back unless vipcast reload confirm comes within TIME, as 60s (1s..1h); at once when all sessions or a gateway are lost",
    },
    ...daemonOptions,
    jsonOption,
  ],
  epilogue: `What each change costs: none, not one byte beyond KEEPALIVEs; routes, a route is sent or withdrawn, and routers that compare it move flows; session,
a session ends and begins anew. Files with a problem change nothing.

Exit codes: 0 done; 1 something could not be done, and the rest was; 2 wrong usage or configuration, nothing was changed.

Examples:
  vipcast reload --dry-run
  vipcast reload --confirm 60s && ping -c 3 10.0.0.254 && vipcast reload confirm`,
};

const verb: AskingVerb = {
  spec: reloadVerb,
  parseOperand: (text) =>
    text === "confirm" || text === "rollback"
      ? accept(text)
      : refuse("is neither confirm nor rollback", "leave it out to reload"),
  check: checkOptions,
  act: (asking) => (asking.operand === null ? reload(asking) : decide(asking, asking.operand)),
};

export function run(argv: readonly string[]): Promise<number> {
  return ask(verb, argv);
}

/** A reload judges every check and key it reads, and changes one thing after the other. */
const reloadMs = 60_000;

async function reload({ client, raw, json, write, terminal }: Asking): Promise<number> {
  const confirm = raw.values.get("confirm")?.at(-1);
  const dryRun = raw.values.has("dry-run");
  const body = { ...(dryRun ? { dryRun } : {}), ...(confirm === undefined ? {} : { confirm }) };
  const outcome = await client.ask<ReloadPreview>({ method: "POST", path: "/v1/reload", body, timeoutMs: reloadMs });
  write(json ? jsonLine(outcome) : reloadText(outcome, terminal));
  return outcome.failures.length > 0 ? 1 : 0;
}

async function decide({ client, json, write }: Asking, operand: string): Promise<number> {
  const path = `/v1/reload/${operand}`;
  const outcome = await client.ask<ReloadOutcome>({ method: "POST", path, timeoutMs: reloadMs });
  const kept = outcome.outcome === "confirmed";
  write(
    json
      ? jsonLine(outcome)
      : kept
        ? "confirmed: the configuration stays\n"
        : "rolled back: what ran before runs again\n",
  );
  return 0;
}

const costTones: Readonly<Record<string, Tone>> = { none: "good", routes: "warn", session: "bad" };

/** What a reload does, did or would do. */
export function reloadText(outcome: ReloadPreview, terminal: Terminal): string {
  const { dryRun, changes, needsRestart, warnings, failures, confirm } = outcome;
  const lines: string[] = [];
  for (const warning of warnings) lines.push(`warning: ${safeText(warning)}`);
  for (const { cost, sentence } of changes)
    lines.push(`${toned(cost.padEnd(7), costTones[cost], terminal)}  ${safeText(sentence)}`);
  for (const sentence of needsRestart) lines.push(`${toned("restart", "warn", terminal)}  ${safeText(sentence)}`);
  for (const sentence of failures) lines.push(`${toned("failed ", "bad", terminal)}  ${safeText(sentence)}`);
  const number = changes.length === 0 ? "nothing" : countText(changes.length, "change");
  const verbed =
    changes.length === 0 ? "differs from what runs" : dryRun ? "would be made; nothing was changed" : "made";
  lines.push(`${number} ${verbed}`);
  if (confirm !== null)
    lines.push(`rolled back in ${spanText(confirm.remainingMs)} unless it is confirmed: vipcast reload confirm`);
  return `${lines.join("\n")}\n`;
}

function checkOptions({ values, operands }: RawArguments): readonly Problem[] {
  const problems: Problem[] = [];
  const confirm = values.get("confirm")?.at(-1);
  const { rule, remedy } = { rule: "exclude each other", remedy: "keep one of them" };
  if (confirm !== undefined && values.has("dry-run")) problems.push({ subject: "--dry-run --confirm", rule, remedy });
  if (operands.length > 0 && (confirm !== undefined || values.has("dry-run")))
    problems.push({ subject: `vipcast reload ${operands[0]} with --dry-run or --confirm`, rule, remedy });
  if (confirm === undefined) return problems;
  const parsed = parseDuration(confirm, 1000, 3_600_000, "--confirm 60s");
  if (!parsed.ok) problems.push({ subject: `--confirm ${confirm}`, rule: parsed.rule, remedy: parsed.remedy });
  return problems;
}
