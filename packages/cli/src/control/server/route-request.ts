import { didYouMean, nearest } from "../../arguments/suggest.ts";
import { type Endpoint, endpoints, type QueryParameter } from "../resources/endpoints.ts";
import type { Problem } from "../resources/problem.ts";
import { problemOf } from "./problem.ts";

/** Where a request leads, or why nowhere. */
export type Routed =
  | {
      readonly ok: true;
      readonly endpoint: Endpoint;
      readonly path: Readonly<Record<string, string>>;
      readonly query: ReadonlyMap<string, string | boolean | number>;
    }
  | { readonly ok: false; readonly problem: Problem; readonly allow?: string };

/** Longer ones are nothing that we have. */
const longestTarget = 2048;

/** Finds the endpoint of a request line. Pure; a target of any octets gets an answer. */
export function routeRequest(method: string, target: string, table: readonly Endpoint[] = endpoints): Routed {
  if (target.length > longestTarget)
    return refuse("bad-request", `The path has ${target.length} characters, and at most ${longestTarget} are taken.`);
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const segments = decodedSegments(path);
  if (segments === null)
    return refuse("bad-request", `The path ${shownPath(path)} is not percent-encoded UTF-8; write % as %25.`);
  const found = table.flatMap((endpoint) => {
    const values = match(endpoint.path, segments);
    return values === null ? [] : [{ endpoint, values }];
  });
  const [first] = found;
  if (first === undefined) return notFound(path, segments, table);
  // What answers GET answers HEAD as well (RFC 9110 §9.1).
  const wanted = method === "HEAD" ? "GET" : method;
  const meant = found.find(({ endpoint }) => endpoint.method === wanted);
  if (meant === undefined) {
    const allowed = found.flatMap(({ endpoint }) => (endpoint.method === "GET" ? ["GET", "HEAD"] : [endpoint.method]));
    const detail = `${first.endpoint.path} cannot be used with ${shownPath(method)}; use ${allowed.join(" or ")}.`;
    return { ...refuse("method-not-allowed", detail), allow: allowed.join(", ") };
  }
  const query = readQuery(mark < 0 ? "" : target.slice(mark + 1), meant.endpoint);
  if ("problem" in query) return { ok: false, problem: query.problem };
  return { ok: true, endpoint: meant.endpoint, path: meant.values, query };
}

function refuse(
  code: Parameters<typeof problemOf>[0],
  detail: string,
): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: problemOf(code, detail) };
}

function decodedSegments(path: string): string[] | null {
  if (!path.startsWith("/")) return null;
  try {
    return path.slice(1).split("/").map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** The values of a pattern's names; null when it is not matched. */
function match(pattern: string, segments: readonly string[]): Record<string, string> | null {
  const values: Record<string, string> = {};
  let at = 0;
  for (const part of pattern.slice(1).split("/")) {
    const segment = segments[at++];
    if (segment === undefined) return null;
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (segment !== part) return null;
      continue;
    }
    if (segment === "") return null;
    // The slash of a prefix need not be encoded: what follows it is a number, as no other segment is.
    const length = name === "prefix" && !segment.includes("/") ? segments[at] : undefined;
    if (length !== undefined && /^\d{1,3}$/.test(length)) {
      values[name] = `${segment}/${length}`;
      at++;
    } else values[name] = segment;
  }
  return at === segments.length ? values : null;
}

function notFound(path: string, segments: readonly string[], table: readonly Endpoint[]): Routed {
  const paths = [...new Set(table.map((endpoint) => endpoint.path))];
  const plain = `/${segments.join("/")}`.slice(0, 100).replace(/\/+$/, "");
  const near = nearest(
    plain,
    paths.filter((candidate) => !candidate.includes("{")),
  );
  // With a name in it: the pattern that begins the same and has as many parts.
  const alike = paths.find((candidate) => {
    const parts = candidate.slice(1).split("/");
    return parts.length === segments.length && parts[1] === segments[1];
  });
  const remedy = near ?? alike;
  const hint = remedy === undefined ? "GET /v1/openapi.json lists what there is" : `did you mean ${remedy}`;
  return refuse("not-found", `There is nothing at ${shownPath(path)}; ${hint}.`);
}

type Query = ReadonlyMap<string, string | boolean | number>;

function readQuery(text: string, endpoint: Endpoint): Query | { readonly problem: Problem } {
  const values = new Map<string, string | boolean | number>();
  const known = endpoint.query ?? [];
  const bad = (detail: string): { readonly problem: Problem } => ({ problem: problemOf("bad-value", detail) });
  for (const [name, value] of new URLSearchParams(text)) {
    const parameter = known.find((candidate) => candidate.name === name);
    if (parameter === undefined) {
      const remedy =
        known.length === 0
          ? "leave it out"
          : didYouMean(
              name,
              known.map((candidate) => candidate.name),
            );
      return bad(`${shownPath(name)}: is not a parameter of ${endpoint.method} ${endpoint.path}; ${remedy}.`);
    }
    if (values.has(name)) return bad(`${name}: is given more than once; keep one of them.`);
    const read = readParameter(parameter, value);
    if (typeof read === "object") return bad(`${name} ${shownPath(value)}: ${read.rule}; ${read.remedy}.`);
    values.set(name, read);
  }
  return values;
}

function readParameter(
  { name, type, min = 0, max = Number.MAX_SAFE_INTEGER }: QueryParameter,
  value: string,
): string | boolean | number | { readonly rule: string; readonly remedy: string } {
  switch (type) {
    case "string":
      return value === "" ? { rule: "has no value", remedy: "write one, or leave it out" } : value;
    case "boolean":
      if (value === "" || value === "true") return true;
      if (value === "false") return false;
      return { rule: "is true or false", remedy: `write ${name}=true` };
    case "integer": {
      const number = Number(value);
      if (/^\d{1,15}$/.test(value) && number >= min && number <= max) return number;
      return { rule: `is a whole number from ${min} to ${max}`, remedy: `write ${name}=${Math.max(min, 1)}` };
    }
    default:
      return type satisfies never;
  }
}

/** What somebody else wrote, safe and short enough for a sentence. */
export function shownPath(text: string): string {
  const cut = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return /^[\x21-\x7e…]+$/.test(cut) ? cut : JSON.stringify(cut);
}
