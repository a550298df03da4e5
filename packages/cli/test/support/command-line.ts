import { expect } from "vitest";
import type { AnnounceSettings } from "../../src/announce/settings.ts";
import { readSettings } from "../../src/announce/settings.ts";
import { announceVerb } from "../../src/announce/verb.ts";
import { parseCommandLine } from "../../src/arguments/parse.ts";
import { problemSentence } from "../../src/arguments/problem.ts";

/** A command line with nothing wrong. */
export const good: readonly string[] = ["192.0.2.10/32", "--asn", "65001", "--peer", "10.0.0.254,asn=65000"];

/** What is wrong with a command line, as far as it says without looking at the host. */
export function sentencesOf(argv: readonly string[]): string[] {
  const line = parseCommandLine(announceVerb, argv);
  if (line.kind === "help") throw new Error("help was not asked for");
  return [...line.problems, ...readSettings(line.raw).problems].map(problemSentence);
}

/** The settings of {@link good} with more arguments, which must be right. */
export function settingsOf(...more: readonly string[]): AnnounceSettings {
  const line = parseCommandLine(announceVerb, [...good, ...more]);
  if (line.kind === "help") throw new Error("help was not asked for");
  const { settings, problems } = readSettings(line.raw);
  expect([...line.problems, ...problems].map(problemSentence)).toEqual([]);
  return settings;
}

/** Arguments, and the one sentence they are answered with. */
export type Refused = readonly (readonly [argv: readonly string[], sentence: string])[];

/** One sentence with the subject, the rule and the remedy, which contains these words. */
export function expectOneSentence(argv: readonly string[], words: string): void {
  const sentences = sentencesOf(argv);
  expect(sentences).toHaveLength(1);
  expect(sentences[0]).toContain(words);
  expect(sentences[0]).toMatch(/: .+; .+\.$/);
}
