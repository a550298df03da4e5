import type { PeerConfig } from "../fsm/config.ts";
import type { DownReason } from "../fsm/effect.ts";
import { pauseAfter } from "../fsm/leave.ts";
import type { SessionSnapshot } from "./events.ts";
import type { HeldDown } from "./peer-events.ts";

/** Ends that say something about how the peer behaves once it is connected (RFC 4271 §8.1.1, DampPeerOscillations). */
const oscillations: { readonly [Reason in DownReason]: boolean } = {
  "administrative-stop": false,
  "administrative-reset": false,
  "max-prefixes": true,
  "notification-sent": true,
  "notification-received": true,
  "hold-timer-expired": true,
  "send-hold-timer-expired": true,
  "connect-failed": false,
  "connect-timeout": false,
  "connection-closed": true,
  "connection-reset": true,
  collision: false,
  refused: true,
};

/** How soon a peer may come back: what is remembered of the connection that ended last. */
export class HoldDown {
  readonly #config: PeerConfig;
  readonly #random: () => number;
  #failures = 0;
  #held: HeldDown | null = null;

  constructor(config: PeerConfig, random: () => number) {
    this.#config = config;
    this.#random = random;
  }

  /** ConnectRetryCounter that the next inbound connection begins with. */
  get failures(): number {
    return this.#failures;
  }

  /** What kept the peer out when that was last asked with a time, or null. */
  get current(): HeldDown | null {
    return this.#held;
  }

  /** What keeps the peer out at this moment, or null. */
  at(now: number): HeldDown | null {
    if (this.#held !== null && this.#held.untilMs <= now) this.#held = null;
    return this.#held;
  }

  /** Started or stopped by hand: nothing is held against the peer. */
  clear(): void {
    this.#failures = 0;
    this.#held = null;
  }

  /** The peer's only connection, or its session, ended. */
  remember({ connectRetryCounter, nextRetryAtMs }: SessionSnapshot, reason: DownReason, now: number): void {
    this.#failures = connectRetryCounter;
    if (reason === "max-prefixes") {
      this.#held = { untilMs: nextRetryAtMs, cause: "it announced more prefixes than it may" };
      return;
    }
    if (!this.#config.dampPeerOscillations || !oscillations[reason]) return;
    // A passive peer that lost its connection has no timer that says when it might be tried again.
    const pause = pauseAfter(connectRetryCounter, { now, random: this.#random() }, this.#config);
    const untilMs = Number.isFinite(nextRetryAtMs) ? nextRetryAtMs : now + pause;
    this.#held = { untilMs, cause: "its last connection failed, and its oscillations are damped" };
  }
}

/** A sentence for the log, for a connection that comes too early. */
export function refusedUntil(held: HeldDown, now: number): string {
  const wait = Number.isFinite(held.untilMs)
    ? `for another ${((held.untilMs - now) / 1000).toFixed(1)} s`
    : "until it is started again";
  return `the peer connects, but ${held.cause}: refused ${wait}`;
}
