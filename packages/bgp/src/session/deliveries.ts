import { MessageType, type RouteRefreshMessage, type UpdateMessage } from "../codec/message.ts";
import { Outcome } from "../codec/outcome.ts";
import type { MaxPrefixes } from "../fsm/config.ts";
import type { Negotiated } from "../fsm/negotiate.ts";
import { Family } from "../iana/afi-safi.ts";
import { AttributeCode } from "../iana/attribute-codes.ts";
import type { SessionEvent } from "./events.ts";
import { PrefixLimits } from "./prefix-limits.ts";

const none: readonly Family[] = [];
const ipv4Only: readonly Family[] = [Family.Ipv4Unicast];

/** Decides what of an Established session's messages reaches the consumer, and under which name. */
export class Deliveries {
  /** Families that RFC 7606 made us stop using on this session. */
  #disabled: readonly Family[] = none;
  readonly limits: PrefixLimits;

  constructor(maxPrefixes: readonly MaxPrefixes[] = []) {
    this.limits = new PrefixLimits(maxPrefixes);
  }

  /** For the next connection. */
  reset(): void {
    this.#disabled = none;
    this.limits.reset();
  }

  /** The limit that the message passes, or null; a message that passes one is not delivered. */
  deliver(
    message: UpdateMessage | RouteRefreshMessage,
    negotiated: Negotiated,
    events: SessionEvent[],
  ): MaxPrefixes | null {
    if (message.type !== MessageType.RouteRefresh) return this.#update(message, negotiated, events);
    this.#routeRefresh(message, negotiated, events);
    return null;
  }

  /** RFC 2918 §4: a request for a family that was not announced is ignored. */
  #routeRefresh(message: RouteRefreshMessage, negotiated: Negotiated, events: SessionEvent[]): void {
    if (!negotiated.routeRefresh || !negotiated.families.includes(message.family)) return;
    // RFC 7313 §4: without the enhanced capability the octet is reserved, so whatever it holds this is a request; with it,
    // unknown subtypes are ignored.
    if (!negotiated.enhancedRouteRefresh) events.push({ kind: "route-refresh", message: { ...message, subtype: 0 } });
    else if (message.subtype <= 2) events.push({ kind: "route-refresh", message });
  }

  #update(message: UpdateMessage, negotiated: Negotiated, events: SessionEvent[]): MaxPrefixes | null {
    if (message.outcome === Outcome.AfiSafiDisable) {
      this.#disable(message, negotiated, events);
      return null;
    }
    if (message.endOfRib !== -1) {
      if (this.#usable(message.endOfRib, negotiated)) events.push({ kind: "end-of-rib", family: message.endOfRib });
      return null;
    }
    const families = familiesOf(message);
    let ignoredFamilies = none;
    for (const family of families) {
      if (!this.#usable(family, negotiated)) ignoredFamilies = [...ignoredFamilies, family];
    }
    if (families.length > 0 && ignoredFamilies.length === families.length) return null;
    const passed = this.limits.take(message, ignoredFamilies, events);
    if (passed === null) events.push({ kind: "update", message, ignoredFamilies });
    return passed;
  }

  #usable(family: Family, negotiated: Negotiated): boolean {
    return negotiated.families.includes(family) && !this.#disabled.includes(family);
  }

  /** RFC 7606 §2: all routes of the family go, and further ones are ignored. Which family it is may be unreadable: then all. */
  #disable(message: UpdateMessage, negotiated: Negotiated, events: SessionEvent[]): void {
    const family = message.attributes.mpReach?.family ?? message.attributes.mpUnreach?.family;
    for (const affected of family === undefined ? negotiated.families : [family]) {
      if (!this.#usable(affected, negotiated)) continue;
      this.#disabled = [...this.#disabled, affected];
      this.limits.disable(affected);
      events.push({ kind: "family-disabled", family: affected, problems: message.problems });
    }
  }
}

function familiesOf(message: UpdateMessage): readonly Family[] {
  const classic = !message.nlri.isEmpty || !message.withdrawn.isEmpty;
  const { attributes } = message;
  // Nearly every UPDATE is about one family: those share their answer.
  if (!attributes.has(AttributeCode.MpReachNlri) && !attributes.has(AttributeCode.MpUnreachNlri)) {
    return classic ? ipv4Only : none;
  }
  const { mpReach, mpUnreach } = attributes;
  const families: Family[] = classic ? [Family.Ipv4Unicast] : [];
  if (mpReach !== null) families.push(mpReach.family);
  if (mpUnreach !== null) families.push(mpUnreach.family);
  return families;
}
