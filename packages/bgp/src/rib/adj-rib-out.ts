import type { AttributeValues } from "../codec/attributes/values.ts";
import type { RouteBatch } from "../codec/message.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";
import { attributeKey } from "./attribute-key.ts";
import { type PrefixKey, pathKey } from "./prefix-key.ts";

/** What the export policy turns into path attributes. Two sets with one key are the same set. */
export interface DesiredAttributes {
  readonly key: string;
}

/** A route somebody wants announced. */
export interface DesiredRoute<A> {
  readonly prefix: Prefix;
  readonly attributes: A;
}

/** What the export policy makes of one attribute set towards one peer: attributes for the wire, or why the routes stay here. */
export type ExportDecision = { readonly attributes: AttributeValues } | { readonly refused: string };

/** Called once per attribute set, family and session. */
export type ExportPolicy<A> = (attributes: A, family: Family) => ExportDecision;

/** What to send now, in this order. A family in `endOfRib` has had all its routes (RFC 4724 §2). */
export interface Outgoing {
  readonly batches: readonly RouteBatch[];
  readonly endOfRib: readonly Family[];
}

/** An attribute set as the peer sees it; one object per set and session. */
interface Exported {
  readonly key: string;
  readonly attributes: AttributeValues;
  /** Groups that share it; at zero it is forgotten. */
  groups: number;
}

/** All desired routes of one family with one attribute set. */
interface Group<A> {
  readonly family: Family;
  readonly attributes: A;
  size: number;
  /** Null while the session is down, or when refused. */
  exported: Exported | null;
  refused: string | null;
}

interface Entry<A> {
  readonly key: PrefixKey;
  readonly prefix: Prefix;
  desired: Group<A> | null;
  /** What the peer has; null when it has nothing. */
  sent: Exported | null;
  /** The last `set` that named this prefix. */
  generation: number;
}

/** An attribute set costs the encoder about as much as this many prefixes. */
const attributeSetCost = 16;

/** Stands for "the peer has something, but must get it again" (RFC 2918 §4). */
const stale: Exported = { key: "stale", attributes: {}, groups: 0 };

/**
 * Adj-RIB-Out (RFC 4271 §3.2): what one peer should have, what it has, and so what must be sent. Pure.
 *
 * The desired routes outlive sessions. Between `down` and `up` changes cost nothing on the wire; while a session is up,
 * changes coalesce until `take` is called, so that a prefix which changed ten times is sent once and one that
 * came and went is not sent at all. Withdrawals leave first.
 */
export class AdjRibOut<A extends DesiredAttributes> {
  #entries = new Map<PrefixKey, Entry<A>>();
  #groups = new Map<Family, Map<string, Group<A>>>();
  #exported = new Map<string, Exported>();
  #announce = new Set<Entry<A>>();
  #withdraw = new Set<Entry<A>>();
  #policy: ExportPolicy<A> | null = null;
  #endOfRib: readonly Family[] = [];
  #generation = 0;
  #desired = 0;
  #advertised = 0;
  #refusedGroups = 0;

  /** Desired prefixes. */
  get size(): number {
    return this.#desired;
  }

  /** Prefixes the peer has from us. */
  get advertised(): number {
    return this.#advertised;
  }

  /** Prefixes waiting to be sent or withdrawn. Zero while the session is down. */
  get pending(): number {
    return this.#announce.size + this.#withdraw.size;
  }

  /** True when `take` would return something. */
  get hasOutgoing(): boolean {
    return this.pending > 0 || this.#endOfRib.length > 0;
  }

  /** Replaces all desired routes; linear in the whole. Of several routes with one prefix the last counts. */
  set(routes: Iterable<DesiredRoute<A>>): void {
    const generation = ++this.#generation;
    for (const route of routes) this.#want(route).generation = generation;
    for (const entry of this.#entries.values()) {
      if (entry.generation !== generation) this.#unwant(entry);
    }
  }

  /** Changes some desired routes; linear in the change. A prefix in both lists is announced. */
  apply(change: { readonly announce?: Iterable<DesiredRoute<A>>; readonly withdraw?: Iterable<Prefix> }): void {
    for (const prefix of change.withdraw ?? []) {
      const entry = this.#entries.get(pathKey(prefix));
      if (entry !== undefined) this.#unwant(entry);
    }
    for (const route of change.announce ?? []) this.#want(route);
  }

