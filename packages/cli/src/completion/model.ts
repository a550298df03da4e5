import { peerKeyCompletions, peerKeys } from "../announce/peer.ts";
import type { Completion, OptionSpec, VerbSpec } from "../arguments/option.ts";

/** One key of `--peer`. `values` null: the key stands alone. */
export interface PeerKey {
  readonly name: string;
  readonly values: Completion | null;
}

/** Everything a completion script is made from. */
export interface CompletionModel {
  readonly verbs: readonly VerbSpec[];
  readonly peerKeys: readonly PeerKey[];
}

/** What the scripts say, from the verbs' own tables. */
export function completionModel(specs: readonly VerbSpec[]): CompletionModel {
  return {
    verbs: specs,
    peerKeys: peerKeys.map((name) => {
      const known = new Map<string, Completion | null>(Object.entries(peerKeyCompletions));
      return { name, values: known.has(name) ? (known.get(name) ?? null) : "nothing" };
    }),
  };
}

/** A verb's summary beside its name in a list. */
export function headingOf({ summary }: VerbSpec): string {
  return summary.replace(/\.$/, "").replace(/[.:;] .*$/s, "");
}

/** What an option's value is completed with; null for a switch. What its table does not say is told from the placeholder. */
export function completionOf({ value, complete }: OptionSpec): Completion | null {
  if (value === undefined) return null;
  if (complete !== undefined) return complete;
  if (/^(FILE|PATH)$/.test(value)) return "file";
  const words = value.includes("|") ? value.split("|").filter((word) => /^[a-z][a-z0-9-]*$/.test(word)) : [];
  return words.length > 0 ? words : "nothing";
}

/** What a verb's operand is completed with. */
export function operandCompletionOf({ completeOperand, operandHelp }: VerbSpec): Completion {
  if (completeOperand !== undefined) return completeOperand;
  return operandHelp.some(([name]) => /FILE/.test(name)) ? "file" : "nothing";
}

/** A word between single quotes, as all three shells take it. fish also takes `\'`, bash and zsh only this. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
