import type { NotificationBody } from "../codec/outcome.ts";
import { RouteRefreshSubtype } from "../codec/route-refresh.ts";
import type { PeerConfig } from "../fsm/config.ts";
import type { Negotiated } from "../fsm/negotiate.ts";
import type { Family } from "../iana/afi-safi.ts";
import { CeaseSubcode, NotificationCode } from "../iana/notification-codes.ts";
import type { DownEvent } from "./events.ts";

/** Why routes of a peer are stale: it restarts (RFC 4724 §4.2), or sends everything again (RFC 7313 §4). */
export type StaleCause = "restart" | "refresh";

/** What ended the wait for a family's stale routes. */
export type SweepReason =
  /** The peer has sent everything it has (RFC 4724 §2). */
  | "end-of-rib"
  /** The same, as it was asked to (RFC 7313 §4). */
  | "end-of-refresh"
  /** The restart time, or our own limit, ran out. */
  | "timer"
  /** The peer came back and has not kept its forwarding state for the family (RFC 4724 §4.2). */
  | "not-preserved"
  /** The session ended once more before the peer had announced them again (RFC 4724 §4.2, consecutive restarts). */
  | "restarted-again"
  /** We ended it for good. */
  | "stopped";

/** What is to be done with the routes of a family; what an Adj-RIB-In has methods for. */
export type StaleEvent =
  /** Every route of the family is stale from here on, and stays in use. */
  | { readonly kind: "stale"; readonly family: Family; readonly cause: StaleCause }
  /** Those that the peer has not announced again since then go. */
  | { readonly kind: "sweep"; readonly family: Family; readonly cause: StaleCause; readonly reason: SweepReason };

/** A family with stale routes. Times are the driver's monotonic milliseconds. */
export interface StaleFamily {
  readonly family: Family;
  readonly cause: StaleCause;
  readonly sinceMs: number;
  /** When they go if the peer does not say more. */
  readonly untilMs: number;
}

const none: readonly StaleEvent[] = [];

/**
 * Which routes of one peer are kept although the peer has not confirmed them, and for how long: those of a peer that restarts, as its
 * helper ("Receiving Speaker", RFC 4724 §4.2), and those that an enhanced route refresh puts to the test (RFC 7313 §4). Decisions only;
 * whoever holds the routes obeys the events. Nothing is kept twice over: a peer that restarts for ever keeps nothing alive.
 */
export class StaleRoutes {
  readonly #limitMs: number;
  #families: readonly StaleFamily[] = [];
  /** What the established session agreed on; null while there is none. */
  #negotiated: Negotiated | null = null;
  /** Families whose End-of-RIB is outstanding. */
  #awaited: readonly Family[] = [];

  constructor({ staleTime }: PeerConfig) {
    this.#limitMs = staleTime * 1000;
  }

  /** Families with stale routes. */
  get current(): readonly StaleFamily[] {
    return this.#families;
  }

