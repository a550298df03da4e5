import type { Prefix } from "../codec/nlri/prefix.ts";
import { Family } from "../iana/afi-safi.ts";
import { AttributeTable } from "./attribute-table.ts";
import type { Candidate, Decision, DecisionOptions, RouteSource } from "./decision.ts";
import { LocRibSnapshot } from "./loc-rib-snapshot.ts";
import { LocRibTable } from "./loc-rib-table.ts";
import { LocRibWork } from "./loc-rib-work.ts";
import { keyOctets, rdOctetsOf } from "./prefix-table.ts";
import type { RibChange, RouteListener } from "./rib-route.ts";

/** What the Loc-RIB now uses for a destination. `best: null` means it has become unreachable. */
export interface LocRibChange extends Decision {
  /** Without path identifier: a destination, whatever the identifiers of the routes to it. */
  readonly prefix: Prefix;
}

/** What a {@link LocRib} is made of. */
export interface LocRibOptions extends DecisionOptions {
  /** Shared with the Adj-RIBs-In whose routes it takes. Default one of its own. */
  readonly attributes?: AttributeTable;
}

/** Hears what changed, after each batch: an UPDATE, or a slice of a sweep. A destination is in it once. */
export type LocRibWatcher = (changes: readonly LocRibChange[]) => void;

/**
 * Loc-RIB (RFC 4271 §3.2): for every destination the routes of all sources, the best one, and those that share the traffic with it. Pure.
 * A change is reported only when the best route or the multipath set differ from before.
 *
 *     const rib = new LocRib({ maximumPaths: 4 });
 *     const received = new AdjRibIn({ policy, localAs, localRouterId, attributes: rib.attributes, listener: rib.listener(source) });
 *     rib.watch((changes) => program(changes));
 *     received.take(update);
 *
 * Compact: a destination and a route take some forty octets in flat arrays, and no object.
 */
export class LocRib {
  /** For the Adj-RIBs-In whose routes it takes. */
  readonly attributes: AttributeTable;
  readonly #options: DecisionOptions;
  readonly #tables = new Map<Family, LocRibTable>();
  readonly #sources: RouteSource[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #watchers = new Set<LocRibWatcher>();
  readonly #work = new LocRibWork();
  /** Snapshots that are not complete yet, the oldest first. */
  #snapshots: LocRibSnapshot[] = [];

  constructor(options: LocRibOptions = {}) {
    this.#options = options;
    this.attributes = options.attributes ?? new AttributeTable();
  }

