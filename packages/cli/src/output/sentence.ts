import type { AnnouncerEvent } from "@vipcast/announcer";

/** An event as one sentence for people, its causes behind it. */
export function eventSentence(event: AnnouncerEvent): string {
  const causes = event.causes.length === 0 ? "" : ` (${event.causes.join("; ")})`;
  return `${statement(event)}${causes}`;
}

function statement(event: AnnouncerEvent): string {
  switch (event.event) {
    case "peer.connecting":
      return `connecting to ${event.peer}`;
    case "peer.established":
      return `session with ${event.peer} (AS ${event.asn}) is up, hold time ${event.holdTime} s, ${event.families.join(" and ")}`;
    case "peer.down": {
      const { notification } = event;
      const said =
        notification === undefined
          ? ""
          : `, ${notification.direction === "sent" ? "we said" : "it said"} ${notification.text}`;
      return `session with ${event.peer} is down: ${event.reason}${said}`;
    }
    case "vip.bound":
      return event.adopted
        ? `${event.vip} was on ${event.interface} already and is adopted`
        : `${event.vip} is bound on ${event.interface}`;
    case "vip.announced":
      return `${event.vip} is announced to ${event.peer}${event.fingerprint === undefined ? "" : `, fingerprint ${event.fingerprint}`}`;
    case "vip.withdrawn":
      return `${event.vip} is withdrawn from ${event.peer}: ${event.reason}`;
    case "vip.draining":
      return `${event.vip} drains for ${event.drainMs / 1000} s`;
    case "vip.unbound":
      return `${event.vip} is removed from ${event.interface}`;
    case "vip.unhealthy":
      return `${event.vip} is unhealthy`;
    case "vip.healthy":
      return `${event.vip} is healthy`;
    case "vip.degraded":
      return `${event.vip} is degraded`;
    case "vip.refused":
      return `${event.vip} is refused: ${event.rule}`;
    case "vip.on-link":
      return `${event.vip} is inside a subnet that this host is now connected to, and stays announced`;
    case "vip.failed":
      return `${event.vip}: ${event.step} failed with ${event.code}, next attempt in ${Math.round(event.retryInMs)} ms`;
    case "vip.damped":
      return "removals" in event
        ? `${event.vip} was removed ${event.removals} times and is held down for ${Math.round(event.holdDownMs / 1000)} s`
        : `${event.vip} went bad ${event.flaps} times and is held down for ${Math.round(event.holdDownMs / 1000)} s`;
    case "address.lost":
      return `${event.vip} cannot be used on ${event.interface} any more`;
    case "address.restored":
      return `${event.vip} is back on ${event.interface} after ${event.afterMs} ms, ${event.withdrawn ? "withdrawn meanwhile" : "still announced"}`;
    case "ledger.failed":
      return `the record of our addresses cannot be kept: ${event.code}`;
    case "ledger.rebuilt":
      return `the record of our addresses was incomplete and is rebuilt from the kernel's marks: ${event.entries} found`;
    case "drains.failed":
      return `what is drained cannot be kept over a restart: ${event.code}`;
    case "config.reloaded":
      return `configuration reloaded: ${event.added} added, ${event.changed} changed, ${event.removed} removed`;
    case "events.lost":
      return `${event.count} events were not shown`;
    default:
      return event satisfies never;
  }
}

/**
 * Tells whether an event is the same failed attempt to connect once more. A peer that is away for hours is reported once for people,
 * and again when the reason changes; programs get every event.
 */
export class RepeatFilter {
  readonly #lastFailure = new Map<string, string>();

  isRepeat(event: AnnouncerEvent): boolean {
    if (event.event === "peer.established") this.#lastFailure.delete(event.peer);
    if (event.event === "peer.connecting") return this.#lastFailure.has(event.peer);
    if (event.event !== "peer.down") return false;
    const failure = eventSentence(event);
    const repeat = this.#lastFailure.get(event.peer) === failure;
    this.#lastFailure.set(event.peer, failure);
    return repeat;
  }
}