  /** A session came up: the peer has nothing, everything is to be sent, then End-of-RIB for `endOfRib`. */
  up(policy: ExportPolicy<A>, endOfRib: readonly Family[]): void {
    this.down();
    this.#policy = policy;
    this.#endOfRib = endOfRib;
    this.#export();
    for (const entry of this.#entries.values()) this.#classify(entry);
  }

  /** The session went: the peer has dropped everything (RFC 4271 §8.2.2). Idempotent. */
  down(): void {
    this.#policy = null;
    this.#endOfRib = [];
    this.#announce.clear();
    this.#withdraw.clear();
    this.#exported.clear();
    this.#advertised = 0;
    this.#refusedGroups = 0;
    for (const group of this.#eachGroup()) {
      group.exported = null;
      group.refused = null;
    }
    for (const entry of this.#entries.values()) {
      entry.sent = null;
      if (entry.desired === null) this.#entries.delete(entry.key);
    }
  }

  /** Asks the export policy again, for example after the next hop changed; only what differs is sent. No-op while down. */
  reexport(): void {
    if (this.#policy === null) return;
    this.#export();
    for (const entry of this.#entries.values()) this.#classify(entry);
  }

  /** Sends one family again, then its End-of-RIB, as a ROUTE-REFRESH asks (RFC 2918 §4). No-op while down. */
  refresh(family: Family): void {
    if (this.#policy === null) return;
    for (const entry of this.#entries.values()) {
      if (entry.prefix.family !== family || entry.sent === null) continue;
      entry.sent = stale;
      this.#classify(entry);
    }
    if (!this.#endOfRib.includes(family)) this.#endOfRib = [...this.#endOfRib, family];
  }

  /**
   * What to send now; it counts as sent. End-of-RIB comes when nothing else waits. Routes with equal attributes share a
   * batch, so the encoder can fill its UPDATEs. `budget` bounds the work: a prefix costs 1, an attribute set 16 more.
   */
  take(budget: number = Number.POSITIVE_INFINITY): Outgoing {
    const batches: RouteBatch[] = [];
    this.#takeAnnouncements(budget - this.#takeWithdrawals(budget, batches), batches);
    if (this.pending > 0) return { batches, endOfRib: [] };
    const endOfRib = this.#endOfRib;
    this.#endOfRib = [];
    return { batches, endOfRib };
  }

  /** Desired routes that the export policy refused, with its words. Linear in the whole, but only when there are any. */
  refused(): readonly { readonly prefix: Prefix; readonly reason: string }[] {
    if (this.#refusedGroups === 0) return [];
    const found: { prefix: Prefix; reason: string }[] = [];
    for (const entry of this.#entries.values()) {
      const reason = entry.desired?.refused ?? null;
      if (reason !== null) found.push({ prefix: entry.prefix, reason });
    }
    return found;
  }

  /** Whether this very prefix is desired. */
  has(prefix: Prefix): boolean {
    return (this.#entries.get(pathKey(prefix))?.desired ?? null) !== null;
  }

  /** The desired routes. */
  *routes(): Generator<DesiredRoute<A>> {
    for (const { prefix, desired } of this.#entries.values()) {
      if (desired !== null) yield { prefix, attributes: desired.attributes };
    }
  }

  #want(route: DesiredRoute<A>): Entry<A> {
    const key = pathKey(route.prefix);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { key, prefix: route.prefix, desired: null, sent: null, generation: 0 };
      this.#entries.set(key, entry);
    }
    const group = this.#group(route.prefix.family, route.attributes);
    if (entry.desired === group) return entry;
    group.size++;
    if (entry.desired === null) this.#desired++;
    else this.#release(entry.desired);
    entry.desired = group;
    // Asked only now, because the policy may ask whether this very prefix is desired.
    if (group.size === 1) this.#decide(group);
    this.#classify(entry);
    return entry;
  }

  #unwant(entry: Entry<A>): void {
    if (entry.desired === null) return;
    this.#release(entry.desired);
    entry.desired = null;
    this.#desired--;
    this.#classify(entry);
    if (entry.sent === null) this.#entries.delete(entry.key);
  }

  #classify(entry: Entry<A>): void {
    if (this.#policy === null) return;
    const target = entry.desired?.exported ?? null;
    if (same(target, entry.sent)) {
      this.#announce.delete(entry);
      this.#withdraw.delete(entry);
    } else if (target === null) {
      this.#announce.delete(entry);
      this.#withdraw.add(entry);
    } else {
      this.#withdraw.delete(entry);
      this.#announce.add(entry);
    }
  }

  #takeWithdrawals(budget: number, batches: RouteBatch[]): number {
    const byFamily = new Map<Family, Prefix[]>();
    let taken = 0;
    for (const entry of this.#withdraw) {
      if (taken >= budget) break;
      taken++;
      this.#withdraw.delete(entry);
      entry.sent = null;
      this.#advertised--;
      if (entry.desired === null) this.#entries.delete(entry.key);
      const { family } = entry.prefix;
      let nlri = byFamily.get(family);
      if (nlri === undefined) {
        nlri = [];
        byFamily.set(family, nlri);
        batches.push({ family, attributes: null, nlri });
      }
      nlri.push(entry.prefix);
    }
    return taken;
  }

  #takeAnnouncements(budget: number, batches: RouteBatch[]): void {
    const byFamily = new Map<Family, Map<Exported, Prefix[]>>();
    let spent = 0;
    for (const entry of this.#announce) {
      if (spent >= budget) break;
      spent++;
      this.#announce.delete(entry);
      const exported = entry.desired?.exported ?? null;
      if (exported === null) continue;
      if (entry.sent === null) this.#advertised++;
      entry.sent = exported;
      const { family } = entry.prefix;
      let byAttributes = byFamily.get(family);
      if (byAttributes === undefined) {
        byAttributes = new Map();
        byFamily.set(family, byAttributes);
      }
      let nlri = byAttributes.get(exported);
      if (nlri === undefined) {
        nlri = [];
        byAttributes.set(exported, nlri);
        spent += attributeSetCost;
        batches.push({ family, attributes: exported.attributes, nlri });
      }
      nlri.push(entry.prefix);
    }
  }

  #group(family: Family, attributes: A): Group<A> {
    let groups = this.#groups.get(family);
    if (groups === undefined) {
      groups = new Map();
      this.#groups.set(family, groups);
    }
    let group = groups.get(attributes.key);
    if (group === undefined) {
      group = { family, attributes, size: 0, exported: null, refused: null };
      groups.set(attributes.key, group);
    }
    return group;
  }

  #release(group: Group<A>): void {
    group.size--;
    if (group.size > 0) return;
    this.#groups.get(group.family)?.delete(group.attributes.key);
    this.#drop(group.exported);
    if (group.refused !== null) this.#refusedGroups--;
  }

