import type { SessionSnapshot } from "./events.ts";
import type { Slot } from "./peer-events.ts";
import { PeerStates } from "./peer-states.ts";
import { Session, type SessionOptions } from "./session.ts";

/**
 * The connections of one peer that may exist at once, which RFC 4271 §6.8 calls parallel: the one that we dial, which is always there, and
 * the one that the peer has dialled. What becomes of them is decided elsewhere.
 */
export class ParallelConnections {
  readonly outbound: Session;
  readonly states: PeerStates = new PeerStates();
  readonly #options: SessionOptions;
  #inbound: Session | null = null;
  /** What an ended inbound connection still had to say. */
  #lastWords: Uint8Array | null = null;

  /** Throws as `Session` does for a configuration that is no good. */
  constructor(options: SessionOptions) {
    this.#options = options;
    this.outbound = new Session(options);
  }

  /** The one that the peer has dialled, if any. */
  get inbound(): Session | null {
    return this.#inbound;
  }

  get(slot: Slot): Session | null {
    return slot === "outbound" ? this.outbound : this.#inbound;
  }

  /** The one that is furthest on its way to a session, as far as was told in events. */
  get furthest(): Session | null {
    return this.get(this.states.furthest);
  }

  /** The peer has dialled: a connection that waits for it, in the place of the last one. */
  openInbound(): Session {
    const { config } = this.#options;
    const waiting = config.passive ? config : { ...config, passive: true };
    this.#lastWords = null;
    this.#inbound = new Session({ ...this.#options, config: waiting }, this.outbound);
    return this.#inbound;
  }

  /** What it still had to say can be taken after it; null when there is none. */
  forgetInbound(): Session | null {
    const inbound = this.#inbound;
    if (inbound === null) return null;
    this.#inbound = null;
    this.states.decided("inbound");
    this.states.enter("inbound", "Idle");
    this.#lastWords = inbound.takeOutput();
    return inbound;
  }

  /** What to send on this connection now, or null; also of an inbound one that was forgotten. Owned by the caller. */
  takeOutput(slot: Slot): Uint8Array | null {
    const session = this.get(slot);
    if (session !== null) return session.takeOutput();
    const lastWords = this.#lastWords;
    this.#lastWords = null;
    return lastWords;
  }

  /** When one of them has something to do; Infinity when nothing is planned. */
  nextDeadline(): number {
    return Math.min(this.outbound.nextDeadline(), this.#inbound?.nextDeadline() ?? Number.POSITIVE_INFINITY);
  }

  snapshots(): { readonly outbound: SessionSnapshot; readonly inbound: SessionSnapshot | null } {
    return { outbound: this.outbound.snapshot(), inbound: this.#inbound?.snapshot() ?? null };
  }
}
