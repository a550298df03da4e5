import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ListenSettings } from "../values/listen.ts";

/** What the listener answers with. */
export interface MetricsAnswers {
  readonly contentType: string;
  readonly metrics: () => Promise<string>;
  /** Why the node is not ready; empty when it is. */
  readonly notReady: () => readonly string[];
}

/** Prometheus keeps one connection; a few tools beside it. Whoever opens more than this is turned away. */
const maxConnections = 32;
/** Requests here have no body and hardly any headers. */
const requestTimeoutMs = 5000;
/** A reader that does not take its answer loses the connection after this. */
const idleTimeoutMs = 10_000;

/** Listens for `/metrics`, `/healthz` and `/readyz`. Rejects with the system's error; an open listener does not keep the process alive. */
export function serveMetrics({ host, port }: ListenSettings, answers: MetricsAnswers): Promise<Server> {
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs },
    (request, response) => answer(request, response, answers),
  );
  server.maxConnections = maxConnections;
  server.setTimeout(idleTimeoutMs);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      // From now on an error is one connection's, or a shortage of descriptors that passes: the announcement goes on.
      server.on("error", () => undefined);
      server.unref();
      resolve(server);
    });
  });
}

function answer(request: IncomingMessage, response: ServerResponse, answers: MetricsAnswers): void {
  const say = (status: number, text: string, contentType = "text/plain; charset=utf-8"): void => {
    response.writeHead(status, {
      "content-type": contentType,
      "content-length": Buffer.byteLength(text),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...(status === 405 ? { allow: "GET, HEAD" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : text);
  };
  const path = request.url?.split("?", 1)[0];
  const reasons = path === "/readyz" ? answers.notReady() : [];
  if (request.method !== "GET" && request.method !== "HEAD") say(405, "only GET and HEAD\n");
  else if (path === "/metrics")
    answers.metrics().then(
      (text) => say(200, text, answers.contentType),
      (error: unknown) => say(500, `${error instanceof Error ? error.message : String(error)}\n`),
    );
  // That this is answered at all is the answer: the event loop turns.
  else if (path === "/healthz") say(200, "ok\n");
  else if (path === "/readyz" && reasons.length === 0) say(200, "ready\n");
  else if (path === "/readyz") say(503, reasons.map((reason) => `not ready: ${reason}\n`).join(""));
  else say(404, "there are /metrics, /healthz and /readyz\n");
}
