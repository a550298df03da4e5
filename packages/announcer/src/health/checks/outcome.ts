import type { ProbeOutcome } from "../probe.ts";

/** A failure in one line. Of several attempts (one for each address of a name), all of them. */
export function failed(error: unknown, output?: string): ProbeOutcome {
  return { ok: false, detail: oneLine(textOf(error)), ...(output === undefined ? {} : { output }) };
}

/** Nobody waits for this any more. */
export const aborted: ProbeOutcome = { ok: false, detail: "stopped before it had ended" };

function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(textOf))].join(", ");
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (error.message === "") return code === "" ? error.name : code;
  return code === "" || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}

/** Text from elsewhere on one line, without what a terminal would obey. */
export function oneLine(text: string, longest = 300): string {
  const plain = printable(text).replace(/\s+/g, " ").trim();
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}

/** Text without control characters other than line ends and tabs. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}
