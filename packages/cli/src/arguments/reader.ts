import type { RawArguments } from "./option.ts";
import type { Parsed, Problem } from "./problem.ts";
import { shown } from "./problem.ts";

/** Turns raw option values into typed ones and collects what is wrong with them, so that all of it is reported at once. */
export class ArgumentReader {
  readonly problems: Problem[] = [];
  readonly #raw: RawArguments;

  constructor(raw: RawArguments) {
    this.#raw = raw;
  }

  /** Whether the option, with or without a value, was given. */
  has(name: string): boolean {
    return this.#raw.values.has(name);
  }

  /** The value of an option; `absent` when it was not given or is wrong. */
  one<T, A>(name: string, parse: (text: string) => Parsed<T>, absent: A): T | A {
    const text = this.#raw.values.get(name)?.at(-1);
    if (text === undefined) return absent;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    this.#refuse(name, text, parsed.rule, parsed.remedy);
    return absent;
  }

  /** The values of a repeatable option, wrong ones left out. One that may hold a `secret` is not repeated in a message. */
  many<T>(name: string, parse: (text: string) => Parsed<T>, secret = false): T[] {
    const values: T[] = [];
    for (const text of this.#raw.values.get(name) ?? []) {
      const parsed = parse(text);
      if (parsed.ok) values.push(parsed.value);
      else if (secret) this.report(`--${name}`, parsed.rule, parsed.remedy);
      else this.#refuse(name, text, parsed.rule, parsed.remedy);
    }
    return values;
  }

  /** Like {@link many}, for a parser that finds several problems in one text and names their subjects itself. */
  manyDetailed<T>(name: string, parse: (text: string, report: (problem: Problem) => void) => T | null): T[] {
    const values: T[] = [];
    for (const text of this.#raw.values.get(name) ?? []) {
      const value = parse(text, (problem) => this.problems.push(problem));
      if (value !== null) values.push(value);
    }
    return values;
  }

  /** Records a problem that no single value shows. */
  report(subject: string, rule: string, remedy: string): void {
    this.problems.push({ subject, rule, remedy });
  }

  #refuse(name: string, text: string, rule: string, remedy: string): void {
    this.problems.push({ subject: `--${name} ${shown(text)}`, rule, remedy });
  }
}
