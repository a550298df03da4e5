import type { NotificationBody } from "../codec/outcome.ts";
import { describeNotification } from "../codec/shutdown-communication.ts";
import type { DownReason } from "../fsm/effect.ts";
import { addCounters, noMessages } from "./counters.ts";
import type { SessionSnapshot } from "./events.ts";

type Remembered = Pick<
  SessionSnapshot,
  "sinceMs" | "lastNotificationSent" | "lastNotificationReceived" | "lastDown" | "received" | "sent"
>;

/** What is remembered of a peer beyond the life of one connection. */
export class PeerHistory {
  #sinceMs = 0;
  #lastSent: Remembered["lastNotificationSent"] = null;
  #lastReceived: Remembered["lastNotificationReceived"] = null;
  #lastDown: Remembered["lastDown"] = null;
  #received: SessionSnapshot["received"] = noMessages;
  #sent: SessionSnapshot["sent"] = noMessages;

  entered(now: number): void {
    this.#sinceMs = now;
  }

  notification(direction: "sent" | "received", notification: NotificationBody, now: number): void {
    const noted = { notification, atMs: now, text: describeNotification(notification) };
    if (direction === "sent") this.#lastSent = noted;
    else this.#lastReceived = noted;
  }

  down(reason: DownReason, cause: string, now: number): void {
    this.#lastDown = { reason, cause, atMs: now };
  }

  /** A connection is gone for good; its counts stay. */
  forget(ended: SessionSnapshot): void {
    this.#received = addCounters(this.#received, ended.received);
    this.#sent = addCounters(this.#sent, ended.sent);
  }

  /** Together with the connections that exist. */
  snapshot(sessions: readonly SessionSnapshot[]): Remembered {
    let received = this.#received;
    let sent = this.#sent;
    for (const session of sessions) {
      received = addCounters(received, session.received);
      sent = addCounters(sent, session.sent);
    }
    return {
      sinceMs: this.#sinceMs,
      lastNotificationSent: this.#lastSent,
      lastNotificationReceived: this.#lastReceived,
      lastDown: this.#lastDown,
      received,
      sent,
    };
  }
}
