import type { RawArguments, VerbSpec } from "../arguments/option.ts";
import { parseCommandLine } from "../arguments/parse.ts";
import { type Parsed, type Problem, problemSentence, shown } from "../arguments/problem.ts";
import type { ControlClient } from "../control/client/client.ts";
import { ClientFailure } from "../control/client/failure.ts";
import { findSocket } from "../control/client/find-socket.ts";
import { jsonLine, safeText } from "../output/safe-text.ts";
import { type Terminal, terminalOf } from "../output/terminal.ts";
import { version } from "../version.ts";

/** What a verb that asks a daemon works with. */
export interface Asking {
  readonly raw: RawArguments;
  readonly client: ControlClient;
  readonly json: boolean;
  readonly terminal: Terminal;
  /** Writes to standard output. */
  readonly write: (text: string) => void;
  /** Writes a sentence about the answer to standard error. */
  readonly note: (sentence: string) => void;
  /** The first operand that this understands; null where there is none. */
  readonly operand: string | null;
}

/** What makes a verb of a question. */
export interface AskingVerb {
  readonly spec: VerbSpec;
  /** How many operands there may be, 0 or 1; each goes through `parseOperand`. */
  readonly parseOperand?: (text: string) => Parsed<string>;
  readonly operandRequired?: { readonly rule: string; readonly remedy: string };
  /** What is wrong with the options beyond their form. */
  readonly check?: (raw: RawArguments) => readonly Problem[];
  /** Returns the exit code. */
  readonly act: (asking: Asking) => Promise<number>;
}

/** Reads the command line, finds the daemon, asks it and says why where that fails. Returns the exit code. */
export async function ask(verb: AskingVerb, argv: readonly string[]): Promise<number> {
  const { spec, act } = verb;
  const line = parseCommandLine(spec, argv);
  if (line.kind === "help") {
    process.stdout.write(line.text);
    return 0;
  }
  const { operand, problems } = readOperands(verb, line.raw);
  const wrong = [...line.problems, ...problems, ...(verb.check?.(line.raw) ?? [])];
  if (wrong.length > 0) {
    for (const problem of wrong) process.stderr.write(`${problemSentence(problem)}\n`);
    process.stderr.write(`vipcast ${spec.name} --help shows the options.\n`);
    return 2;
  }
  const json = line.raw.values.has("json");
  // Whoever reads may have seen enough, as head has.
  if (process.stdout.listenerCount("error") === 0) process.stdout.on("error", () => process.exit(0));
  let client: ControlClient | null = null;
  try {
    const { ControlClient } = await import("../control/client/client.ts");
    client = new ControlClient(await findSocket(line.raw, process.env), version());
    return await act({
      raw: line.raw,
      client,
      json,
      operand,
      terminal: terminalOf(process.stdout, process.env),
      write: (text) => void process.stdout.write(text),
      note: (sentence) => void process.stderr.write(`${safeLines(sentence)}\n`),
    });
  } catch (error) {
    return failed(error, client, json);
  }
}

function failed(error: unknown, client: ControlClient | null, json: boolean): number {
  const mismatch = client?.mismatch ?? null;
  if (error instanceof ClientFailure) {
    if (json && error.problem !== null) process.stdout.write(jsonLine(error.problem));
    process.stderr.write(`${safeLines(error.message)}\n`);
    return error.exitCode;
  }
  // An answer of another version may lack what is looked for in it.
  if (mismatch === null || !(error instanceof TypeError || error instanceof SyntaxError)) throw error;
  process.stderr.write(`The answer of the daemon is not what this command expects. ${mismatch}\n`);
  return 1;
}

function safeLines(text: string): string {
  return text.split("\n").map(safeText).join("\n");
}

function readOperands(
  { spec, parseOperand, operandRequired }: AskingVerb,
  { operands }: RawArguments,
): { readonly operand: string | null; readonly problems: readonly Problem[] } {
  const [first, ...others] = operands;
  const problems: Problem[] = [];
  const extra = parseOperand === undefined ? operands : others;
  for (const word of extra) {
    const rule = parseOperand === undefined ? "takes no operand" : "takes one operand";
    problems.push({ subject: `vipcast ${spec.name} ${shown(word)}`, rule, remedy: "leave it out" });
  }
  if (first === undefined && operandRequired !== undefined)
    problems.push({ subject: `vipcast ${spec.name}`, ...operandRequired });
  if (first === undefined || parseOperand === undefined) return { operand: null, problems };
  const parsed = parseOperand(first);
  if (parsed.ok) return { operand: parsed.value, problems };
  const { rule, remedy } = parsed;
  return {
    operand: null,
    problems: [...problems, { subject: `vipcast ${spec.name} ${shown(first)}`, rule, remedy }],
  };
}
