/**
 * Collisions (RFC 4271 §6.8): two connections with one peer, of which one may live. Both ends compute from their BGP
 * Identifiers which one, but they see events in different orders, and an end that is already Established keeps what it has.
 * Followed to the letter, each end can so close the connection that the other one keeps. Therefore a session stops at the
 * peer's OPEN, with our KEEPALIVE held back: as long as the peer has no KEEPALIVE it cannot be Established either.
 */
import { survivingInitiator } from "../fsm/collision.ts";
import type { PeerConfig } from "../fsm/config.ts";
import { helpsRestart, type Negotiated } from "../fsm/negotiate.ts";
import type { FsmStateName } from "../fsm/state.ts";
import { collisionWaitMs } from "./collision-wait.ts";
import type { Slot } from "./peer-events.ts";
import type { Session } from "./session.ts";

export type CollisionDecision =
  | "proceed"
  | "dump-rival"
  | "dump-self"
  /** Wait for the rival's OPEN or its end, at most {@link collisionWaitMs}. */
  | "wait-then-proceed"
  /** The rival is over: the peer has restarted (RFC 4724 §5). */
  | "supersede-rival"
  /** Ask the rival whether it lives; if it does not break within {@link collisionWaitMs}, close this connection. */
  | "probe-then-dump-self";

/** What the decision depends on beside the state of the rival. */
export interface CollisionFacts {
  /** The connection that has the OPEN is the one that lives by BGP Identifier. */
  readonly survives: boolean;
  /** CollisionDetectEstablishedState. */
  readonly detectEstablished: boolean;
  /** That the peer has dialled tells that it has restarted: see {@link isRestart}. */
  readonly restart: boolean;
}

/** What becomes of a connection that has just received the peer's OPEN, given the state of its rival. */
export function decideCollision(
  rival: FsmStateName,
  { survives, detectEstablished, restart }: CollisionFacts,
): CollisionDecision {
  switch (rival) {
    // Not connected, or nothing was exchanged yet: this connection is further.
    case "Idle":
    case "Connect":
    case "Active":
      return "proceed";
    // RFC 4271 §6.8 allows to decide here, "if it knows the BGP Identifier of the peer by means outside of the protocol":
    // we know it from this OPEN. The one that would lose must not be given up before the rival has proved itself.
    case "OpenSent":
      return survives ? "dump-rival" : "wait-then-proceed";
    case "OpenConfirm":
      return survives ? "dump-rival" : "dump-self";
    // RFC 4271 §6.8 closes the new connection. But a peer that connects anew has often restarted and forgotten the old one.
    case "Established":
      if (restart) return "supersede-rival";
      if (!detectEstablished) return "probe-then-dump-self";
      return survives ? "dump-rival" : "dump-self";
  }
  return rival satisfies never;
}

/** Whether this is the connection that lives by BGP Identifier and AS number (RFC 4271 §6.8, RFC 6286 §2.3). */
export function survives(slot: Slot, peer: Negotiated, config: PeerConfig): boolean {
  const local = { routerId: config.routerId, asn: config.localAs };
  const initiator = survivingInitiator(local, { routerId: peer.peerRouterId, asn: peer.peerAs });
  return (initiator === "local") === (slot === "outbound");
}

/**
 * Whether a peer that dials us beside an established session has restarted. RFC 4724 §5 takes every new connection for that where the peer
 * has graceful restart. Where it was we who dialled the session, the peer's dial may also have begun at the same time and come later: such
 * a collision is one of the first moments.
 */
export function isRestart(slot: Slot, rival: Session | null, now: number): boolean {
  if (slot !== "inbound" || rival === null) return false;
  const { negotiated, sinceMs } = rival.snapshot();
  return negotiated !== null && helpsRestart(negotiated) && now - sinceMs >= collisionWaitMs;
}

/** RFC 4271 §4.4: "KEEPALIVE messages MUST NOT be sent more frequently than one per second", however often the peer dials. */
const minProbeMs = 1000;

/** Asks an established connection for a sign of life because the peer dialled again. */
export class Probe {
  #askedMs = Number.NEGATIVE_INFINITY;

  ask(session: Session | null, now: number): void {
    if (now - this.#askedMs >= minProbeMs && session?.sendKeepalive() === true) this.#askedMs = now;
  }
}
