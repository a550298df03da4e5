import { createConnection, createServer, type Server, type Socket } from "node:net";
import { SpeakerError } from "../errors.ts";
import type { DialOptions, ListenOptions, SocketProtection } from "./options.ts";

/** The default `connect`: plain `node:net`. */
export function connectPlain(options: DialOptions): Socket {
  refuseProtection(options, "connect");
  return createConnection({
    host: options.host,
    port: options.port,
    ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
  });
}

/**
 * Connections that may wait to be accepted; the kernel's `somaxconn` bounds it further. One for which there is no room is tried again after a
 * second, and after a restart all peers connect at once.
 */
const backlog = 4096;

/** The default `listen`: plain `node:net`, IPv6 only on an IPv6 host. */
export async function listenPlain(options: ListenOptions): Promise<Server> {
  for (const peer of options.peers) refuseProtection(peer, "listen");
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: options.host, port: options.port, ipv6Only: true, backlog }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return server;
}

const protections = ["password", "ttlSecurity", "multihop", "interface", "trafficClass", "userTimeout"] as const;

/** Throws when plain sockets cannot do what is asked; silence would leave a session unprotected. */
export function refuseProtection(options: SocketProtection, missing: "connect" | "listen"): void {
  const option = protections.find((name) => options[name] !== undefined);
  if (option === undefined) return;
  throw new SpeakerError(
    "ERR_SPEAKER_UNSUPPORTED",
    `node:net cannot set the socket option that "${option}" needs; give the Speaker a "${missing}" function that can, for example from @vipcast/linux`,
  );
}
