/**
 * A BGP router made of vipcast's own parts: the speaker, a Loc-RIB with multipath, and routes with all their next hops in the
 * kernel of this namespace. It accepts every route of its configured neighbours and announces none.
 */
import { type AttributeValues, acceptAll, LocRib, Origin, parsePrefix } from "@vipcast/bgp";
import { type Logger, type Peer, Speaker } from "@vipcast/speaker";
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
  const locRib = new LocRib({ maximumPaths, asPathRelax: true });
  locRib.watch((changes) => {
    for (const change of changes) kernel?.apply(change);
  });
  const speaker = new Speaker({ asn: config.asn, routerId: config.routerId, logger: stderrLogger, locRib });
  for (const host of options.listen) await speaker.listen({ host, port: config.listenPort ?? 179 });
  for (const { address, asn, passive = true, port } of config.peers) {
    speaker.addPeer({
      address,
      asn,
      passive,
      holdTime: config.holdTime ?? 90,
      connectRetry: 1,
      importPolicy: acceptAll,
      ...(port === undefined ? {} : { port }),
    });
  }
  const lines = new LineSplitter((line) => {
    const question = JSON.parse(line) as EmbeddedRouterQuestion;
    switch (question.ask) {
      case "table":
        send({ kind: "table", id: question.id, paths: pathsTo(locRib, question.prefix) });
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

/** What every neighbour announced for a prefix, and what of it is used. */
function pathsTo(locRib: LocRib, text: string): readonly BgpPath[] {
  const prefix = parsePrefix(text);
  if (prefix === undefined) return [];
  const decision = locRib.get(prefix);
  const best = decision?.best?.source.name;
  const used = new Set(decision?.multipath.map(({ source }) => source.name));
  return locRib
    .candidates(prefix)
    .map(({ source: { name }, attributes }) => pathOf(name, attributes, name === best, used.has(name)))
    .sort((a, b) => (a.peer < b.peer ? -1 : 1));
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
