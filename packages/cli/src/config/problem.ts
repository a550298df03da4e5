/** Where something stands in a configuration file; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a configuration. All of them are collected and shown together. */
export interface ConfigProblem extends Position {
  /** `peers[0].asn`; empty for the file as a whole. */
  readonly path: string;
  /** As written; null where there is none, and for secrets. */
  readonly value: string | null;
  /** The rule it breaks, as the middle of a sentence. */
  readonly rule: string;
  /** What to write instead, as an order. */
  readonly remedy: string;
}

/** So many are kept, logged and answered; of a file that is nothing but problems the rest is counted. */
const mostProblems = 200;

/** The first {@link mostProblems}, and what says how many more there are. */
export function boundedProblems(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const [next, ...after] = problems.slice(mostProblems);
  if (next === undefined) return problems;
  const { file, line, column } = next;
  const rule = after.length === 0 ? "one more problem" : `${after.length + 1} more problems from here on`;
  const rest = { file, line, column, path: "", value: null, rule, remedy: "correct those above first" };
  return [...problems.slice(0, mostProblems), rest];
}

const longestShown = 80;

/** `vipcast.yaml:3:8: peers[0].asn 0: an AS number is …; write for example asn: 65000.` */
export function configSentence({ file, line, column, path, value, rule, remedy }: ConfigProblem): string {
  const subject = [path, value === null ? "" : shownValue(value)].filter((part) => part !== "").join(" ");
  const where = `${file}:${line}:${column}`;
  return `${where}: ${subject === "" ? "" : `${subject}: `}${rule}; ${remedy}.`;
}

function shownValue(value: string): string {
  const cut = value.length > longestShown ? `${value.slice(0, longestShown)}…` : value;
  return /^[\x21-\x7e]+$/.test(cut) ? cut : JSON.stringify(cut);
}

/** `["peers", 0, "asn"]` as a person writes it: `peers[0].asn`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}