  /** When `tick` has something to do; Infinity when nothing is stale. */
  nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { untilMs } of this.#families) next = Math.min(next, untilMs);
    return next;
  }

  /** A session is up. RFC 4724 §4.2: what the new OPEN does not say is preserved goes at once. */
  established(negotiated: Negotiated, now: number): readonly StaleEvent[] {
    this.#negotiated = negotiated;
    const { gracefulRestart, restartBridged, families } = negotiated;
    // RFC 4724 §3: "a BGP speaker that announces the capability sends End-of-RIB markers".
    this.#awaited = gracefulRestart === null ? [] : families;
    const preserved = new Set<Family>();
    for (const { family, forwarding } of gracefulRestart?.families ?? [])
      if (forwarding && restartBridged && families.includes(family)) preserved.add(family);
    const events: StaleEvent[] = [];
    for (const stale of this.current) {
      if (preserved.has(stale.family)) this.#put({ ...stale, untilMs: now + this.#limitMs });
      else events.push(this.#sweep(stale, "not-preserved"));
    }
    return events;
  }

  /**
   * A session, or an attempt at one, ended. Returns what happens to the routes, and in `retained` the families that are kept; those of
   * all others are to be forgotten.
   */
  ended(end: DownEvent, now: number): { readonly events: readonly StaleEvent[]; readonly retained: readonly Family[] } {
    const events: StaleEvent[] = [];
    if (end.reason === "administrative-stop" || end.reason === "max-prefixes") {
      events.push(...this.clear());
    } else if (end.wasEstablished) {
      // RFC 4724 §4.2: "To deal with possible consecutive restarts, a route (from the peer) previously marked as stale MUST be deleted."
      for (const stale of this.current) {
        if (stale.cause === "restart") events.push(this.#sweep(stale, "restarted-again"));
        else this.#drop(stale.family);
      }
      events.push(...this.#retain(end, now));
    }
    if (end.wasEstablished) this.#negotiated = null;
    return { events, retained: this.#families.map(({ family }) => family) };
  }

  /** The peer has sent everything of a family. */
  endOfRib(family: Family): readonly StaleEvent[] {
    if (this.#awaited.includes(family)) this.#awaited = this.#awaited.filter((other) => other !== family);
    const stale = this.#of(family);
    return stale?.cause === "restart" ? [this.#sweep(stale, "end-of-rib")] : [];
  }

  /** A ROUTE-REFRESH; of its subtypes only the two markers mean something here. */
  routeRefresh(family: Family, subtype: number, now: number): readonly StaleEvent[] {
    const stale = this.#of(family);
    switch (subtype) {
      case RouteRefreshSubtype.BeginOfRefresh: {
        // RFC 7313 §4: after a graceful restart a BoRR is ignored until the family's End-of-RIB has come.
        if (this.#awaited.includes(family) || stale?.cause === "restart") return [];
        // Begun once more: all is put to the test again, and the time runs from the first.
        const { sinceMs, untilMs } = stale ?? { sinceMs: now, untilMs: now + this.#limitMs };
        this.#put({ family, cause: "refresh", sinceMs, untilMs });
        return [{ kind: "stale", family, cause: "refresh" }];
      }
      case RouteRefreshSubtype.EndOfRefresh:
        return stale?.cause === "refresh" ? [this.#sweep(stale, "end-of-refresh")] : [];
      default:
        return [];
    }
  }

  /** The family is not used any more in this session (RFC 7606 §2): its routes are gone. */
  disabled(family: Family): void {
    this.#drop(family);
  }

  /** Whose time has come. */
  tick(now: number): readonly StaleEvent[] {
    if (this.#families.length === 0) return none;
    const due = this.current.filter(({ untilMs }) => untilMs <= now);
    return due.map((stale) => this.#sweep(stale, "timer"));
  }

  /** We have ended it for good: nothing is kept. */
  clear(): readonly StaleEvent[] {
    return this.current.map((stale) => this.#sweep(stale, "stopped"));
  }

  /** RFC 4724 §4.2: of the families in the peer's capability, for the time that it has asked for, but no longer than our limit. */
  #retain(end: DownEvent, now: number): readonly StaleEvent[] {
    const negotiated = this.#negotiated;
    if (negotiated === null || !isBridged(end, negotiated)) return [];
    const { restartTime = 0, families = [] } = negotiated.gracefulRestart ?? {};
    const keptMs = Math.min(restartTime * 1000, this.#limitMs);
    if (keptMs === 0) return [];
    const events: StaleEvent[] = [];
    for (const { family } of families) {
      if (!negotiated.families.includes(family) || this.#of(family) !== undefined) continue;
      this.#put({ family, cause: "restart", sinceMs: now, untilMs: now + keptMs });
      events.push({ kind: "stale", family, cause: "restart" });
    }
    return events;
  }

  #sweep({ family, cause }: StaleFamily, reason: SweepReason): StaleEvent {
    this.#drop(family);
    return { kind: "sweep", family, cause, reason };
  }

  #of(family: Family): StaleFamily | undefined {
    return this.#families.find((stale) => stale.family === family);
  }

  /** In the place of what was there of the family. */
  #put(stale: StaleFamily): void {
    const known = this.#of(stale.family);
    this.#families =
      known === undefined ? [...this.#families, stale] : this.#families.map((one) => (one === known ? stale : one));
  }

  #drop(family: Family): void {
    if (this.#families.length > 0) this.#families = this.#families.filter((stale) => stale.family !== family);
  }
}

/**
 * Whether the end of an established session is one that graceful restart bridges: TCP ended without a NOTIFICATION (RFC 4724 §4), or
 * both ends announced the N bit and it was none that says Hard Reset (RFC 8538 §4).
 */
function isBridged({ notification }: DownEvent, { restartBridged, notificationRestart }: Negotiated): boolean {
  if (!restartBridged) return false;
  return notification === null || (notificationRestart && !isHardReset(notification.body));
}

function isHardReset({ code, subcode }: NotificationBody): boolean {
  return code === NotificationCode.Cease && subcode === CeaseSubcode.HardReset;
}
