import type { IncomingMessage, ServerResponse } from "node:http";
import type { Finding, Problem } from "../resources/problem.ts";
import { type ProblemCode, problemOf } from "./problem.ts";

/** What a handler is asked. Everything has been checked against the table of endpoints and the schema of the body. */
export interface Call {
  /** Segments of the path by name, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string | boolean | number>;
  /** The body as the schema gives it; undefined without one. */
  readonly body: unknown;
  /** The body as it was written. */
  readonly written: unknown;
  /** The stream that `Accept` asks for was chosen. */
  readonly streamed: boolean;
  readonly headers: IncomingMessage["headers"];
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What a handler answers. */
export type Answer =
  | { readonly kind: "json"; readonly body: unknown; readonly status?: number; readonly after?: () => void }
  /** Written piece by piece, with turns of the event loop between them: `pieces` is not run to its end at once. */
  | { readonly kind: "pieces"; readonly type: string; readonly pieces: Iterable<string> }
  /** The response is somebody else's from here on. */
  | { readonly kind: "stream"; readonly run: (response: ServerResponse) => void }
  | { readonly kind: "problem"; readonly problem: Problem; readonly headers?: Readonly<Record<string, string>> };

/** Answers one endpoint. */
export type Handler = (call: Call) => Answer | Promise<Answer>;

/** A success. `after` runs once the answer has been handed to the kernel, or nobody wants it any more. */
export function json(body: unknown, status?: number, after?: () => void): Answer {
  return { kind: "json", body, ...(status === undefined ? {} : { status }), ...(after === undefined ? {} : { after }) };
}

/** A refusal. */
export function refusal(code: ProblemCode, detail: string, problems?: readonly Finding[]): Answer {
  return { kind: "problem", problem: problemOf(code, detail, problems === undefined ? {} : { problems }) };
}
