/**
 * Characters that a terminal acts on instead of showing them: C0 and C1 controls, DEL, line and paragraph separators, and those that turn the direction of
 * text round.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text from elsewhere (a peer's NOTIFICATION, a file) as it can be shown: what a terminal would act on is written as `\x1b` or `\u202e`. */
export function safeText(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** A value as one line of JSON, with a newline. What {@link safeText} writes out is escaped in it as JSON does, so that it can be shown too. */
export function jsonLine(value: unknown): string {
  return `${safeJson(JSON.stringify(value))}\n`;
}

/** JSON that somebody else has written, made safe the same way. */
export function safeJson(json: string): string {
  return json.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** How many cells of a terminal a text takes that has been through {@link safeText}. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) cells += characterCells(character);
  return cells;
}

function characterCells(character: string): number {
  if (character < "\u0300") return 1;
  if (/^[\p{M}\u200b-\u200d]$/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** At most so many cells of a text, the last of them `…` when something is missing. */
export function clipped(text: string, cells: number): string {
  if (cellsOf(text) <= cells) return text;
  let kept = "";
  let left = cells - 1;
  for (const character of text) {
    left -= characterCells(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}
