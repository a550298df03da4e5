import { compareNodes, type NodeDifference } from "@vipcast/announcer";
import type { RawArguments } from "../arguments/option.ts";
import { type Problem, problemSentence } from "../arguments/problem.ts";
import { defaultConfigFile } from "../config/config-file.ts";
import { readKeys } from "../config/keys.ts";
import { configSentence } from "../config/problem.ts";
import { type ReadConfig, readConfig } from "../config/read-config.ts";

/** Checks every file that was named, and compares those that are valid: each is a node. Returns the exit code; a difference is no error. */
export function check(raw: RawArguments, problems: readonly Problem[]): number {
  if (problems.length > 0) {
    for (const problem of problems) process.stderr.write(`${problemSentence(problem)}\n`);
    process.stderr.write("vipcast check --help shows the options.\n");
    return 2;
  }
  const named = [...(raw.values.get("config") ?? []), ...raw.operands];
  const results = (named.length === 0 ? [defaultConfigFile] : named).map((file) => ({ file, ...complete(file) }));
  const differences = compareNodes(
    results.flatMap(({ file, settings, problems }) =>
      settings === null || problems.length > 0 ? [] : [{ name: file, ...settings }],
    ),
  );
  if (raw.values.has("json")) process.stdout.write(`${JSON.stringify(asObject(results, differences))}\n`);
  else {
    for (const result of results) process.stdout.write(asText(result));
    for (const { level, message } of differences) process.stdout.write(`${level}: ${message}.\n`);
  }
  return results.some((result) => result.problems.length > 0) ? 2 : 0;
}

/** One file with what `run` would read besides it. */
interface Checked extends Pick<ReadConfig, "settings" | "problems" | "files"> {
  readonly warnings: readonly string[];
}

function complete(file: string): Checked {
  const read = readConfig(file);
  if (read.settings === null) return { ...read, warnings: [] };
  const { problems, warnings } = readKeys(read.settings, read.sources, process.env);
  return { ...read, problems, warnings };
}

function asText({ file, settings, problems, warnings }: Checked & { readonly file: string }): string {
  const lines = [...problems.map(configSentence), ...warnings.map((warning) => `warning: ${warning}.`)];
  if (problems.length === 0 && settings !== null) {
    const { asn, peers, vips } = settings;
    lines.push(`${file}: valid: AS ${asn}, ${count(peers.length, "peer")}, ${count(vips.length, "virtual IP")}`);
  } else lines.push(`${file}: ${count(problems.length, "problem")}`);
  return `${lines.join("\n")}\n`;
}

function asObject(
  results: readonly (Checked & { readonly file: string })[],
  differences: readonly NodeDifference[],
): object {
  return {
    valid: results.every(({ problems }) => problems.length === 0),
    files: results.map(({ file, files, problems, warnings }) => ({ file, read: files, problems, warnings })),
    differences,
  };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
