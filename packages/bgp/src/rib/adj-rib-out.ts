import { carriesPathIds } from "../codec/context.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";
import {
  choosePath,
  type Destination,
  type Entry,
  type Exported,
  entryKey,
  isNamed,
  type Outgoing,
  onWire,
  passedOver,
  type RefusedPath,
  same,
  stale,
} from "./adj-rib-out-entry.ts";
import { ExportedSets } from "./exported-sets.ts";
import { OutgoingBatches } from "./outgoing-batches.ts";
import type { DesiredAttributes, DesiredRoute, ExportPolicy } from "./policy.ts";
import { type PrefixKey, prefixKey } from "./prefix-key.ts";
import { SparseMap } from "./sparse-map.ts";
import { rest, resting, WaitingPaths, Waits } from "./waiting-paths.ts";

/** So many paths are looked at together: enough to save a call for each, and few enough for short lists. */
const longestRun = 1024;

/**
 * Adj-RIB-Out (RFC 4271 §3.2): what one peer should have, what it has, and so what must be sent. Pure.
 *
 * The desired routes outlive sessions. Between `down` and `up` changes cost nothing on the wire; while a session is up,
 * changes coalesce until `take` is called, so that a prefix which changed ten times is sent once and one that
 * came and went is not sent at all. Withdrawals leave first.
 */
export class AdjRibOut<A extends DesiredAttributes> {
  readonly #entries = new SparseMap<PrefixKey, Entry<A>>();
  readonly #sets = new ExportedSets<A>();
  readonly #waiting = new WaitingPaths<A>();
  /** Destinations that have, or had, a path with an identifier of its own. */
  readonly #destinations = new SparseMap<PrefixKey, Destination<A>>();
  /** Those whose one path for a session without identifiers has to be chosen again. */
  #unsettled: Set<Destination<A>> | null = null;
  /** Families whose NLRI carry path identifiers on this session. */
  #pathIds: readonly Family[] = [];
  #endOfRib: readonly Family[] = [];
  #generation = 0;
  #desired = 0;
  #advertised = 0;

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
    if (this.#sets.isUp) this.down();
    this.#pathIds = pathIds;
    this.#endOfRib = endOfRib;
    this.#waiting.begin([...this.#entries.values()]);
    this.#sets.up(policy);
    if (this.#sets.refused > 0) {
      for (const entry of this.#entries.values())
        if ((entry.desired?.exported ?? null) === null) this.#waiting.set(entry, Waits.Nothing);
    }
    for (const { paths } of this.#destinations.values()) for (const path of paths) this.#classify(path);
    this.#settle();
  }

  /** The session went: the peer has dropped everything (RFC 4271 §8.2.2). Idempotent. */
  down(): void {
    this.#sets.down();
    this.#endOfRib = [];
    this.#waiting.end();
    this.#unsettled = null;
    this.#advertised = 0;
    for (const entry of this.#entries.values()) {
      entry.sent = null;
      rest(entry);
      if (entry.desired === null) this.#forget(entry);
    }
    for (const destination of this.#destinations.values()) destination.chosen = null;
  }

  /** Asks the export policy again, for example after the next hop changed; only what differs is sent. No-op while down. */
  reexport(): void {
    if (!this.#sets.isUp) return;
    this.#sets.again();
    for (const entry of this.#entries.values()) this.#classify(entry);
    this.#settle();
  }

  /** Sends one family again, then its End-of-RIB, as a ROUTE-REFRESH asks (RFC 2918 §4). No-op while down. */
  refresh(family: Family): void {
    if (!this.#sets.isUp) return;
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
    const out = new OutgoingBatches(this.#pathIds);
    const { batches } = out;
    const left = budget - this.#takeWithdrawals(budget, out);
    if (announcements) this.#takeAnnouncements(left, out);
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
    if (!this.#sets.isUp) return [];
    const found = [...this.#destinations.values()]
      .filter(({ chosen }) => chosen !== null && !carriesPathIds(this.#pathIds, chosen.prefix.family))
      .flatMap(passedOver);
    if (this.#sets.refused === 0) return found;
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
      const { waits, lines } = this.#sets.isUp ? { waits: Waits.Nothing, lines: 0 } : resting;
      entry = { key, prefix, desired: null, sent: null, generation: 0, waits, lines, destination: null };
      this.#entries.set(key, entry);
      if (isNamed(entry.prefix) || this.#destinations.size > 0) this.#join(entry);
    }
    const group = this.#sets.group(route.prefix.family, route.attributes);
    if (entry.desired === group) return entry;
    group.size++;
    if (entry.desired === null) this.#desired++;
    else this.#sets.release(entry.desired);
    entry.desired = group;
    // Asked only now, because the policy may ask whether this very prefix is desired.
    if (group.size === 1) this.#sets.decide(group);
    this.#classify(entry);
    return entry;
  }

  #unwant(entry: Entry<A>): void {
    if (entry.desired === null) return;
    this.#sets.release(entry.desired);
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
    if (this.#sets.isUp) this.#waiting.set(entry, Waits.Nothing);
    destination.paths.delete(entry);
    if (destination.paths.size === 0) this.#destinations.delete(destination.key);
  }

  #classify(entry: Entry<A>): void {
    if (!this.#sets.isUp) return;
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

  #takeWithdrawals(budget: number, out: OutgoingBatches): number {
    let taken = 0;
    while (taken < budget) {
      const entry = this.#waiting.takeWithdrawal();
      if (entry === null) break;
      taken++;
      entry.sent = null;
      this.#advertised--;
      if (entry.desired === null) this.#forget(entry);
      out.withdraw(entry.prefix);
    }
    return taken;
  }

  #takeAnnouncements(budget: number, out: OutgoingBatches): void {
    for (let left = budget; left > 0; ) {
      const first = this.#waiting.firstAnnouncement();
      if (first === null) break;
      const { family } = first.prefix;
      const exported = first.desired?.exported ?? null;
      const cost = exported === null ? 0 : out.costOf(family, exported);
      // At least one; that its attributes are dear does not keep it here.
      const run = this.#waiting.takeAnnouncements(first.desired, Math.max(1, Math.min(left - cost, longestRun)));
      left -= run.length + cost;
      if (exported === null) continue;
      const { withPathIds, nlri } = out.announcements(family, exported);
      let fresh = 0;
      for (let index = 0; index < run.length; index++) {
        const entry = run[index]!;
        const { prefix } = entry;
        if (entry.sent === null) fresh++;
        entry.sent = exported;
        // Nearly every prefix is as it is: no call for those.
        nlri.push(withPathIds || prefix.pathId !== -1 ? onWire(prefix, withPathIds) : prefix);
      }
      this.#advertised += fresh;
    }
  }
}
