import { readKeys } from "../config/keys.ts";
import { type ConfigProblem, configSentence } from "../config/problem.ts";
import { readConfig } from "../config/read-config.ts";
import type { Configured } from "../reload/plan-reload.ts";

/** A configuration that can run, or everything that is wrong with it, as sentences. */
export type LoadedConfig =
  | {
      readonly ok: true;
      readonly configured: Configured;
      readonly warnings: readonly string[];
      /** Every file that was read. */
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly sentences: readonly string[]; readonly problems: readonly ConfigProblem[] };

/** Reads the file, what lies in `conf.d` beside it, and the keys they name. Never throws. */
export function loadConfig(file: string, environment: Readonly<Record<string, string | undefined>>): LoadedConfig {
  const read = readConfig(file);
  if (read.settings === null) return refused(read.problems);
  const { keys, problems, warnings } = readKeys(read.settings, read.sources, environment);
  if (problems.length > 0) return refused(problems);
  return { ok: true, configured: { settings: read.settings, keys }, warnings, files: read.files };
}

function refused(problems: readonly ConfigProblem[]): LoadedConfig {
  return { ok: false, sentences: problems.map(configSentence), problems };
}
