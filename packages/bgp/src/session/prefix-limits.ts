import type { UpdateMessage } from "../codec/message.ts";
import type { NlriVisitor } from "../codec/nlri/family.ts";
import { addressLength } from "../codec/nlri/prefix.ts";
import type { NlriView } from "../codec/nlri/view.ts";
import { Outcome } from "../codec/outcome.ts";
import type { MaxPrefixes } from "../fsm/config.ts";
import type { FsmEvent } from "../fsm/event.ts";
import type { Negotiated } from "../fsm/negotiate.ts";
import { afiOf, type Family, familyName, safiOf } from "../iana/afi-safi.ts";
import { CeaseSubcode, NotificationCode } from "../iana/notification-codes.ts";
import { hardReset } from "./cease.ts";
import type { PrefixCount, SessionEvent } from "./events.ts";
import { PrefixSet } from "./prefix-set.ts";

/** SAFI of the VPN families (RFC 4364 §4.3.4). */
const vpnSafi = 128;

/** The route distinguisher before each address of a VPN family makes it another prefix (RFC 4364 §4.1); labels do not. */
function rdOctetsOf(family: Family): number {
  return safiOf(family) === vpnSafi ? 8 : 0;
}

/** One family of the peer: what it announced, and what it may. */
class Limit {
  readonly rule: MaxPrefixes;
  #prefixes: PrefixSet;
  #warned = false;
  readonly #rdOctets: number;
  readonly #add: NlriVisitor = (bytes, offset, lengthBits, pathId) => {
    const rd = this.#rdOctets;
    // Past the limit nothing more is kept: the session is at its end.
    if (!this.passed) this.#prefixes.add(bytes, offset - rd, lengthBits + 8 * rd, pathId);
  };
  readonly #delete: NlriVisitor = (bytes, offset, lengthBits, pathId) => {
    const rd = this.#rdOctets;
    this.#prefixes.delete(bytes, offset - rd, lengthBits + 8 * rd, pathId);
  };

  constructor(rule: MaxPrefixes) {
    this.rule = rule;
    this.#rdOctets = rdOctetsOf(rule.family);
    this.#prefixes = this.#emptySet();
  }

  get count(): number {
    return this.#prefixes.size;
  }

  get passed(): boolean {
    return this.#prefixes.size > this.rule.limit;
  }

  announced(nlri: NlriView): void {
    nlri.forEach(this.#add);
  }

  withdrawn(nlri: NlriView): void {
    nlri.forEach(this.#delete);
  }

  /** True once each time the count comes up to the warning threshold. */
  warns(): boolean {
    const { warningPercent, limit } = this.rule;
    const near = warningPercent !== null && this.#prefixes.size * 100 >= limit * warningPercent;
    const first = near && !this.#warned;
    this.#warned = near;
    return first;
  }

  clear(): void {
    if (this.#prefixes.size > 0) this.#prefixes = this.#emptySet();
    this.#warned = false;
  }

  #emptySet(): PrefixSet {
    return new PrefixSet(this.#rdOctets + addressLength(this.rule.family));
  }
}

/** Counts the distinct prefixes that a peer announces, where they are limited (RFC 4271 §6.7). */
export class PrefixLimits {
  readonly #limits: readonly Limit[];

  constructor(rules: readonly MaxPrefixes[]) {
    this.#limits = rules.map((rule) => new Limit(rule));
  }

  /** For the next connection. */
  reset(): void {
    for (const limit of this.#limits) limit.clear();
  }

  /** The family is not used any more (RFC 7606 §2). */
  disable(family: Family): void {
    for (const limit of this.#limits) if (limit.rule.family === family) limit.clear();
  }

  /** Distinct prefixes of each limited family that stand at this moment. */
  counts(): readonly PrefixCount[] {
    return this.#limits.map(({ rule, count }) => ({ family: rule.family, count, limit: rule.limit }));
  }

  /** Takes an UPDATE in, all but its `ignored` families; the limit that it passes, or null. Warnings go to `events`. */
  take(update: UpdateMessage, ignored: readonly Family[], events: SessionEvent[]): MaxPrefixes | null {
    let passed: MaxPrefixes | null = null;
    for (const limit of this.#limits) {
      const { family, limit: most } = limit.rule;
      if (ignored.includes(family)) continue;
      this.#count(limit, update);
      if (limit.passed) passed ??= limit.rule;
      else if (limit.warns()) events.push({ kind: "prefix-warning", family, count: limit.count, limit: most });
    }
    return passed;
  }

  /** RFC 4271 §4.3: a prefix in both fields of one UPDATE counts as announced; so the withdrawals come first. */
  #count(limit: Limit, update: UpdateMessage): void {
    const { mpReach, mpUnreach } = update.attributes;
    const { family } = limit.rule;
    const withdraw = update.outcome >= Outcome.TreatAsWithdraw;
    if (update.withdrawn.family === family) limit.withdrawn(update.withdrawn);
    if (mpUnreach?.family === family) limit.withdrawn(mpUnreach.nlri);
    if (update.nlri.family === family) {
      if (withdraw) limit.withdrawn(update.nlri);
      else limit.announced(update.nlri);
    }
    if (mpReach?.family === family) {
      if (withdraw) limit.withdrawn(mpReach.nlri);
      else limit.announced(mpReach.nlri);
    }
  }
}

/**
 * The end of a session whose peer passed a limit. RFC 8538 §5.1: it is to last, so graceful restart must not bridge it.
 */
export function limitPassed(rule: MaxPrefixes, negotiated: Negotiated): FsmEvent {
  const { family, limit, restart } = rule;
  const code = NotificationCode.Cease;
  const subcode = CeaseSubcode.MaximumNumberOfPrefixesReached;
  const again = restart === null ? "it stays down until it is started again" : `it starts again in ${restart} s`;
  return {
    type: "AutomaticStop",
    notification: hardReset({ code, subcode, data: limitData(rule) }, negotiated),
    reason: "max-prefixes",
    cause: `the peer announces more than the ${limit} prefixes of ${familyName(family)} that it may: filter on the router, or raise max-prefixes for this peer; ${again}`,
    pauseMs: restart === null ? Number.POSITIVE_INFINITY : restart * 1000,
  };
}

/** RFC 4486 §4: AFI and SAFI of the family, and the limit, in 2, 1 and 4 octets. */
function limitData({ family, limit }: MaxPrefixes): Uint8Array {
  return Uint8Array.of(
    afiOf(family) >>> 8,
    afiOf(family),
    safiOf(family),
    limit >>> 24,
    limit >>> 16,
    limit >>> 8,
    limit,
  );
}
