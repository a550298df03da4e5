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
  readonly #states: { [S in Slot]: FsmStateName } = { outbound: "Idle", inbound: "Idle" };

  /** The connections whose OPEN was told and neither admitted nor rejected yet. */
  readonly #undecided: { [S in Slot]: boolean } = { outbound: false, inbound: false };

  isUndecided(slot: Slot): boolean {
    return this.#undecided[slot];
  }

  awaitVerdict(slot: Slot): void {
    this.#undecided[slot] = true;
  }

  /** There is a verdict, or none is wanted any more; whether it was awaited. */
  decided(slot: Slot): boolean {
    const before = this.#undecided[slot];
    this.#undecided[slot] = false;
    return before;
  }

  of(slot: Slot): FsmStateName {
    return this.#states[slot];
  }

  /** The connection that is furthest on the way; ours when both are equally far. */
  get furthest(): Slot {
    return progress[this.#states.inbound] > progress[this.#states.outbound] ? "inbound" : "outbound";
  }

  /** That of the connection which is furthest. */
  get state(): FsmStateName {
    return this.#states[this.furthest];
  }

  hasReached(slot: Slot, state: FsmStateName): boolean {
    return progress[this.#states[slot]] >= progress[state];
  }

  enter(slot: Slot, to: FsmStateName): void {
    // An inbound connection that is lost leaves nothing that could become active again.
    const lost = slot === "inbound" && to === "Active" && this.hasReached("inbound", "OpenSent");
    this.#states[slot] = lost ? "Idle" : to;
  }
}
