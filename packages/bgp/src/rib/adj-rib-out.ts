import type { AttributeValues } from "../codec/attributes/values.ts";
import { carriesPathIds } from "../codec/context.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";
import {
  attributeSetCost,
  choosePath,
  type Destination,
  type Entry,
  type Exported,
  entryKey,
  type Group,
  isNamed,
  type Outgoing,
  type OutgoingBatch,
  onWire,
  passedOver,
  type RefusedPath,
  same,
  stale,
} from "./adj-rib-out-entry.ts";
import { attributeKey } from "./attribute-key.ts";
import type { DesiredAttributes, DesiredRoute, ExportPolicy } from "./policy.ts";
import { type PrefixKey, prefixKey } from "./prefix-key.ts";
import { SparseMap } from "./sparse-map.ts";
import { WaitingPaths, Waits } from "./waiting-paths.ts";

/**
 * Adj-RIB-Out (RFC 4271 §3.2): what one peer should have, what it has, and so what must be sent. Pure.
 *
 * The desired routes outlive sessions. Between `down` and `up` changes cost nothing on the wire; while a session is up,
 * changes coalesce until `take` is called, so that a prefix which changed ten times is sent once and one that
 * came and went is not sent at all. Withdrawals leave first.
 */
export class AdjRibOut<A extends DesiredAttributes> {
  readonly #entries = new SparseMap<PrefixKey, Entry<A>>();
  readonly #groups = new SparseMap<Family, Map<string, Group<A>>>();
  readonly #exported = new SparseMap<string, Exported>();
  readonly #waiting = new WaitingPaths<A>();
  /** Destinations that have, or had, a path with an identifier of its own. */
  readonly #destinations = new SparseMap<PrefixKey, Destination<A>>();
  /** Those whose one path for a session without identifiers has to be chosen again. */
  #unsettled: Set<Destination<A>> | null = null;
  #policy: ExportPolicy<A> | null = null;
  /** Families whose NLRI carry path identifiers on this session. */
  #pathIds: readonly Family[] = [];
  #endOfRib: readonly Family[] = [];
  #generation = 0;
  #desired = 0;
  #advertised = 0;
  #refusedGroups = 0;

  /** Desired routes. */
  get size(): number {
    return this.#desired;
  }

  /** Routes the peer has from us. */
  get advertised(): number {
    return this.#advertised;
  }

  /** Routes waiting to be sent or withdrawn. Zero while the session is down. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Whether routes wait to be withdrawn. */
  get hasWithdrawals(): boolean {
    return this.#waiting.withdrawals > 0;
  }

  /** True when `take` would return something. */
  get hasOutgoing(): boolean {
    return this.pending > 0 || this.#endOfRib.length > 0;
  }

  /** Replaces all desired routes; linear in the whole. Of several routes with one prefix and path identifier the last counts. */
  set(routes: Iterable<DesiredRoute<A>>): void {
    const generation = ++this.#generation;
    for (const route of routes) this.#want(route).generation = generation;
    for (const entry of this.#entries.values()) {
      if (entry.generation !== generation) this.#unwant(entry);
    }
    this.#settle();
  }

  /** Changes some desired routes; linear in the change. A path in both lists is announced. */
  apply(change: { readonly announce?: Iterable<DesiredRoute<A>>; readonly withdraw?: Iterable<Prefix> }): void {
    for (const prefix of change.withdraw ?? []) {
      const entry = this.#entries.get(entryKey(prefix));
      if (entry !== undefined) this.#unwant(entry);
    }
    for (const route of change.announce ?? []) this.#want(route);
    this.#settle();
  }

