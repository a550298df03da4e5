import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from "node:https";
import type { Socket } from "node:net";
import type { Log } from "../../output/log.ts";
import { version } from "../../version.ts";
import type { Endpoint, EndpointId } from "../resources/endpoints.ts";
import { schemas } from "../resources/schemas.ts";
import { refuseAccess, type TcpAccess } from "./access.ts";
import { type Answer, type Handler, refusal } from "./answer.ts";
import { type ConnectionLimits, Connections } from "./connections.ts";
import { problemOf } from "./problem.ts";
import { checkBody, readBody } from "./read-body.ts";
import { respond, respondProblem } from "./respond.ts";
import { routeRequest } from "./route-request.ts";

/** What a service is made of. */
export interface HttpServiceOptions {
  readonly handlers: Readonly<Record<EndpointId, Handler>>;
  readonly log: Pick<Log, "error" | "debug">;
  /** Null: whoever can open the Unix socket may ask. */
  readonly access: TcpAccess | null;
  readonly tls?: TlsOptions;
  /** What is absent is the default's. */
  readonly limits?: Partial<ServiceLimits>;
}

/** What a client may cost. Times in milliseconds. */
export interface ServiceLimits extends ConnectionLimits {
  readonly headerOctets: number;
  /** From the connection, or the answer before, to the end of the header; then to the end of the body. */
  readonly headerMs: number;
  readonly requestMs: number;
  /** Between two requests on one connection. */
  readonly idleMs: number;
  /** Nothing is taken by the reader, or sent to it. */
  readonly silenceMs: number;
  readonly checkEveryMs: number;
  readonly requestsOfConnection: number;
  /** Requests of one connection that wait for their answer: what comes in one piece is worked off in one turn of the event loop. */
  readonly unanswered: number;
}

const defaultLimits: ServiceLimits = {
  connections: 256,
  requests: 64,
  stallMs: 1000,
  headerOctets: 16 * 1024,
  headerMs: 5000,
  requestMs: 10_000,
  idleMs: 5000,
  silenceMs: 30_000,
  checkEveryMs: 1000,
  requestsOfConnection: 10_000,
  unanswered: 16,
};

/** The HTTP server of one listener, not listening yet. */
export function createHttpService(options: HttpServiceOptions): Server {
  const limits = { ...defaultLimits, ...options.limits };
  const settings = {
    maxHeaderSize: limits.headerOctets,
    headersTimeout: limits.headerMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: limits.checkEveryMs,
  };
  const name = `vipcast/${version()}`;
  const unanswered = new WeakMap<Socket, number>();
  const connections = new Connections(limits);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    const ahead = unanswered.get(socket) ?? 0;
    if (ahead >= limits.unanswered) {
      socket.destroy();
      return;
    }
    unanswered.set(socket, ahead + 1);
    response.once("close", () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    // By which a verb of another version knows.
    response.setHeader("Server", name);
    const room = connections.begin(request, response);
    void serve(request, response, options, limits, room);
  };
  const server: Server =
    options.tls === undefined
      ? createServer(settings, listener)
      : createTlsServer({ ...settings, handshakeTimeout: limits.headerMs, ...options.tls }, listener);
  server.on(options.tls === undefined ? "connection" : "secureConnection", (socket: Socket) => connections.add(socket));
  // The one that comes is there before another gives way to it.
  server.maxConnections = limits.connections + 1;
  server.maxRequestsPerSocket = limits.requestsOfConnection;
  server.timeout = limits.silenceMs;
  server.on("clientError", (error, socket) => refuseMalformed(error, socket as Socket, limits));
  return server;
}

