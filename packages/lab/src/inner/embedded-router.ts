/**
 * A BGP router made of vipcast's own parts: the speaker, a Loc-RIB with multipath, and routes with all their next hops in the
 * kernel of this namespace. It accepts every route of its configured neighbours and announces none.
 */
import {
  type AttributeValues,
  acceptAll,
  formatPrefix,
  LocRib,
  Origin,
  parseAddress,
  parsePrefix,
  type RouteSource,
} from "@vipcast/bgp";
import { type Logger, type Peer, type RoutesChanged, Speaker } from "@vipcast/speaker";
import type { BgpPath, RouterConfig, RouterSession } from "../router/router.ts";
import { LineSplitter } from "../sandbox/json-lines.ts";
import { gatewayOf, type InstalledRoutes, MultipathRoutes, ResilientRoutes } from "./installed-routes.ts";

/** As many next hops as a lab can have nodes. */
const maximumPaths = 32;

/** The argument of the router's process. */
export interface EmbeddedRouterArguments {
  readonly config: RouterConfig;
  /** Addresses to listen on. */
  readonly listen: readonly string[];
  readonly installRoutes: boolean;
}

/** A question on the router's standard input. */
export type EmbeddedRouterQuestion =
  | { readonly id: number; readonly ask: "table"; readonly prefix: string }
  | { readonly id: number; readonly ask: "sessions" };

/** A line on the router's standard output. */
export type EmbeddedRouterMessage =
  | { readonly kind: "listening" }
  | { readonly kind: "table"; readonly id: number; readonly paths: readonly BgpPath[] }
  | { readonly kind: "sessions"; readonly id: number; readonly sessions: readonly RouterSession[] };

/** Runs until SIGTERM, which withdraws its routes from the kernel. */
export async function runEmbeddedRouter(options: EmbeddedRouterArguments): Promise<void> {
  const { config } = options;
  const send = (message: EmbeddedRouterMessage): boolean => process.stdout.write(`${JSON.stringify(message)}\n`);
  const kernel = options.installRoutes ? installedRoutes(config) : null;
  const table = new RouterTable(kernel);
  const speaker = new Speaker({ asn: config.asn, routerId: config.routerId, logger: stderrLogger });
  for (const host of options.listen) await speaker.listen({ host, port: config.listenPort ?? 179 });
  for (const { address, asn, passive = true, port } of config.peers) {
    speaker.addPeer(
      {
        address,
        asn,
        passive,
        holdTime: config.holdTime ?? 90,
        connectRetry: 1,
        importPolicy: acceptAll,
        ...(port === undefined ? {} : { port }),
      },
      { onRoutes: (change, peer) => table.update(peer, change) },
    );
  }
  const lines = new LineSplitter((line) => {
    const question = JSON.parse(line) as EmbeddedRouterQuestion;
    switch (question.ask) {
      case "table":
        send({ kind: "table", id: question.id, paths: table.paths(question.prefix) });
        return;
      case "sessions":
        send({ kind: "sessions", id: question.id, sessions: speaker.peers.map(sessionOf) });
        return;
      default:
        question satisfies never;
    }
  });
  process.stdin.on("data", (chunk: Buffer) => lines.push(chunk));
  const stop = (): void => {
    void speaker.close({ reason: "the router stops" }).then(() => {
      kernel?.clear();
      process.exit(0);
    });
  };
  process.once("SIGTERM", stop);
  process.stdin.once("end", stop);
  send({ kind: "listening" });
}

function installedRoutes({ resilient }: RouterConfig): InstalledRoutes {
  return resilient === undefined ? new MultipathRoutes() : new ResilientRoutes(resilient);
}

/** What every neighbour announced, and what of it is used. */
class RouterTable {
  readonly #kernel: InstalledRoutes | null;
  readonly #rib = new LocRib({ maximumPaths, asPathRelax: true });
  readonly #received = new Map<string, Map<string, AttributeValues>>();

  constructor(kernel: InstalledRoutes | null) {
    this.#kernel = kernel;
  }

  update(peer: Peer, change: RoutesChanged): void {
    const received = this.#received.get(peer.address) ?? new Map<string, AttributeValues>();
    this.#received.set(peer.address, received);
    for (const { text } of change.withdraw) received.delete(text);
    for (const { text, attributes } of change.announce) received.set(text, attributes);
    const changes = this.#rib.update(sourceOf(peer), {
      announce: change.announce,
      withdraw: change.withdraw.map(({ prefix }) => prefix),
    });
    for (const decision of changes) this.#kernel?.apply(decision);
  }

  paths(text: string): readonly BgpPath[] {
    const prefix = parsePrefix(text);
    if (prefix === undefined) return [];
    const decision = this.#rib.get(prefix);
    const used = new Set(decision?.multipath.map((candidate) => candidate.source.name));
    const key = formatPrefix(prefix);
    const peers = [...this.#received].sort(([a], [b]) => (a < b ? -1 : 1));
    return peers.flatMap(([peer, routes]) => {
      const attributes = routes.get(key);
      if (attributes === undefined) return [];
      return [pathOf(peer, attributes, decision?.best?.source.name === peer, used.has(peer))];
    });
  }
}

function sourceOf(peer: Peer): RouteSource {
  const routerId = parseAddress(peer.snapshot().session?.routerId ?? "0.0.0.0") ?? new Uint8Array(4);
  return {
    name: peer.address,
    address: parseAddress(peer.address.split("%")[0] ?? "") ?? new Uint8Array(4),
    routerId: new DataView(routerId.buffer, routerId.byteOffset, 4).getUint32(0),
    asn: peer.asn,
    internal: false,
  };
}

function pathOf(peer: string, attributes: AttributeValues, best: boolean, multipath: boolean): BgpPath {
  const names = { [Origin.Igp]: "igp", [Origin.Egp]: "egp", [Origin.Incomplete]: "incomplete" } as const;
  return {
    peer,
    nextHop: gatewayOf(attributes) ?? "",
    asPath: (attributes.asPath ?? []).flatMap((segment) => segment.asns),
    origin: names[attributes.origin ?? Origin.Incomplete],
    med: attributes.multiExitDisc ?? null,
    localPref: attributes.localPref ?? null,
    communities: (attributes.communities ?? []).map((value) => `${value >>> 16}:${value & 0xffff}`),
    largeCommunities: (attributes.largeCommunities ?? []).map((parts) => parts.join(":")),
    best,
    multipath,
  };
}

function sessionOf(peer: Peer): RouterSession {
  const snapshot = peer.snapshot();
  return {
    peer: peer.address,
    state: snapshot.state.toLowerCase(),
    holdTime: snapshot.session?.holdTime ?? null,
    lastError: snapshot.lastDown?.cause ?? null,
  };
}

const log = (fields: object, message: string): void => {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
};
const silent = (): void => undefined;
const stderrLogger: Logger = { debug: silent, info: silent, warn: log, error: log };
