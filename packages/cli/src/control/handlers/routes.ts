import { afiOf, type Prefix, parsePrefix } from "@vipcast/bgp";
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
  readonly inside: ((prefix: Prefix) => boolean) | null;
}

/** A route that need not be made where it is passed over. */
interface Found {
  readonly prefix: Prefix;
  readonly view: () => RouteView;
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
  const text = String(prefix);
  const outer = parsePrefix(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
  if (outer === undefined)
    return `prefix ${shownPath(text)}: is no prefix, or has bits set beyond its length; write for example 192.0.2.0/24.`;
  return { ...rest, inside: (inner) => covers(outer, inner) };
}

/** Whether a prefix is another one or lies inside it. */
function covers(outer: Prefix, inner: Prefix): boolean {
  if (afiOf(inner.family) !== afiOf(outer.family) || inner.lengthBits < outer.lengthBits) return false;
  const whole = outer.lengthBits >> 3;
  for (let index = 0; index < whole; index++) if (inner.bytes[index] !== outer.bytes[index]) return false;
  const rest = outer.lengthBits & 7;
  return rest === 0 || (((inner.bytes[whole] ?? 0) ^ (outer.bytes[whole] ?? 0)) & (0xff00 >> rest) & 0xff) === 0;
}

/** The wanted part of all routes. Null where one was passed over: somebody else may have a turn there. */
function* page(
  routes: Iterable<Found | null>,
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
    yield route.view();
  }
  onEnd(null);
}

function* receivedRoutes(peers: readonly Peer[]): Generator<Found> {
  for (const { address, adjRibIn } of peers)
    for (const route of adjRibIn.routes()) yield { prefix: route.prefix, view: () => receivedRoute(address, route) };
}

function* sentRoutes(peers: readonly Peer[], { announcer, daemon }: ControlTarget): Generator<Found | null> {
  const sessions = new Map(
    peers.map((peer) => {
      const addPath: readonly string[] = peer.snapshot().session?.addPath.send ?? [];
      return [peer.address, { internal: peer.internal, localAs: daemon.running.settings.asn, addPath }];
    }),
  );
  for (const text of sortedPrefixes(announcer)) {
    const prefix = parsePrefix(text);
    let any = false;
    for (const explained of announcer.explain(text).peers) {
      const session = sessions.get(explained.peer);
      if (prefix === undefined || session === undefined || !explained.announced) continue;
      any = true;
      yield { prefix, view: () => sentRoute(text, explained, session) };
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
