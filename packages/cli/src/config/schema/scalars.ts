import type { z } from "zod";
import type { Parsed } from "../../arguments/problem.ts";
import { accept, refuse } from "../../arguments/problem.ts";
import { didYouMean } from "../../arguments/suggest.ts";
import { durationText, parseDuration, parseInteger } from "../../values/numbers.ts";
import { type FieldFacts, field } from "./field.ts";

type Facts = Omit<FieldFacts, "type">;

/** `true` or `false`; YAML's older words for them are refused with the right one. */
export function flag(facts: Facts): z.ZodType<boolean> {
  return field({ ...facts, type: "boolean", examples: facts.examples ?? [true] }, (text): Parsed<boolean> => {
    if (text === "true") return accept(true);
    if (text === "false") return accept(false);
    return refuse("is true or false", /^(no|off|n|0)$/i.test(text) ? "write false" : "write true, or leave it out");
  });
}

/** A whole number. `what` begins the rule: `MULTI_EXIT_DISC`. */
export function integer(facts: Facts, min: number, max: number, what: string, example: number): z.ZodType<number> {
  return field({ ...facts, type: "integer", examples: facts.examples ?? [example] }, (text) =>
    parseInteger(text, min, max, what, String(example)),
  );
}

/** A time in milliseconds, written in seconds or with a unit. */
export function duration(facts: Facts, minMs: number, maxMs: number, exampleMs: number): z.ZodType<number> {
  const example = durationText(exampleMs);
  return field({ ...facts, type: ["string", "number"], examples: facts.examples ?? [example] }, (text) =>
    parseDuration(text, minMs, maxMs, example),
  );
}

/** A time in whole seconds, written as number or with a unit. */
export function seconds(facts: Facts, parse: (text: string) => Parsed<number>, example: number): z.ZodType<number> {
  return field({ ...facts, type: ["string", "integer"], examples: facts.examples ?? [example] }, (text) => {
    const ms = parseDuration(text, 0, 131_072_000, String(example));
    if (!ms.ok) return parse(text);
    return ms.value % 1000 === 0
      ? parse(String(ms.value / 1000))
      : refuse("is a time in whole seconds", `write ${example}`);
  });
}

/** One of some words. */
export function oneOf<const Names extends readonly string[]>(facts: Facts, names: Names): z.ZodType<Names[number]> {
  return field({ ...facts, enum: names }, (text): Parsed<Names[number]> => {
    const name = names.find((candidate) => candidate === text);
    return name === undefined ? refuse("is not known here", didYouMean(text, names)) : accept(name);
  });
}

/** Text of any kind, at most `max` characters. */
export function text(facts: Facts, max = 4096): z.ZodType<string> {
  return field(facts, (value) =>
    value.length <= max
      ? accept(value)
      : refuse(`has ${value.length} characters, and at most ${max} are taken`, "shorten it"),
  );
}

/** The path of a file or folder. A relative one counts from the folder of the process. */
export function path(facts: Facts): z.ZodType<string> {
  return field(facts, (value) =>
    value.includes("\0") ? refuse("is no path", "write the path of a file") : accept(value),
  );
}
