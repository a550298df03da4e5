import { parseAddress } from "../../values/address.ts";
import { openApiDocument } from "../openapi.ts";
import type { PeerView } from "../resources/peer.ts";
import { type Handler, json, refusal } from "../server/answer.ts";
import { listPieces } from "../server/respond.ts";
import { shownPath } from "../server/route-request.ts";
import type { ControlTarget } from "../target.ts";
import { configView } from "../views/config.ts";
import { statusView, VipCounts } from "../views/status.ts";
import { sortedPrefixes } from "../views/vip.ts";

/** Virtual IPs looked at before the event loop goes on. */
const perTurn = 200;

/** Answers that only look. */
export function viewHandlers(
  target: ControlTarget,
): Readonly<Record<"status" | "peers" | "peer" | "config" | "openapi", Handler>> {
  const { announcer } = target;
  const peerView = (peer: ReturnType<ControlTarget["peers"]>[number]): PeerView => ({
    ...peer.snapshot(),
    internal: peer.internal,
  });
  return {
    status: async () => {
      const counts = new VipCounts();
      for (const [index, prefix] of sortedPrefixes(announcer).entries()) {
        if (index % perTurn === perTurn - 1) await new Promise((resolve) => setImmediate(resolve));
        counts.add(announcer.explain(prefix));
      }
      return json(statusView(target, counts));
    },
    peers: () => ({
      kind: "pieces",
      type: "application/json",
      pieces: listPieces("peers", mapped(target.peers(), peerView)),
    }),
    peer: ({ path }) => {
      const written = path.address ?? "";
      const parsed = parseAddress(written);
      const name = parsed === null ? written : parsed.zone === null ? parsed.text : `${parsed.text}%${parsed.zone}`;
      const peers = target.peers();
      const peer = peers.find(({ address }) => address === name);
      if (peer !== undefined) return json(peerView(peer));
      const known = peers.slice(0, 5).map(({ address }) => address);
      const remedy = known.length === 0 ? "there is none" : `use one of ${known.join(", ")}`;
      return refusal("unknown-peer", `${shownPath(written)}: is not the address of a peer; ${remedy}.`);
    },
    config: () => json(configView(target)),
    openapi: () => json(openApiDocument(target.version)),
  };
}

function* mapped<T, U>(items: Iterable<T>, make: (item: T) => U): Generator<U> {
  for (const item of items) yield make(item);
}
