import { Command, CommanderError, Option } from "commander";
import type { OptionSpec, RawArguments, VerbSpec } from "./option.ts";
import type { Problem } from "./problem.ts";
import { shown } from "./problem.ts";
import { didYouMean } from "./suggest.ts";

/** The outcome of reading a command line. With problems, `raw` still holds what could be read, so that all of it is checked. */
export type ParsedCommandLine =
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "arguments"; readonly raw: RawArguments; readonly problems: readonly Problem[] };

/** Reads the arguments after the verb. Never exits; bad arguments come back as problems. */
export function parseCommandLine(verb: VerbSpec, argv: readonly string[]): ParsedCommandLine {
  const values = new Map<string, string[]>();
  const command = buildCommand(verb, values);
  let read: { operands: string[]; unknown: string[] };
  try {
    read = command.parseOptions([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError) || error.code !== "commander.optionMissingArgument") throw error;
    // Only the last word can lack its value: report it and read the rest, so that every problem is shown at once.
    const rest = parseCommandLine(verb, argv.slice(0, -1));
    return rest.kind === "help" ? rest : { ...rest, problems: [...rest.problems, missingValue(verb, argv.at(-1)!)] };
  }
  if (read.unknown.includes("--help") || read.unknown.includes("-h")) {
    return { kind: "help", text: `${command.helpInformation()}\n${verb.epilogue}\n` };
  }
  const problems = [
    ...read.unknown.filter((word) => word.startsWith("-") && word !== "--").map((word) => unknownOption(verb, word)),
    ...verb.options.flatMap((option) => repeated(option, values.get(option.name) ?? [])),
  ];
  // Behind an unknown option commander calls every word unknown: those that can only be operands are still checked.
  const operands = [
    ...read.operands,
    ...read.unknown.filter((word) => !word.startsWith("-") && verb.looksLikeOperand(word)),
  ];
  return { kind: "arguments", raw: { operands, values }, problems };
}

function buildCommand(verb: VerbSpec, values: Map<string, string[]>): Command {
  const command = new Command(`vipcast ${verb.name}`)
    .description(verb.summary)
    .usage([...verb.operandHelp.map(([name]) => name), "[options]"].join(" "))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ helpWidth: 120 })
    .helpOption("-h, --help", "print this help");
  for (const [name, text] of verb.operandHelp) command.argument(name, text);
  for (const spec of verb.options) {
    const short = spec.short === undefined ? "" : `-${spec.short}, `;
    const flags = `${short}--${spec.name}${spec.value === undefined ? "" : ` <${spec.value}>`}`;
    const option = new Option(flags, spec.summary).argParser((value: string | undefined) => {
      const given = values.get(spec.name);
      if (given === undefined) values.set(spec.name, [value ?? ""]);
      else given.push(value ?? "");
    });
    command.addOption(option.helpGroup(spec.group));
  }
  return command;
}

function missingValue(verb: VerbSpec, word: string): Problem {
  const spec = verb.options.find(({ name, short }) => `--${name}` === word || `-${short}` === word);
  return { subject: word, rule: "needs a value", remedy: `write ${word} ${spec?.value ?? "VALUE"}` };
}

function unknownOption(verb: VerbSpec, word: string): Problem {
  const name = word.replace(/=.*$/s, "");
  const spec = verb.options.find((option) => `--${option.name}` === name);
  if (spec !== undefined) return { subject: word, rule: "takes no value", remedy: `write --${spec.name} alone` };
  const meanwhile = verb.later?.get(name.replace(/^--/, ""));
  if (meanwhile !== undefined) return { subject: name, rule: "is not there yet", remedy: meanwhile };
  const names = verb.options.map((option) => option.name);
  return {
    subject: name,
    rule: `is not an option of vipcast ${verb.name}`,
    remedy: didYouMean(name.replace(/^-+/, ""), names, "--"),
  };
}

function repeated(option: OptionSpec, given: readonly string[]): Problem[] {
  if (option.repeatable === true || option.value === undefined || given.length < 2) return [];
  return [
    {
      subject: given.map((value) => `--${option.name} ${shown(value)}`).join(" "),
      rule: "gives one option several values",
      remedy: "keep one of them",
    },
  ];
}
