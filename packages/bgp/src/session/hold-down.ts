import type { NotificationBody } from "../codec/outcome.ts";
import type { PeerConfig } from "../fsm/config.ts";
import { pauseAfter } from "../fsm/leave.ts";
import { CeaseSubcode, NotificationCode } from "../iana/notification-codes.ts";
import type { DownEvent, SessionSnapshot } from "./events.ts";
import type { HeldDown } from "./peer-events.ts";

/**
 * Whether an end counts as an oscillation (RFC 4271 §8.1.1, DampPeerOscillations). What comes to nothing before the session is
 * up because the peer does not want the connection is none: two ends that damp each other would refuse each other for ever.
 */
function oscillates({ reason, wasEstablished, notification }: DownEvent): boolean {
  switch (reason) {
    case "administrative-stop":
    case "administrative-reset":
    case "collision":
    case "connect-failed":
    case "connect-timeout":
      return false;
    case "max-prefixes":
    case "hold-timer-expired":
    case "send-hold-timer-expired":
    case "notification-sent":
    case "refused":
      return true;
    case "connection-closed":
    case "connection-reset":
      return wasEstablished;
    case "notification-received":
      return wasEstablished || !unwanted(notification?.body ?? null);
  }
  return reason satisfies never;
}

/** Cease / Connection Rejected, or Connection Collision Resolution (RFC 4486 §4). */
function unwanted(body: NotificationBody | null): boolean {
  if (body?.code !== NotificationCode.Cease) return false;
  return (
    body.subcode === CeaseSubcode.ConnectionRejected || body.subcode === CeaseSubcode.ConnectionCollisionResolution
  );
}

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
  remember({ connectRetryCounter, nextRetryAtMs }: SessionSnapshot, end: DownEvent, now: number): void {
    this.#failures = connectRetryCounter;
    if (end.reason === "max-prefixes") {
      this.#held = { untilMs: nextRetryAtMs, cause: "it announced more prefixes than it may" };
      return;
    }
    if (!this.#config.dampPeerOscillations || !oscillates(end)) return;
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
