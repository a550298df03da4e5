import type { AnnouncerEvent } from "@vipcast/announcer";
import { NotificationCode } from "@vipcast/bgp";

/** What has happened since the start and cannot be read off the present state. Counting costs next to nothing, so it is always done. */
export class Tally {
  readonly reconcileErrors: Map<string, number> = new Map();
  readonly withdrawals: Map<string, number> = new Map();
  readonly #restored = new Map<string, number>();
  readonly reloads = { applied: 0, failed: 0, refused: 0 };

  /** Counts one event. What has no place here is ignored. */
  count(event: AnnouncerEvent): void {
    switch (event.event) {
      case "vip.failed":
        increment(this.reconcileErrors, event.step);
        return;
      case "ledger.failed":
        increment(this.reconcileErrors, "ledger");
        return;
      case "drains.failed":
        increment(this.reconcileErrors, "drains");
        return;
      case "vip.withdrawn":
        increment(this.withdrawals, event.reason);
        return;
      case "address.restored":
        increment(this.#restored, event.vip);
        return;
      case "vip.unbound":
        // A VIP that is gone for good must not stay here for ever; one that comes back begins at 0, as counters may.
        this.#restored.delete(event.vip);
        return;
      case "peer.connecting":
      case "peer.established":
      case "peer.down":
      case "vip.bound":
      case "vip.announced":
      case "vip.draining":
      case "vip.unhealthy":
      case "vip.healthy":
      case "vip.degraded":
      case "vip.refused":
      case "vip.on-link":
      case "vip.damped":
      case "address.lost":
      case "ledger.rebuilt":
      case "config.reloaded":
      case "events.lost":
        return;
      default:
        event satisfies never;
    }
  }

  /** How often the address of a VIP was put back. */
  restored(vip: string): number {
    return this.#restored.get(vip) ?? 0;
  }
}

/** NOTIFICATIONs of one peer: a peer can send 65,536 kinds of them, and gets one series for each code that has a name. */
export class NotificationTally {
  readonly #counts = new Map<string, NotificationCount>();

  count(direction: "sent" | "received", code: number): void {
    const name = codeNames.get(code) ?? "unknown";
    const key = `${direction} ${name}`;
    const total = (this.#counts.get(key)?.total ?? 0) + 1;
    this.#counts.set(key, { direction, code: name, total });
  }

  get counts(): readonly NotificationCount[] {
    return [...this.#counts.values()];
  }
}

/** How often a NOTIFICATION of one code went one way. */
export interface NotificationCount {
  readonly direction: "sent" | "received";
  /** `cease`, `hold-timer-expired`, …; `unknown` for a code that has no name. */
  readonly code: string;
  readonly total: number;
}

/** `HoldTimerExpired` → `hold-timer-expired`. */
const codeNames: ReadonlyMap<number, string> = new Map(
  Object.entries(NotificationCode).map(([name, code]) => [
    code,
    name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase(),
  ]),
);

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