/** What the parser of Node refuses: too long, too slow, or not HTTP. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket, limits: ServiceLimits): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, reason, detail] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? [431, "Request Header Fields Too Large", `The header has more than ${limits.headerOctets} octets; send less.`]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? [408, "Request Timeout", "The request was not complete in time; send it at once."]
        : [400, "Bad Request", "This is not HTTP/1.1 as it must be; use an HTTP client."];
  const problem = { ...problemOf("bad-request", detail), status };
  const body = `${JSON.stringify(problem)}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpServiceOptions,
  limits: ServiceLimits,
  room: boolean,
): Promise<void> {
  const { access, log } = options;
  response.on("error", () => response.destroy());
  const refused = access === null ? null : refuseAccess(request.headers, access);
  if (refused !== null) return respondProblem(response, refused, {}, true);
  if (!room) {
    const detail = `${limits.requests} requests are being answered already; try again in a moment, and see who asks so often.`;
    return respondProblem(response, problemOf("too-many", detail), { "Retry-After": "1" }, true);
  }
  try {
    const { answer, status } = await answerOf(request, response, options.handlers, limits);
    // Until somebody reads it, what is left of a body would be taken for the next request.
    const close = !request.complete;
    if (answer.kind === "problem")
      respondProblem(response, { ...answer.problem, instance: instanceOf(request) }, answer.headers, close);
    else await respond(response, answer, status);
  } catch (error) {
    log.error({ err: error, method: request.method, path: instanceOf(request) }, "a request to the control API failed");
    if (response.headersSent) response.destroy();
    else
      respondProblem(
        response,
        problemOf("failed", "It failed because of a defect; the log of vipcast says more."),
        {},
        true,
      );
  }
}

function instanceOf({ url = "/" }: IncomingMessage): string {
  return (url.split("?")[0] ?? "/").slice(0, 200);
}

async function answerOf(
  request: IncomingMessage,
  response: ServerResponse,
  handlers: Readonly<Record<EndpointId, Handler>>,
  limits: ServiceLimits,
): Promise<{ readonly answer: Answer; readonly status: number }> {
  const refuse = (answer: Answer): { readonly answer: Answer; readonly status: number } => ({ answer, status: 0 });
  const routed = routeRequest(request.method ?? "GET", request.url ?? "/");
  if (!routed.ok) {
    const headers = routed.allow === undefined ? {} : { headers: { Allow: routed.allow } };
    return refuse({ kind: "problem", problem: routed.problem, ...headers });
  }
  const { endpoint, path, query } = routed;
  const form = formOf(endpoint, request.headers.accept);
  if (form === null) {
    const forms = ["application/json", ...(endpoint.stream === undefined ? [] : [endpoint.stream.type])].join(" or ");
    return refuse(refusal("not-acceptable", `The answer is ${forms}; send the header Accept: application/json.`));
  }
  const read = await readBody(request);
  if (!read.ok) return refuse({ kind: "problem", problem: read.problem });
  let body: unknown;
  if (read.value !== undefined || endpoint.bodyRequired === true) {
    if (endpoint.body === undefined)
      return refuse(refusal("bad-request", `${endpoint.method} ${endpoint.path} takes no body; leave it out.`));
    const checked = checkBody(schemas[endpoint.body], read.value ?? {});
    if (!checked.ok) return refuse({ kind: "problem", problem: checked.problem });
    body = checked.value;
  }
  const ending = new AbortController();
  response.once("close", () => ending.abort());
  const handler = handlers[endpoint.id as EndpointId];
  // While an answer is waited for (a drain may take hours), nobody has anything to say.
  request.socket.setTimeout(0);
  const answer = await handler({
    path,
    query,
    body,
    written: read.value,
    streamed: form === "stream",
    headers: request.headers,
    signal: ending.signal,
  });
  request.socket.setTimeout(limits.silenceMs);
  return { answer, status: endpoint.status };
}

/** What `Accept` asks for: the stream where it is named, JSON where that or anything will do. */
function formOf({ stream }: Endpoint, accept = "*/*"): "json" | "stream" | null {
  const types = accept.split(",").map((part) => (part.split(";")[0] ?? "").trim().toLowerCase());
  if (stream !== undefined && types.includes(stream.type)) return "stream";
  const json = ["*/*", "application/*", "application/json", ""];
  return types.some((type) => json.includes(type)) ? "json" : null;
}
