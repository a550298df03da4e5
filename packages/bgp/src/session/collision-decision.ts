/**
 * Collisions (RFC 4271 §6.8): two connections with one peer, of which one may live. Both ends compute from their BGP
 * Identifiers which one, but they see events in different orders, and an end that is already Established keeps what it has.
 * Followed to the letter, each end can so close the connection that the other one keeps. Therefore a session stops at the
 * peer's OPEN, with our KEEPALIVE held back: as long as the peer has no KEEPALIVE it cannot be Established either.
 */
import { survivingInitiator } from "../fsm/collision.ts";
import type { PeerConfig } from "../fsm/config.ts";
import type { Negotiated } from "../fsm/negotiate.ts";
import type { FsmStateName } from "../fsm/state.ts";
import type { Slot } from "./peer-events.ts";
import type { Session } from "./session.ts";

/** How long a connection waits at its OPEN for the fate of its rival, in milliseconds. */
export const collisionWaitMs = 1000;

export type CollisionDecision =
  | "proceed"
  | "dump-rival"
  | "dump-self"
  /** Wait for the rival's OPEN or its end, at most {@link collisionWaitMs}. */
  | "wait-then-proceed"
  /** Ask the rival whether it lives; if it does not break within {@link collisionWaitMs}, close this connection. */
  | "probe-then-dump-self";

/**
 * What becomes of a connection that has just received the peer's OPEN, given the state of its rival. `survives`: it is the
 * one that lives by BGP Identifier. `detectEstablished`: CollisionDetectEstablishedState.
 */
export function decideCollision(rival: FsmStateName, survives: boolean, detectEstablished: boolean): CollisionDecision {
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

/** RFC 4271 §4.4: "KEEPALIVE messages MUST NOT be sent more frequently than one per second", however often the peer dials. */
const minProbeMs = 1000;

/** Asks an established connection for a sign of life because the peer dialled again. */
export class Probe {
  #askedMs = Number.NEGATIVE_INFINITY;

  ask(session: Session | null, now: number): void {
    if (now - this.#askedMs >= minProbeMs && session?.sendKeepalive() === true) this.#askedMs = now;
  }
}
