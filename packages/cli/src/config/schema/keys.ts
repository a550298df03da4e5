import type { z } from "zod";
import { nearest } from "../../arguments/suggest.ts";
import type { ConfigPath } from "../document.ts";

/** The parts of a schema's definition that lead to the schemas inside it. */
interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly getter?: () => z.ZodType;
  readonly options?: readonly z.ZodType[];
}

/** The keys that a mapping at `path` may have; empty where the schema has no mapping. */
export function knownKeys(schema: z.ZodType, path: ConfigPath): readonly string[] {
  const { shape, element, innerType, getter, options } = schema.def as Definition;
  if (innerType !== undefined) return knownKeys(innerType, path);
  if (getter !== undefined) return knownKeys(getter(), path);
  if (options !== undefined) return options.flatMap((option) => knownKeys(option, path));
  const [part, ...rest] = path;
  if (part === undefined) return shape === undefined ? [] : Object.keys(shape);
  if (typeof part === "number") return element === undefined ? [] : knownKeys(element, rest);
  const inner = shape?.[String(part)];
  return inner === undefined ? [] : knownKeys(inner, rest);
}

/** Keys that will be there one day, and what to do until then. */
const later: Readonly<Record<string, string>> = {
  bfd: "leave it out, and use timers: fast to notice a failure within 3 seconds",
};

/** Why a key is refused and what to write instead: the nearest known one, `-` and `_` not counted. */
export function unknownKey(
  key: string,
  section: string,
  known: readonly string[],
): { readonly rule: string; readonly remedy: string } {
  const meanwhile = Object.hasOwn(later, key) ? later[key] : undefined;
  if (meanwhile !== undefined) return { rule: "is not there yet", remedy: meanwhile };
  return { rule: `is not a key of ${section === "" ? "the configuration" : section}`, remedy: nearestKey(key, known) };
}

function nearestKey(key: string, known: readonly string[]): string {
  const bare = key.replace(/[-_]/g, "").toLowerCase();
  const near = known.find((name) => name.toLowerCase() === bare) ?? nearest(key, known);
  return near === null ? `use one of ${known.join(", ")}` : `did you mean ${near}`;
}
