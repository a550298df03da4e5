import type { FsmStateName } from "../fsm/state.ts";
import type { Family } from "../iana/afi-safi.ts";
import type { DownEvent, DownReason, SessionEvent, SessionSnapshot } from "./events.ts";
import type { StaleEvent, StaleFamily } from "./stale-routes.ts";

/** The two connections that one peer can have: the one we dial, and the one it dials. */
export type Slot = "outbound" | "inbound";

/**
 * What a peer tells its driver. `connect` and `disconnect` say which connection they mean; `state`, `established` and
 * `down` are about the peer as a whole: when two connections exist, losing one of them is `dropped`, never `down`.
 */
export type PeerEvent =
  | { readonly kind: "connect"; readonly slot: "outbound" }
  | { readonly kind: "disconnect"; readonly slot: Slot; readonly abort: boolean }
  | (Extract<SessionEvent, { readonly kind: "open" | "established" | "notification" }> & { readonly slot: Slot })
  | Extract<
      SessionEvent,
      {
        readonly kind: "state" | "update" | "end-of-rib" | "family-disabled" | "route-refresh" | "prefix-warning";
      }
    >
  /** Routes of families that are not in `retained` go. */
  | PeerDownEvent
  /** After `end-of-rib` and `route-refresh`, and before the `down`, that bring it about. */
  | StaleEvent
  /** One of two connections ended and the other goes on. */
  | { readonly kind: "dropped"; readonly slot: Slot; readonly reason: DownReason; readonly cause: string };

/** The peer's session (or an attempt at one) ended. */
export interface PeerDownEvent extends DownEvent {
  /** Families whose routes are kept as stale until a `sweep`, because graceful restart bridges the end (RFC 4724 §4.2). */
  readonly retained: readonly Family[];
}

/** The answer to an inbound connection. */
export type AcceptResult =
  /** It is now the `inbound` connection, and counts as connected. Obey `events`, then send `takeOutput("inbound")`. */
  | { readonly accepted: true; readonly events: readonly PeerEvent[] }
  /** Send `reply` if there is one, then close it. `cause` is a sentence for the log. */
  | { readonly accepted: false; readonly reply: Uint8Array | null; readonly cause: string };

/** Why and until when a peer's connections are refused after one of them has ended. */
export interface HeldDown {
  /** Monotonic milliseconds; Infinity: until the peer is started again. */
  readonly untilMs: number;
  /** The rest of a sentence that begins with the peer. */
  readonly cause: string;
}

/** A peer at one moment. `state`, `sinceMs` and `negotiated` are those of the connection that is furthest. */
export interface PeerSessionSnapshot extends SessionSnapshot {
  /** The connection that is furthest, or null when neither exists. */
  readonly slot: Slot | null;
  /** Not null while nothing is accepted from the peer, although it was not stopped. */
  readonly heldDown: HeldDown | null;
  /** Families with routes that the peer has not confirmed, and until when they are kept. */
  readonly stale: readonly StaleFamily[];
  readonly connections: { readonly outbound: FsmStateName; readonly inbound: FsmStateName | null };
}
