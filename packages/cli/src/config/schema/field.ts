import { z } from "zod";
import type { Parsed } from "../../arguments/problem.ts";

// A configuration is parsed once in a while: functions made for it (zod's default) cost more than they save.
z.config({ jitless: true });

/** What every field begins with: one for all of them. */
const anything = z.unknown();

/**
 * Says of a schema what it is. Not by `.meta()`, which says it of a copy: more than a hundred of them, at every start.
 */
function told<Schema extends z.ZodType>(schema: Schema, meta: z.core.GlobalMeta): Schema {
  z.globalRegistry.add(schema, meta);
  return schema;
}

/** What the documentation and the JSON Schema say of a field. */
export interface FieldFacts {
  /** One sentence without a period, for `docs/config.md` and editors. */
  readonly description: string;
  /** The JSON types that may be written; default `string`. */
  readonly type?:
    | "string"
    | "integer"
    | "number"
    | "boolean"
    | readonly ("string" | "integer" | "number" | "boolean")[];
  /** What holds when it is absent, in words. */
  readonly default?: string | number | boolean;
  /** All values there are. */
  readonly enum?: readonly string[];
  readonly examples?: readonly (string | number | boolean)[];
  /** The value is never repeated in a message. */
  readonly secret?: boolean;
}

/** What a problem of a field carries besides the rule. */
export interface FieldParams {
  readonly remedy: string;
  readonly secret: boolean;
}

/**
 * A scalar. In files every scalar is text; over the control API numbers and booleans come as such. `parse` sees the text.
 */
export function field<T>(facts: FieldFacts, parse: (text: string) => Parsed<T>): z.ZodType<T> {
  const { secret = false, type = "string", ...rest } = facts;
  const schema = anything.transform((value, context): T => {
    const parsed = parseScalar(value, parse, facts);
    if (parsed.ok) return parsed.value;
    const params: FieldParams = { remedy: parsed.remedy, secret };
    context.addIssue({ code: "custom", message: parsed.rule, params: { ...params } });
    return z.NEVER;
  });
  return told(schema, { ...rest, ...(secret ? { writeOnly: true } : {}), type });
}

function parseScalar<T>(value: unknown, parse: (text: string) => Parsed<T>, facts: FieldFacts): Parsed<T> {
  const example = facts.examples?.[0] ?? facts.enum?.[0] ?? facts.default;
  const remedy = example === undefined ? "write one value" : `write for example ${example}`;
  if (value === undefined) return { ok: false, rule: "is missing", remedy };
  if (value === "" || value === null) return { ok: false, rule: "has no value", remedy: `${remedy}, or leave it out` };
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return parse(String(value));
  return { ok: false, rule: `takes one value, not a ${Array.isArray(value) ? "list" : "mapping"}`, remedy };
}

/** A mapping of known keys; an unknown one is a problem that names the nearest. */
export function section<Shape extends z.core.$ZodLooseShape>(
  description: string,
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const schema = z.strictObject(shape, {
    error: (issue) => (issue.code === "invalid_type" ? "is a mapping, keys with a value each" : undefined),
  });
  return told(schema, { description });
}

/** A list. */
export function list<Item extends z.ZodType>(description: string, item: Item): z.ZodArray<Item> {
  const schema = z.array(item, {
    error: ({ input }) => (input === undefined ? "is missing" : "is a list, each item on its own line after a dash"),
  });
  return told(schema, { description });
}

/** A mapping whose keys are the user's own. */
export function table<Value extends z.ZodType>(description: string, value: Value): z.ZodRecord<z.ZodString, Value> {
  return told(z.record(z.string(), value, { error: "is a mapping, keys with a value each" }), { description });
}
