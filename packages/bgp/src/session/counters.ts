import { MessageType } from "../codec/message.ts";
import type { MessageCounters } from "./events.ts";

/** Counts the messages of one direction by type octet (RFC 4271 §4.1). */
export class Counters {
  #open = 0;
  #update = 0;
  #notification = 0;
  #keepalive = 0;
  #routeRefresh = 0;
  #octets = 0;

  /** Types that BGP does not have are counted as octets only. */
  count(type: number, octets: number): void {
    this.#octets += octets;
    switch (type) {
      case MessageType.Open:
        this.#open++;
        break;
      case MessageType.Update:
        this.#update++;
        break;
      case MessageType.Notification:
        this.#notification++;
        break;
      case MessageType.Keepalive:
        this.#keepalive++;
        break;
      case MessageType.RouteRefresh:
        this.#routeRefresh++;
        break;
    }
  }

  snapshot(): MessageCounters {
    return {
      open: this.#open,
      update: this.#update,
      notification: this.#notification,
      keepalive: this.#keepalive,
      routeRefresh: this.#routeRefresh,
      octets: this.#octets,
    };
  }
}

/** Nothing was sent, or received. */
export const noMessages: MessageCounters = new Counters().snapshot();

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
