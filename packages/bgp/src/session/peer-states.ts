import type { FsmStateName } from "../fsm/state.ts";
import type { Slot } from "./peer-events.ts";

/** How far a state is on the way to a session. */
const progress: { readonly [Name in FsmStateName]: number } = {
  Idle: 0,
  Active: 1,
  Connect: 2,
  OpenSent: 3,
  OpenConfirm: 4,
  Established: 5,
};

/** The other of a peer's two connections. */
export function rivalOf(slot: Slot): Slot {
  return slot === "outbound" ? "inbound" : "outbound";
}

/** The states of a peer's two connections, as far as they were told in events. */
export class PeerStates {
  #outbound: FsmStateName = "Idle";
  #inbound: FsmStateName = "Idle";

  /** The connections whose OPEN was told and neither admitted nor rejected yet. */
  #outboundUndecided = false;
  #inboundUndecided = false;

  isUndecided(slot: Slot): boolean {
    return slot === "outbound" ? this.#outboundUndecided : this.#inboundUndecided;
  }

  awaitVerdict(slot: Slot): void {
    this.#setUndecided(slot, true);
  }

  /** There is a verdict, or none is wanted any more; whether it was awaited. */
  decided(slot: Slot): boolean {
    const before = this.isUndecided(slot);
    this.#setUndecided(slot, false);
    return before;
  }

  of(slot: Slot): FsmStateName {
    return slot === "outbound" ? this.#outbound : this.#inbound;
  }

  /** The connection that is furthest on the way; ours when both are equally far. */
  get furthest(): Slot {
    return progress[this.#inbound] > progress[this.#outbound] ? "inbound" : "outbound";
  }

  /** That of the connection which is furthest. */
  get state(): FsmStateName {
    return this.of(this.furthest);
  }

  hasReached(slot: Slot, state: FsmStateName): boolean {
    return progress[this.of(slot)] >= progress[state];
  }

  enter(slot: Slot, to: FsmStateName): void {
    if (slot === "outbound") {
      this.#outbound = to;
      return;
    }
    // An inbound connection that is lost leaves nothing that could become active again.
    const lost = to === "Active" && this.hasReached("inbound", "OpenSent");
    this.#inbound = lost ? "Idle" : to;
  }

  #setUndecided(slot: Slot, undecided: boolean): void {
    if (slot === "outbound") this.#outboundUndecided = undecided;
    else this.#inboundUndecided = undecided;
  }
}
