import type { Slot } from "./peer-events.ts";

/** How long a connection waits at its OPEN for the fate of its rival, in milliseconds. */
export const collisionWaitMs = 1000;

/** A connection that waits for its rival, and what it does when nothing becomes of that. */
interface Waiting {
  readonly slot: Slot;
  readonly untilMs: number;
  readonly atEnd: "proceed" | "dump";
}

/** At most one of a peer's two connections waits for the fate of the other (RFC 4271 §6.8). */
export class CollisionWait {
  #waiting: Waiting | null = null;

  /** When `due` has something to say; Infinity when nothing waits. */
  get untilMs(): number {
    return this.#waiting?.untilMs ?? Number.POSITIVE_INFINITY;
  }

  isFor(slot: Slot): boolean {
    return this.#waiting?.slot === slot;
  }

  begin(slot: Slot, now: number, atEnd: Waiting["atEnd"]): void {
    this.#waiting = { slot, untilMs: now + collisionWaitMs, atEnd };
  }

  /** Nobody waits any more; with a slot, only if it is that one. */
  cancel(slot: Slot | null = null): void {
    if (slot === null || this.isFor(slot)) this.#waiting = null;
  }

  /** What has waited long enough, once. */
  due(now: number): Waiting | null {
    const waiting = this.#waiting;
    if (waiting === null || waiting.untilMs > now) return null;
    this.#waiting = null;
    return waiting;
  }
}