  /** Destinations with at least one route, usable or not. */
  get size(): number {
    let size = 0;
    for (const table of this.#tables.values()) size += table.size;
    return size;
  }

  /**
   * Where the Adj-RIB-In of `source` puts its routes; both must share an attribute table. Ask again when the peer's identifier has changed, as
   * it may with a new session: what is there is decided again then, which is linear in the whole.
   */
  listener(source: RouteSource): RouteListener {
    const number = this.#numberOf(source);
    return {
      announce: (family, bytes, offset, lengthBits, pathId, set, labels) => {
        this.#table(family).announce(number, bytes, offset, lengthBits, pathId, set, labels);
      },
      withdraw: (family, bytes, offset, lengthBits, pathId) => {
        this.#tables.get(family)?.withdraw(number, bytes, offset, lengthBits, pathId);
      },
      settle: () => {
        this.#settle(this.#watchers.size > 0);
      },
    };
  }

  /** Takes over what changed in one source's Adj-RIB-In; returns what changed here. Throws `BgpEncodeError` for attributes that cannot be on the wire. */
  update(source: RouteSource, change: RibChange): readonly LocRibChange[] {
    const number = this.#numberOf(source);
    for (const prefix of change.withdraw) {
      const table = this.#tables.get(prefix.family);
      const offset = prefix.rd?.length ?? 0;
      table?.withdraw(number, keyOctets(prefix), offset, prefix.lengthBits, prefix.pathId);
    }
    for (const { prefix, attributes } of change.announce) {
      const set = this.attributes.acquireValues(attributes);
      const { family, lengthBits, pathId, rd, labels } = prefix;
      this.#table(family).announce(number, keyOctets(prefix), rd?.length ?? 0, lengthBits, pathId, set, labels);
      this.attributes.release(set);
    }
    return this.#settle(true);
  }

  /** Drops every route of a source, for when its session ended. Linear in the whole; {@link removeSourceLater} does it in short turns. */
  removeSource(name: string): readonly LocRibChange[] {
    const number = this.#numbers.get(name);
    if (number === undefined) return [];
    for (const table of this.#tables.values()) table.withdrawAll(number);
    return this.#settle(true);
  }

  /** Decides everything again, for when the cost of next hops has changed. Linear in the whole. */
  redecide(): readonly LocRibChange[] {
    for (const table of this.#tables.values()) table.touch();
    return this.#settle(true);
  }

  /** As {@link removeSource}, but in {@link work}: what is left of them is used until then. What the source announces meanwhile may go as well. */
  removeSourceLater(name: string): void {
    const number = this.#numbers.get(name);
    if (number !== undefined) this.#work.add(number, this.#tables.keys());
  }

  /** As {@link redecide}, but in {@link work}. */
  redecideLater(): void {
    this.#work.add(null, this.#tables.keys());
  }

  /**
   * What is known of a source has changed, with a new session for example: its routes are decided again in {@link work}, and not at once as
   * `listener` does it.
   */
  identify(source: RouteSource): void {
    const known = this.#numbers.get(source.name);
    if (known === undefined || !this.#replace(known, source)) return;
    this.redecideLater();
  }

  /**
   * Goes on with what was put off, snapshots first, looking at `budget` destinations at most; true when nothing is left of it. Watchers hear of the changes. A
   * million destinations are some hundred milliseconds of work: whoever must not be held up that long calls this once a turn.
   */
  work(budget: number): boolean {
    const left = budget - this.#copySome(budget);
    if (!this.#work.isDone && left > 0) {
      this.#work.step(left, this.#tables);
      this.#settle(this.#watchers.size > 0);
    }
    return this.#work.isDone && this.#snapshots.length === 0;
  }

  /** What is used for exactly this destination, or null. */
  get(prefix: Prefix): LocRibChange | null {
    const table = this.#tables.get(prefix.family);
    const row = table?.destinations.findPrefix(prefix, -1) ?? -1;
    return table === undefined || row < 0 ? null : usable(table, row);
  }

  /** What is used for this address: the longest destination that covers it and has a usable route, or null. Unicast by default; not for VPN families. */
  lookup(
    address: Uint8Array,
    family: Family = address.length === 4 ? Family.Ipv4Unicast : Family.Ipv6Unicast,
  ): LocRibChange | null {
    const table = rdOctetsOf(family) === 0 ? this.#tables.get(family) : undefined;
    const row = table?.longestMatch(address) ?? -1;
    return table === undefined || row < 0 ? null : usable(table, row);
  }

  /** All routes to exactly this destination, used or not, in no order. */
  candidates(prefix: Prefix): readonly Candidate[] {
    const table = this.#tables.get(prefix.family);
    const row = table?.destinations.findPrefix(prefix, -1) ?? -1;
    return table === undefined || row < 0 ? [] : table.candidates(row);
  }

  /** All destinations with what is used for them, one made at a time. */
  *entries(): Generator<LocRibChange> {
    for (const table of this.#tables.values())
      for (let row = 0; row < table.destinations.rows; row++) {
        const entry = table.destinations.isUsed(row) ? usable(table, row) : null;
        if (entry !== null) yield entry;
      }
  }

  /** Calls `watcher` with what changes from now on, until the returned function is called. It must not throw, nor change this RIB. */
  watch(watcher: LocRibWatcher): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /** What is used now, to compare with later or to read at leisure. Compact; it must be released. Linear in the whole. */
  snapshot(): LocRibSnapshot {
    const snapshot = new LocRibSnapshot(this.#tables, this.attributes);
    snapshot.copySome(Number.POSITIVE_INFINITY);
    return snapshot;
  }

  /**
   * As {@link snapshot}, and of the same moment, but copied in {@link work}: a destination that changes before its turn is copied first.
   * Whoever reads it earlier has it completed at once. With `nextHopCost`, have it complete before costs change: the order of several routes
   * to one destination is made again when they are copied.
   */
  snapshotLater(): LocRibSnapshot {
    const snapshot = new LocRibSnapshot(this.#tables, this.attributes);
    if (!snapshot.isComplete) this.#snapshots.push(snapshot);
    return snapshot;
  }

  /** At how many destinations it has looked. */
  #copySome(budget: number): number {
    let copied = 0;
    for (let [next] = this.#snapshots; next !== undefined; [next] = this.#snapshots) {
      copied += next.copySome(budget - copied);
      if (!next.isComplete) break;
      this.#snapshots.shift();
    }
    return copied;
  }

  #table(family: Family): LocRibTable {
    let table = this.#tables.get(family);
    if (table === undefined) {
      table = new LocRibTable(family, this.attributes, this.#sources, this.#options);
      this.#tables.set(family, table);
    }
    return table;
  }

  #numberOf(source: RouteSource): number {
    const known = this.#numbers.get(source.name);
    if (known === undefined) {
      this.#numbers.set(source.name, this.#sources.length);
      return this.#sources.push(source) - 1;
    }
    if (this.#replace(known, source)) {
      for (const table of this.#tables.values()) table.touch();
      this.#settle(this.#watchers.size > 0);
    }
    return known;
  }

  /** Whether decisions may differ for it. */
  #replace(known: number, source: RouteSource): boolean {
    const before = this.#sources[known]!;
    this.#sources[known] = source;
    const differs = before.routerId !== source.routerId || before.internal !== source.internal;
    return differs && [...this.#tables.values()].some((table) => table.routesOf(known) > 0);
  }

  #settle(collect: boolean): readonly LocRibChange[] {
    const changes: LocRibChange[] = [];
    for (const [family, table] of this.#tables) {
      table.settle(
        collect
          ? (row, unreachable) => {
              const prefix = unreachable ?? table.destinations.prefix(row);
              const multipath = unreachable === null ? table.used(row) : [];
              changes.push({ prefix, best: multipath[0] ?? null, multipath });
            }
          : null,
      );
      // Its memory goes with the last destination.
      if (table.size === 0) this.#tables.delete(family);
    }
    if (changes.length > 0) for (const watcher of this.#watchers) watcher(changes);
    return changes;
  }
}

function usable(table: LocRibTable, row: number): LocRibChange | null {
  const multipath = table.used(row);
  const [best] = multipath;
  return best === undefined ? null : { prefix: table.destinations.prefix(row), best, multipath };
}
