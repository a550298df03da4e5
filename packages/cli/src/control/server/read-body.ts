import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { problemsOf } from "../../config/problems-of.ts";
import type { Finding, Problem } from "../resources/problem.ts";
import { findingOf, valueSources } from "./findings.ts";
import { problemOf } from "./problem.ts";

/** The longest body, octets: a virtual IP with many checks has a few thousand. */
const longestBody = 256 * 1024;
/** The deepest nesting of a body: a group of checks in groups has ten. */
const deepest = 64;

/** A body, or why it cannot be used. `value` is undefined where there was none. */
export type ReadBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem };

/** Receives a body and parses it as JSON. Never rejects; one that is too long is not kept. */
export async function readBody(request: IncomingMessage): Promise<ReadBody> {
  const chunks: Buffer[] = [];
  let length = Number(request.headers["content-length"] ?? 0);
  if (length <= longestBody) {
    length = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > longestBody) break;
        chunks.push(chunk);
      }
    } catch {
      return { ok: false, problem: problemOf("bad-request", "The body ended before it was complete; send it again.") };
    }
  }
  if (length > longestBody) {
    const detail = `The body has more than ${longestBody} octets; send less.`;
    return { ok: false, problem: problemOf("too-large", detail) };
  }
  if (length === 0) return { ok: true, value: undefined };
  const wrong = mediaFault(request.headers);
  return wrong === null ? parseBody(Buffer.concat(chunks)) : { ok: false, problem: wrong };
}

function mediaFault({
  "content-type": type = "",
  "content-encoding": encoding,
}: IncomingMessage["headers"]): Problem | null {
  if (encoding !== undefined && encoding !== "identity")
    return problemOf("unsupported-media-type", "The body is compressed; send it as it is.");
  // A browser sends this type to another site only after having asked, which is refused.
  if (/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) return null;
  const detail = `The body has the type ${type === "" ? "of nothing" : JSON.stringify(type.slice(0, 80))}; send JSON and the header Content-Type: application/json.`;
  return problemOf("unsupported-media-type", detail);
}

/** Parses octets as JSON; what is malformed is shown with its line and column. */
export function parseBody(octets: Buffer): ReadBody {
  const text = octets.toString("utf8");
  if (!Buffer.from(text).equals(octets))
    return { ok: false, problem: problemOf("bad-request", "The body is not UTF-8; send JSON in UTF-8.") };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, problem: syntaxProblem(text, error instanceof Error ? error.message : String(error)) };
  }
  if (depthOf(value) <= deepest) return { ok: true, value };
  return { ok: false, problem: problemOf("bad-request", `The body is nested more than ${deepest} deep; send less.`) };
}

function syntaxProblem(text: string, message: string): Problem {
  const offset = Number(positionIn(message) ?? offsetOfFault(text));
  const lines = text.slice(0, offset).split("\n");
  const [line, column] = [lines.length, (lines.at(-1) ?? "").length + 1];
  const found = offset >= text.length ? "it ends too early" : `${JSON.stringify(text[offset])} cannot stand there`;
  const rule = `is not valid JSON, ${found}`;
  const remedy = "correct it there or before";
  const sentence = `body:${line}:${column}: ${rule}; ${remedy}.`;
  const finding: Finding = { path: "", value: null, rule, remedy, sentence, line, column };
  return problemOf("bad-request", sentence, { problems: [finding] });
}

function positionIn(message: string): string | undefined {
  return /at position (\d+)/.exec(message)?.[1];
}

/**
 * Where the parser stumbles, for messages that do not say it: before that place, what there is of the text can still become JSON, and after it not any more.
 */
function offsetOfFault(text: string): number {
  let [sound, wrong] = [0, text.length + 1];
  while (wrong - sound > 1) {
    const length = (sound + wrong) >>> 1;
    if (canGoOn(text.slice(0, length))) sound = length;
    else wrong = length;
  }
  return sound;
}

function canGoOn(start: string): boolean {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    return message.includes("end of JSON input") || positionIn(message) === String(start.length);
  }
}

function depthOf(root: unknown): number {
  let level: unknown[] = [root];
  for (let depth = 0; ; depth++) {
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
    if (level.length === 0 || depth > deepest) return depth;
  }
}

/** What a schema makes of a value, or everything that is wrong with it. */
export function checkBody<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { readonly ok: true; readonly value: z.output<Schema> } | { readonly ok: false; readonly problem: Problem } {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const findings = problemsOf(schema, parsed.error.issues, valueSources(value)).map(findingOf);
  return { ok: false, problem: findingsProblem(findings) };
}

/** A refusal that says everything that is wrong. */
export function findingsProblem(problems: readonly Finding[]): Problem {
  return problemOf("bad-value", problems.map(({ sentence }) => sentence).join(" "), { problems });
}
