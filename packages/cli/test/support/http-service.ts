import { mkdtempSync, rmSync } from "node:fs";
import { request, type Server } from "node:http";
import { type AddressInfo, createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { type EndpointId, endpoints } from "../../src/control/resources/endpoints.ts";
import { type Call, type Handler, json } from "../../src/control/server/answer.ts";
import { createHttpService, type HttpServiceOptions } from "../../src/control/server/http-service.ts";

// An HTTP service for each test of the file that imports this: started by `serve`, ended after the test.

let folder: string;
export let path: string;
export let server: Server;
export let errors: unknown[];
export let calls: Call[];
/** Ended after each test. */
export const sockets: Socket[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-http-"));
  path = join(folder, "s");
  errors = [];
  calls = [];
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** Every endpoint answers with its own name, those of `own` with what they are given. */
export async function serve(
  own: Partial<Record<EndpointId, Handler>> = {},
  more: Partial<HttpServiceOptions> = {},
): Promise<void> {
  const echo =
    (id: EndpointId): Handler =>
    (call) => {
      calls.push(call);
      return json({ id });
    };
  const handlers = {
    ...Object.fromEntries(endpoints.map(({ id }) => [id, echo(id)])),
    ...own,
  } as HttpServiceOptions["handlers"];
  const log = { error: (fields: object) => errors.push(fields), debug: () => undefined };
  server = createHttpService({ handlers, log, access: null, ...more });
  await new Promise<void>((resolve) =>
    server.listen(more.access === undefined ? { path } : { port: 0, host: "127.0.0.1" }, resolve),
  );
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  readonly body: { readonly code?: string; readonly detail?: string; readonly id?: string };
}

/** One request and its answer. */
export function ask(
  method: string,
  target: string,
  options: { headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> {
  const where = server.address();
  const to = typeof where === "string" ? { socketPath: path } : { port: (where as AddressInfo).port };
  return new Promise((resolve, reject) => {
    const asked = request({ ...to, method, path: target, headers: options.headers ?? {} }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, text, body: text === "" ? {} : (JSON.parse(text) as Reply["body"]) });
      });
    });
    asked.on("error", reject);
    asked.end(options.body);
  });
}

/** A connection of octets: what comes back until its end. */
export function raw(octets: string): { readonly socket: Socket; readonly answer: Promise<string> } {
  const socket = createConnection({ path });
  sockets.push(socket);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.on("error", () => undefined);
  socket.write(octets);
  return { socket, answer: new Promise((resolve) => socket.once("close", () => resolve(text))) };
}