  #drop(exported: Exported | null): void {
    if (exported !== null && --exported.groups === 0) this.#exported.delete(exported.key);
  }

  #export(): void {
    for (const group of this.#eachGroup()) this.#decide(group);
  }

  #decide(group: Group<A>): void {
    if (this.#policy === null) return;
    const before = group.exported;
    if (group.refused !== null) this.#refusedGroups--;
    const decision = this.#policy(group.attributes, group.family);
    if ("refused" in decision) {
      group.exported = null;
      group.refused = decision.refused;
      this.#refusedGroups++;
    } else {
      group.exported = this.#intern(decision.attributes);
      group.refused = null;
    }
    this.#drop(before);
  }

  #intern(attributes: AttributeValues): Exported {
    const key = attributeKey(attributes);
    let exported = this.#exported.get(key);
    if (exported === undefined) {
      exported = { key, attributes, groups: 0 };
      this.#exported.set(key, exported);
    }
    exported.groups++;
    return exported;
  }

  *#eachGroup(): Generator<Group<A>> {
    for (const groups of this.#groups.values()) yield* groups.values();
  }
}

/** The objects differ where a set was released and came back while its withdrawal was still waiting. */
function same(a: Exported | null, b: Exported | null): boolean {
  return a === b || (a !== null && b !== null && a.key === b.key);
}
