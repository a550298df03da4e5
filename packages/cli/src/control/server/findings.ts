import { type ConfigProblem, configSentence } from "../../config/problem.ts";
import type { ConfigSources } from "../../config/sources.ts";
import type { Finding } from "../resources/problem.ts";

/** What problems of a body name as their file: there is none. */
const body = "";

/** A value that came in a request, as if it had come from a file: problems of it have a path and no line. */
export function valueSources(value: unknown): ConfigSources {
  const nowhere = { file: body, line: 0, column: 0 };
  const root = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  return { files: [], value: root, locate: () => nowhere, locateKey: () => nowhere };
}

/** A problem of a file or of a body as the API shows it. */
export function findingOf(problem: ConfigProblem): Finding {
  const { path, value, remedy, file, line, column } = problem;
  if (file !== body)
    return { path, value, rule: problem.rule, remedy, sentence: configSentence(problem), file, line, column };
  const rule = problem.rule.replace(/^is not a key of the configuration$/, "is not a key of the request");
  const sentence = configSentence({ ...problem, rule }).slice(`${body}:0:0: `.length);
  return { path, value, rule, remedy, sentence };
}
