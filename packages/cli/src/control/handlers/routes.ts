import { contains, parseVip } from "@vipcast/announcer";
import type { Peer } from "@vipcast/speaker";
import type { RouteView } from "../resources/route.ts";
import { type Call, type Handler, refusal } from "../server/answer.ts";
import { linePieces, listPieces } from "../server/respond.ts";
import { shownPath } from "../server/route-request.ts";
import type { ControlTarget } from "../target.ts";
import { receivedRoute, sentRoute } from "../views/route.ts";
import { sortedPrefixes } from "../views/vip.ts";

const defaultLimit = 1000;

/** What is wanted of the routes. */
interface Wanted {
  readonly offset: number;
  readonly limit: number;
  readonly inside: ((prefix: string) => boolean) | null;
}

/** Routes, one made at a time: a million of them take no memory and no long turn. */
export function routeHandlers(target: ControlTarget): Readonly<Record<"routes", Handler>> {
  return {
    routes: (call) => {
      const { query, streamed } = call;
      const wanted = readWanted(call);
      if (typeof wanted === "string") return refusal("bad-value", wanted);
      const name = query.get("peer");
      const all = target.peers();
      const peers = name === undefined ? all : all.filter(({ address }) => address === name);
      if (name !== undefined && peers.length === 0) {
        const known = all.slice(0, 5).map(({ address }) => address);
        const remedy = known.length === 0 ? "there is none" : `use one of ${known.join(", ")}`;
        return refusal("unknown-peer", `peer ${shownPath(String(name))}: is not the address of a peer; ${remedy}.`);
      }
      const received = query.get("received") === true;
      const routes = received ? receivedRoutes(peers) : sentRoutes(peers, target);
      if (streamed) return { kind: "pieces", type: "application/x-ndjson", pieces: linePieces(page(routes, wanted)) };
      const state = { next: null as number | null };
      const items = page(routes, wanted, (next) => {
        state.next = next;
      });
      const total = peers.reduce((sum, peer) => {
        const snapshot = peer.snapshot().routes;
        return sum + (received ? snapshot.received : snapshot.advertised);
      }, 0);
      const notes = received ? notKept(peers, target) : [];
      const rest = (): Record<string, unknown> => ({ total, next: state.next, notes });
      return { kind: "pieces", type: "application/json", pieces: listPieces("routes", items, rest) };
    },
  };
}

function readWanted({ query, streamed }: Call): Wanted | string {
  const prefix = query.get("prefix");
  const whole = streamed ? Number.POSITIVE_INFINITY : defaultLimit;
  const rest = { offset: Number(query.get("offset") ?? 0), limit: Number(query.get("limit") ?? whole) };
  if (prefix === undefined) return { ...rest, inside: null };
  const [address = "", length] = String(prefix).split("/");
  const parsed = parseVip({ prefix: address });
  const refused = !parsed.ok && parsed.refusals.some(({ rule }) => rule === "syntax");
  const longest = address.includes(":") ? 128 : 32;
  const bits = length === undefined ? longest : Number(length);
  if (refused || !/^\d{0,3}$/.test(length ?? "") || bits > longest)
    return `prefix ${shownPath(String(prefix))}: is no prefix; write for example 192.0.2.0/24.`;
  const version = address.includes(":");
  return {
    ...rest,
    inside: (text) => {
      const [network = "", own = ""] = text.split("/");
      return network.includes(":") === version && Number(own) >= bits && contains(address, bits, network);
    },
  };
}

/** The wanted part of all routes. Null where one was passed over: somebody else may have a turn there. */
function* page(
  routes: Iterable<RouteView | null>,
  { offset, limit, inside }: Wanted,
  onEnd: (next: number | null) => void = () => undefined,
): Generator<RouteView | null> {
  let at = 0;
  let given = 0;
  for (const route of routes) {
    if (route === null || (inside !== null && !inside(route.prefix)) || at++ < offset) {
      yield null;
      continue;
    }
    if (given >= limit) {
      onEnd(offset + given);
      return;
    }
    given++;
    yield route;
  }
  onEnd(null);
}

function* receivedRoutes(peers: readonly Peer[]): Generator<RouteView> {
  for (const { address, adjRibIn } of peers) for (const route of adjRibIn.routes()) yield receivedRoute(address, route);
}

function* sentRoutes(peers: readonly Peer[], { announcer, daemon }: ControlTarget): Generator<RouteView | null> {
  const sessions = new Map(
    peers.map((peer) => {
      const addPath: readonly string[] = peer.snapshot().session?.addPath.send ?? [];
      return [peer.address, { internal: peer.internal, localAs: daemon.running.settings.asn, addPath }];
    }),
  );
  for (const prefix of sortedPrefixes(announcer)) {
    let any = false;
    for (const explained of announcer.explain(prefix).peers) {
      const session = sessions.get(explained.peer);
      if (session === undefined || !explained.announced) continue;
      any = true;
      yield sentRoute(prefix, explained, session);
    }
    if (!any) yield null;
  }
}

/** Peers of whose routes nothing, or not everything, is there. */
function notKept(peers: readonly Peer[], { daemon }: ControlTarget): string[] {
  const kept = new Map(daemon.running.settings.peers.map((peer) => [peer.address, peer.keepReceived ?? 0]));
  return peers.flatMap(({ address, adjRibIn }) => {
    const limit = kept.get(address) ?? 0;
    if (limit === 0) return [`What ${address} sends is not kept; write keepReceived: 1000 for this peer and reload.`];
    if (adjRibIn.size < limit) return [];
    return [`${limit} routes of ${address} are kept, as many as keepReceived says; there may be more.`];
  });
}
