import type { ParallelConnections } from "./parallel-connections.ts";
import type { HeldDown, PeerSessionSnapshot } from "./peer-events.ts";
import type { PeerHistory } from "./peer-history.ts";
import type { StaleFamily } from "./stale-routes.ts";

/** What a peer knows beside its connections. */
export interface PeerKnowledge {
  readonly history: PeerHistory;
  readonly heldDown: HeldDown | null;
  readonly stale: readonly StaleFamily[];
}

/** Puts two connections, of which one may be missing, into the picture of one peer: what is said is said of the furthest. */
export function peerSnapshot(
  connections: ParallelConnections,
  { history, heldDown, stale }: PeerKnowledge,
): PeerSessionSnapshot {
  const { states } = connections;
  const { outbound, inbound } = connections.snapshots();
  const slot = states.furthest;
  const furthest = slot === "inbound" && inbound !== null ? inbound : outbound;
  return {
    ...furthest,
    ...history.snapshot(inbound === null ? [outbound] : [outbound, inbound]),
    state: states.state,
    nextRetryAtMs: outbound.nextRetryAtMs,
    slot: states.hasReached(slot, "OpenSent") ? slot : null,
    heldDown,
    stale,
    connections: { outbound: states.of("outbound"), inbound: inbound === null ? null : states.of("inbound") },
  };
}
