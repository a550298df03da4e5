import type { Problem } from "../resources/problem.ts";

/** Why a verb cannot be answered, for people: whole sentences with their remedy. */
export class ClientFailure extends Error {
  override readonly name: string = "ClientFailure";
  /** 1: it failed; 2: what was asked for was wrong, and nothing was changed. */
  readonly exitCode: 1 | 2;
  /** The daemon's own words, when it was it that refused. */
  readonly problem: Problem | null;
  /** The system's code where no daemon was reached. */
  readonly code: string | null;

  constructor(
    message: string,
    more: { readonly exitCode?: 1 | 2; readonly problem?: Problem; readonly code?: string } = {},
  ) {
    super(message);
    this.exitCode = more.exitCode ?? 1;
    this.problem = more.problem ?? null;
    this.code = more.code ?? null;
  }
}

const askedWrongly: ReadonlySet<string> = new Set([
  "bad-request",
  "bad-value",
  "unknown-vip",
  "unknown-peer",
  "conflict",
  "bad-configuration",
]);

/** What the daemon refused, one line for each thing that is wrong, and what else there is to say in the last one. */
export function refusal(problem: Problem): ClientFailure {
  const sentences = (problem.problems ?? []).map(({ sentence }) => sentence);
  const rest = sentences.reduce((text, sentence) => text.replace(sentence, ""), problem.detail).trim();
  const lines = rest === "" ? sentences : [...sentences, rest];
  return new ClientFailure(lines.join("\n"), { exitCode: askedWrongly.has(problem.code) ? 2 : 1, problem });
}

/** Reasons of the daemon that are others in a moment. */
const passing: ReadonlySet<string> = new Set(["too-many", "stopping", "unavailable"]);

/** Whether it is worth asking a daemon that has answered before once more: nobody answers now, or it says so itself. */
export function isPassing(error: unknown): error is ClientFailure {
  return error instanceof ClientFailure && (error.problem === null || passing.has(error.problem.code));
}
