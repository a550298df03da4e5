import { statSync } from "node:fs";
import { keyFault, readKey } from "../announce/passwords.ts";
import { type ConfigProblem, pathText } from "./problem.ts";
import type { ConfigSettings } from "./settings.ts";
import type { ConfigSources } from "./sources.ts";

/** The TCP MD5 keys of the peers, and what there is to say about where they came from. Keys appear in no message. */
export interface ConfigKeys {
  /** By address of the peer. */
  readonly keys: ReadonlyMap<string, string>;
  readonly problems: readonly ConfigProblem[];
  /** Sentences for the log. */
  readonly warnings: readonly string[];
}

/** Reads the key of every peer that has one, from its file or the environment. Never throws. */
export function readKeys(
  { peers }: ConfigSettings,
  sources: Pick<ConfigSources, "locate">,
  environment: Readonly<Record<string, string | undefined>>,
): ConfigKeys {
  const keys = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  const warnings: string[] = [];
  for (const [index, { address, passwordFile, passwordVariable }] of peers.entries()) {
    const report = (key: string, value: string, rule: string, remedy: string): void => {
      const path = ["peers", index, key];
      problems.push({ ...sources.locate(path), path: pathText(path), value, rule, remedy });
    };
    if (passwordVariable !== null) {
      const value = environment[passwordVariable];
      const shown = `\${${passwordVariable}}`;
      const wrong = value === undefined ? "is not set in the environment" : keyFault(Buffer.from(value));
      if (wrong !== null) report("password", shown, wrong, "set the variable to the key, or write passwordFile");
      else if (value !== undefined) keys.set(address, value);
    } else if (passwordFile !== null) {
      // A pipe may never end, and the sessions would wait with us.
      const special = statSync(passwordFile, { throwIfNoEntry: false })?.isFIFO() === true;
      if (special) {
        report("passwordFile", passwordFile, "is a pipe", "write the path of a regular file");
        continue;
      }
      const read = readKey(passwordFile);
      if (!read.ok) {
        report("passwordFile", passwordFile, read.rule, read.remedy);
        continue;
      }
      keys.set(address, read.key);
      if (read.worldReadable)
        warnings.push(`${passwordFile} holds the key of ${address} and every user can read it; run chmod 600 on it`);
    }
  }
  return { keys, problems, warnings };
}
