/** What is known of where output goes. */
export interface Terminal {
  /** Cells of a line; null: nobody looks at it, and nothing is cut off. */
  readonly width: number | null;
  readonly colour: boolean;
}

/** What a text says at a glance. */
export type Tone = "good" | "warn" | "bad" | "dim" | "strong";

const codes: Readonly<Record<Tone, string>> = { good: "32", warn: "33", bad: "31", dim: "2", strong: "1" };

/** Colour only on a terminal that has it, and not where NO_COLOR is set (no-color.org). */
export function terminalOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  if (stream.isTTY !== true) return { width: null, colour: false };
  const refused = (environment.NO_COLOR ?? "") !== "" || environment.TERM === "dumb";
  return { width: Math.max(40, stream.columns ?? 80), colour: !refused };
}

/** A text with its tone, where the terminal shows it. */
export function toned(text: string, tone: Tone | undefined, terminal: Terminal): string {
  return tone === undefined || !terminal.colour || text === "" ? text : `\u001b[${codes[tone]}m${text}\u001b[0m`;
}

/** A text as it was before {@link toned}. */
export function withoutTones(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins what is looked for
  return text.replace(/\u001b\[\d*m/g, "");
}
