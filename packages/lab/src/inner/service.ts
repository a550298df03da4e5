import { createServer, type Socket } from "node:net";
import type { ServiceArguments, ServiceMessage } from "./messages.ts";
import { watchAddresses } from "./watch.ts";

/**
 * The service of a node: says its name to everyone who connects, echoes what it is sent, and reports when a VIP comes to or
 * leaves its namespace.
 */
export async function runService(options: ServiceArguments): Promise<void> {
  const send = (message: ServiceMessage): boolean => process.stdout.write(`${JSON.stringify(message)}\n`);
  if (options.watch.length > 0) watchAddresses(options.watch, send);
  const greet = (socket: Socket): void => {
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => socket.write(chunk));
    socket.write(`${options.name}\n`);
  };
  for (const host of options.listen) {
    const server = createServer(greet);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port: options.port, ipv6Only: host.includes(":"), backlog: 1024 }, resolve);
    });
  }
  send({ kind: "listening" });
}
