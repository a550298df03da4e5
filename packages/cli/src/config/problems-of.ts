import type { z } from "zod";
import type { ConfigPath } from "./document.ts";
import { type ConfigProblem, pathText } from "./problem.ts";
import type { FieldParams } from "./schema/field.ts";
import { knownKeys, unknownKey } from "./schema/keys.ts";
import type { ConfigSources } from "./sources.ts";

type Issue = z.core.$ZodIssue;

/** What the schema found wrong, each with its place in the files. */
export function problemsOf(schema: z.ZodType, issues: readonly Issue[], sources: ConfigSources): ConfigProblem[] {
  return issues.flatMap((issue) => problemsOfIssue(schema, issue, [], sources));
}

function problemsOfIssue(
  schema: z.ZodType,
  issue: Issue,
  base: ConfigPath,
  sources: ConfigSources,
): readonly ConfigProblem[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = knownKeys(schema, path);
      return issue.keys.map((key) => ({
        ...sources.locateKey(path, key),
        path: pathText([...path, key]),
        value: null,
        ...unknownKey(key, pathText(path), known),
      }));
    }
    case "invalid_union": {
      // The branch that was meant: a mapping is the section among the options, anything else the scalar, which stands first.
      const mapping = isMapping(valueAt(sources.value, path));
      const meant = (mapping ? issue.errors.at(-1) : issue.errors[0]) ?? [];
      return meant.flatMap((inner) => problemsOfIssue(schema, inner, path, sources));
    }
    case "custom": {
      const { remedy, secret } = issue.params as unknown as FieldParams;
      return [problem(path, issue.message, remedy, secret, sources)];
    }
    default: {
      // Where names and values of the user's own were expected (headers, environment), whatever stands there instead may be one of the values.
      const secret = issue.code === "invalid_type" && issue.expected === "record";
      return [problem(path, issue.message, remedyOf(issue, schema, path), secret, sources)];
    }
  }
}

/** Whatever is not a scalar: a list or a mapping was expected. */
function remedyOf(issue: Issue, schema: z.ZodType, path: ConfigPath): string {
  if (issue.code === "invalid_type" && issue.expected === "array")
    return `write ${String(path.at(-1))}: and the items below it`;
  const [first = "key"] = knownKeys(schema, path);
  return `write for example ${first}: with its value`;
}

function problem(
  path: ConfigPath,
  rule: string,
  remedy: string,
  secret: boolean,
  sources: ConfigSources,
): ConfigProblem {
  const value = valueAt(sources.value, path);
  const shown = secret || typeof value === "object" || value === undefined || value === "" ? null : String(value);
  return { ...sources.locate(path), path: pathText(path), value: shown, rule, remedy };
}

function valueAt(root: unknown, path: ConfigPath): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function isMapping(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
