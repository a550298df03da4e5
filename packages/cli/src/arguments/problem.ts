/** One thing that is wrong with what the user wrote. Problems are values: they are collected and shown together. */
export interface Problem {
  /** The option and the value as written, for example `--hold-time 2`. Never a secret. */
  readonly subject: string;
  /** The rule it breaks, as the middle of a sentence: `must be 0 or between 3 and 65535 seconds`. */
  readonly rule: string;
  /** What to write instead, as an order: `use --hold-time 9`. */
  readonly remedy: string;
}

/** What a value parser returns: the value, or the rule that the text broke and what to write instead. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly rule: string; readonly remedy: string };

export function accept<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function refuse(
  rule: string,
  remedy: string,
): { readonly ok: false; readonly rule: string; readonly remedy: string } {
  return { ok: false, rule, remedy };
}

/** The sentence a person reads: subject, rule, remedy. */
export function problemSentence(problem: Problem): string {
  return `${problem.subject}: ${problem.rule}; ${problem.remedy}.`;
}

/** A value as it appears in a sentence: bare when it is a plain word, in quotes when spaces or emptiness would hide it; who a URL logs in as is left out. */
export function shown(text: string): string {
  const value = text.replace(/\/\/[^\s/?#]*@/, "//***@");
  return /^[\x21-\x7e]+$/.test(value) ? value : JSON.stringify(value);
}
