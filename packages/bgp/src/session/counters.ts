import type { MessageCounters } from "./events.ts";

/** Counts the messages of one direction by type octet (RFC 4271 §4.1). */
export class Counters {
  readonly #messages: number[] = [0, 0, 0, 0, 0, 0];
  #octets = 0;

  /** Types that BGP does not have are counted as octets only. */
  count(type: number, octets: number): void {
    const before = this.#messages[type];
    if (before !== undefined) this.#messages[type] = before + 1;
    this.#octets += octets;
  }

  snapshot(): MessageCounters {
    const [, open = 0, update = 0, notification = 0, keepalive = 0, routeRefresh = 0] = this.#messages;
    return { open, update, notification, keepalive, routeRefresh, octets: this.#octets };
  }
}

/** The sum of two snapshots. */
export function addCounters(a: MessageCounters, b: MessageCounters): MessageCounters {
  return {
    open: a.open + b.open,
    update: a.update + b.update,
    notification: a.notification + b.notification,
    keepalive: a.keepalive + b.keepalive,
    routeRefresh: a.routeRefresh + b.routeRefresh,
    octets: a.octets + b.octets,
  };
}
