import type { ServerResponse } from "node:http";
import type { Problem } from "../resources/problem.ts";
import type { Answer } from "./answer.ts";

/** How much work is done in one turn of the event loop, milliseconds. */
const turnMs = 5;
/** How much text is handed over at once. */
const chunkLength = 32 * 1024;

/** Headers of every answer: nobody keeps it, no browser takes it for something else. */
const always = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
} as const;

/** Answers with a refusal; `close`: what is left of the request is not read. */
export function respondProblem(
  response: ServerResponse,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
  close = false,
): void {
  const text = `${JSON.stringify(problem)}\n`;
  response.writeHead(problem.status, {
    ...always,
    "Content-Type": "application/problem+json",
    "Content-Length": Buffer.byteLength(text),
    ...(problem.status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
    ...(close ? { Connection: "close" } : {}),
    ...headers,
  });
  response.end(text);
}

/** Hands an answer to a response; resolves when all of it has been handed over, or nobody wants it any more. Never rejects. */
export async function respond(response: ServerResponse, answer: Answer, status: number): Promise<void> {
  if (response.destroyed) {
    if (answer.kind === "json") answer.after?.();
    return;
  }
  switch (answer.kind) {
    case "problem":
      return respondProblem(response, answer.problem, answer.headers);
    case "json": {
      const text = `${JSON.stringify(answer.body)}\n`;
      response.writeHead(answer.status ?? status, {
        ...always,
        "Content-Type": "application/json",
        "Content-Length": Buffer.byteLength(text),
      });
      if (answer.after !== undefined) response.once("close", answer.after);
      response.end(text);
      return;
    }
    case "stream":
      return answer.run(response);
    case "pieces":
      response.writeHead(status, { ...always, "Content-Type": answer.type });
      return writePieces(response, answer.pieces);
    default:
      return answer satisfies never;
  }
}

/** Writes texts as fast as they are read, in short turns. Memory is what one chunk has, whatever there is. */
async function writePieces(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  let text = "";
  let turnEnds = performance.now() + turnMs;
  for (const piece of pieces) {
    text += piece;
    const full = text.length >= chunkLength;
    if (!full && performance.now() < turnEnds) continue;
    const more = text === "" || response.write(text);
    text = "";
    if (!more) await drainedOrClosed(response);
    if (response.destroyed) return;
    if (performance.now() >= turnEnds) {
      await new Promise((resolve) => setImmediate(resolve));
      turnEnds = performance.now() + turnMs;
    }
  }
  response.end(text);
}

/** One who does not read any more is cut off by the server's timeout. */
function drainedOrClosed(response: ServerResponse): Promise<void> {
  if (response.destroyed || !response.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      response.removeListener("drain", end);
      response.removeListener("close", end);
      resolve();
    };
    response.once("drain", end);
    response.once("close", end);
  });
}

/** `{"name":[…]…}` as pieces: a list that is not made at once. `rest` follows the list, each with its comma. */
export function* listPieces(
  name: string,
  items: Iterable<unknown>,
  rest: () => Readonly<Record<string, unknown>> = () => ({}),
): Generator<string> {
  yield `{${JSON.stringify(name)}:[`;
  let first = true;
  for (const item of items) {
    const text = item === null ? "" : `${first ? "" : ","}${JSON.stringify(item)}`;
    if (item !== null) first = false;
    yield text;
  }
  const more = Object.entries(rest()).map(([key, value]) => `,${JSON.stringify(key)}:${JSON.stringify(value)}`);
  yield `]${more.join("")}}\n`;
}

/** One line of JSON for each item. Null is nothing: a place where the event loop may go on. */
export function* linePieces(items: Iterable<unknown>): Generator<string> {
  for (const item of items) yield item === null ? "" : `${JSON.stringify(item)}\n`;
}