  /**
   * A session came up: the peer has nothing, everything is to be sent, then End-of-RIB for `endOfRib`. `pathIds`: families whose NLRI
   * carry path identifiers towards the peer (RFC 7911 §4); of all others it gets one path of each destination.
   */
  up(policy: ExportPolicy<A>, endOfRib: readonly Family[], pathIds: readonly Family[] = []): void {
    // While it is down there is nothing to forget.
    if (this.#policy !== null) this.down();
    this.#policy = policy;
    this.#pathIds = pathIds;
    this.#endOfRib = endOfRib;
    this.#export();
    for (const entry of this.#entries.values()) {
      // The usual case, without the questions that `#classify` asks: the peer has nothing, and nothing waits.
      if (entry.destination !== null) this.#classify(entry);
      else if ((entry.desired?.exported ?? null) !== null) this.#waiting.set(entry, Waits.Announcement);
    }
    this.#settle();
  }

  /** The session went: the peer has dropped everything (RFC 4271 §8.2.2). Idempotent. */
  down(): void {
    this.#policy = null;
    this.#endOfRib = [];
    this.#waiting.clear();
    this.#unsettled = null;
    this.#exported.clear();
    this.#advertised = 0;
    this.#refusedGroups = 0;
    for (const group of this.#eachGroup()) {
      group.exported = null;
      group.refused = null;
    }
    for (const entry of this.#entries.values()) {
      entry.sent = null;
      if (entry.desired === null) this.#forget(entry);
    }
    for (const destination of this.#destinations.values()) destination.chosen = null;
  }

  /** Asks the export policy again, for example after the next hop changed; only what differs is sent. No-op while down. */
  reexport(): void {
    if (this.#policy === null) return;
    this.#export();
    for (const entry of this.#entries.values()) this.#classify(entry);
    this.#settle();
  }

  /** Sends one family again, then its End-of-RIB, as a ROUTE-REFRESH asks (RFC 2918 §4). No-op while down. */
  refresh(family: Family): void {
    if (this.#policy === null) return;
    for (const entry of this.#entries.values()) {
      if (entry.prefix.family !== family || entry.sent === null) continue;
      entry.sent = stale;
      this.#classify(entry);
    }
    this.#settle();
    if (!this.#endOfRib.includes(family)) this.#endOfRib = [...this.#endOfRib, family];
  }

  /**
   * What to send now; it counts as sent. End-of-RIB comes when nothing else waits. Routes with equal attributes share a
   * batch, so the encoder can fill its UPDATEs. `budget` bounds the work: a route costs 1, an attribute set 16 more. Without
   * `announcements` they wait for a later call, and only withdrawals go (RFC 4271 §9.2.1.1).
   */
  take(budget: number = Number.POSITIVE_INFINITY, announcements = true): Outgoing {
    const batches: OutgoingBatch[] = [];
    const left = budget - this.#takeWithdrawals(budget, batches);
    if (announcements) this.#takeAnnouncements(left, batches);
    if (this.pending > 0) return { batches, endOfRib: [] };
    const endOfRib = this.#endOfRib;
    this.#endOfRib = [];
    return { batches, endOfRib };
  }

  /**
   * Desired routes that stay here, and why: what the export policy said, or that the session carries one path of each destination.
   * Linear in the whole, but only when there are any.
   */
  refused(): readonly RefusedPath[] {
    if (this.#policy === null) return [];
    const found = [...this.#destinations.values()]
      .filter(({ chosen }) => chosen !== null && !carriesPathIds(this.#pathIds, chosen.prefix.family))
      .flatMap(passedOver);
    if (this.#refusedGroups === 0) return found;
    for (const entry of this.#entries.values()) {
      const reason = entry.desired?.refused ?? null;
      if (reason !== null) found.push({ prefix: entry.prefix, reason });
    }
    return found;
  }

  /** Whether this very destination is desired, over any path. */
  has(prefix: Prefix): boolean {
    const key = prefixKey(prefix);
    const isDesired = (entry: Entry<A> | undefined): boolean => (entry?.desired ?? null) !== null;
    return isDesired(this.#entries.get(key)) || [...(this.#destinations.get(key)?.paths ?? [])].some(isDesired);
  }

  /** The desired routes. */
  *routes(): Generator<DesiredRoute<A>> {
    for (const { prefix, desired } of this.#entries.values()) {
      if (desired !== null) yield { prefix, attributes: desired.attributes };
    }
  }

  #want(route: DesiredRoute<A>): Entry<A> {
    const key = entryKey(route.prefix);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const { prefix } = route;
      const waits = Waits.Nothing;
      entry = { key, prefix, desired: null, sent: null, generation: 0, waits, lines: 0, destination: null };
      this.#entries.set(key, entry);
      if (isNamed(entry.prefix) || this.#destinations.size > 0) this.#join(entry);
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
    if (entry.sent === null) this.#forget(entry);
  }

  /** Puts a path beside the others to its destination, if there are any or it has an identifier. */
  #join(entry: Entry<A>): void {
    const key = prefixKey(entry.prefix);
    let destination = this.#destinations.get(key);
    if (destination === undefined) {
      if (!isNamed(entry.prefix)) return;
      destination = { key, paths: new Set(), chosen: null };
      this.#destinations.set(key, destination);
      const unnamed = this.#entries.get(key);
      if (unnamed !== undefined) this.#join(unnamed);
    }
    destination.paths.add(entry);
    entry.destination = destination;
  }

  #forget(entry: Entry<A>): void {
    this.#entries.delete(entry.key);
    const { destination } = entry;
    if (destination === null) return;
    this.#waiting.set(entry, Waits.Nothing);
    destination.paths.delete(entry);
    if (destination.paths.size === 0) this.#destinations.delete(destination.key);
  }

  #classify(entry: Entry<A>): void {
    if (this.#policy === null) return;
    const { destination } = entry;
    if (destination === null || carriesPathIds(this.#pathIds, entry.prefix.family)) {
      this.#compare(entry, entry.desired?.exported ?? null);
    } else {
      this.#unsettled ??= new Set();
      this.#unsettled.add(destination);
    }
  }

  /** Chooses for each destination that has changed, once however many of its paths have. */
  #settle(): void {
    if (this.#unsettled === null) return;
    for (const destination of this.#unsettled) {
      choosePath(destination);
      for (const path of destination.paths) {
        this.#compare(path, path === destination.chosen ? (path.desired?.exported ?? null) : null);
        if (path.desired === null && path.sent === null) this.#forget(path);
      }
    }
    this.#unsettled = null;
  }

  #compare(entry: Entry<A>, target: Exported | null): void {
    if (same(target, entry.sent)) this.#waiting.set(entry, Waits.Nothing);
    else this.#waiting.set(entry, target === null ? Waits.Withdrawal : Waits.Announcement);
  }

  #takeWithdrawals(budget: number, batches: OutgoingBatch[]): number {
    const byFamily = new Map<Family, Prefix[]>();
    let taken = 0;
    while (taken < budget) {
      const entry = this.#waiting.takeWithdrawal();
      if (entry === null) break;
      taken++;
      entry.sent = null;
      this.#advertised--;
      if (entry.desired === null) this.#forget(entry);
      const { family } = entry.prefix;
      let nlri = byFamily.get(family);
      if (nlri === undefined) {
        nlri = [];
        byFamily.set(family, nlri);
        batches.push({ family, attributes: null, nlri });
      }
      nlri.push(onWire(entry.prefix, carriesPathIds(this.#pathIds, family)));
    }
    return taken;
  }

  #takeAnnouncements(budget: number, batches: OutgoingBatch[]): void {
    const byFamily = new Map<Family, Map<Exported, Prefix[]>>();
    let spent = 0;
    // Most routes have the attributes of the one before.
    let last: { readonly family: Family; readonly exported: Exported; readonly nlri: Prefix[] } | null = null;
    while (spent < budget) {
      const entry = this.#waiting.takeAnnouncement();
      if (entry === null) break;
      spent++;
      const exported = entry.desired?.exported ?? null;
      if (exported === null) continue;
      if (entry.sent === null) this.#advertised++;
      entry.sent = exported;
      const { family } = entry.prefix;
      if (last === null || last.exported !== exported || last.family !== family) {
        const known: Prefix[] | undefined = byFamily.get(family)?.get(exported);
        last = { family, exported, nlri: known ?? [] };
        if (known === undefined) {
          spent += attributeSetCost;
          batches.push({ family, attributes: exported.attributes, nlri: last.nlri });
          const byAttributes = byFamily.get(family);
          if (byAttributes === undefined) byFamily.set(family, new Map([[exported, last.nlri]]));
          else byAttributes.set(exported, last.nlri);
        }
      }
      last.nlri.push(onWire(entry.prefix, carriesPathIds(this.#pathIds, family)));
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
