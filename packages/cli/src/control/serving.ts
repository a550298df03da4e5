import type { Server } from "node:http";
import type { ControlSettings } from "../config/settings.ts";
import type { Log } from "../output/log.ts";
import { listenText } from "../values/listen.ts";
import { createHandlers } from "./handlers/handlers.ts";
import { createHttpService } from "./server/http-service.ts";
import { openUnixSocket } from "./server/unix-socket.ts";
import type { ControlTarget } from "./target.ts";
import { readTcpFiles } from "./tcp-access.ts";

/** One way in. */
export interface Served {
  readonly where: string;
  /** Whether it can still be found: a socket is a file, and somebody may remove it. */
  isThere(): Promise<boolean>;
  /** Takes no more connections; with `all` those that are there end as well. */
  close(all: boolean): void;
}

/** Handlers for {@link serveUnix} and {@link serveTcp}: one set for all ways in, so that limits count for all of them together. */
export function handlersOf(target: ControlTarget): ReturnType<typeof createHandlers> {
  return createHandlers(target);
}

/** Serves on a Unix socket. Rejects with an `Error` whose sentence says what to do. */
export async function serveUnix(
  path: string,
  { group }: Pick<ControlSettings, "group">,
  handlers: ReturnType<typeof createHandlers>,
  log: Log,
): Promise<Served> {
  const server = createHttpService({ handlers, log, access: null });
  const opened = await openUnixSocket(server, { path, group });
  if (!opened.ok) throw new Error(opened.message);
  watch(server, log);
  return {
    where: path,
    isThere: () => opened.socket.isThere(),
    close: (all) => {
      opened.socket.remove();
      end(server, all);
    },
  };
}

/** Serves over TCP. Rejects likewise. */
export async function serveTcp(
  settings: ControlSettings,
  handlers: ReturnType<typeof createHandlers>,
  log: Log,
): Promise<Served | null> {
  const { listen } = settings;
  if (listen === null) return null;
  const { access, tls, warnings } = readTcpFiles(settings);
  for (const warning of warnings) log.warn({}, warning);
  const server = createHttpService({ handlers, log, access, ...(tls === null ? {} : { tls }) });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: listen.host, port: listen.port }, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
  watch(server, log);
  return { where: listenText(listen), isThere: () => Promise.resolve(true), close: (all) => end(server, all) };
}

function watch(server: Server, log: Log): void {
  server.on("error", (error) => log.error({ err: error }, "the listener of the control API failed"));
  // The daemon's end does not wait for it.
  server.unref();
}

function end(server: Server, all: boolean): void {
  server.close();
  if (all) server.closeAllConnections();
  else server.closeIdleConnections();
}
