import { equalBytes } from "../bytes/hex.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";
import type { AttributeTable } from "./attribute-table.ts";
import type { Candidate, Decision, RouteSource } from "./decision.ts";
import type { LocRibTable } from "./loc-rib-table.ts";
import { PrefixTable } from "./prefix-table.ts";
import type { Labels } from "./rib-route.ts";

/** The used routes of one family: for each destination a run of paths. */
class Table {
  readonly destinations: PrefixTable;
  readonly attributes: AttributeTable;
  /** Of each destination, where its paths begin; those of the next one follow. */
  readonly firsts: Uint32Array;
  readonly sets: Uint32Array;
  readonly pathIds: Float64Array;
  readonly sources: RouteSource[] = [];
  readonly labels: Labels[] = [];
  count = 0;

  constructor(family: Family, from: LocRibTable, attributes: AttributeTable) {
    this.attributes = attributes;
    this.destinations = new PrefixTable(family);
    this.firsts = new Uint32Array(from.size + 1);
    this.sets = new Uint32Array(from.routes);
    this.pathIds = new Float64Array(from.routes);
    const octets = new Uint8Array(24);
    for (let row = 0; row < from.destinations.rows; row++) {
      if (!from.destinations.isUsed(row) || !from.isReachable(row)) continue;
      const offset = from.destinations.write(row, octets);
      const own = this.destinations.add(octets, offset, from.destinations.lengthBits(row), -1);
      from.forEachUsed(row, (source, set, pathId, labels) => this.#add(source, set, pathId, labels));
      this.firsts[own + 1] = this.count;
    }
  }

  decision(row: number): Decision {
    const multipath: Candidate[] = [];
    for (let path = this.firsts[row]!; path < this.firsts[row + 1]!; path++) {
      const attributes = this.attributes.values(this.sets[path]!);
      const labels = this.labels[path];
      const candidate = { source: this.sources[path]!, attributes, pathId: this.pathIds[path]! };
      multipath.push(labels === undefined ? candidate : { ...candidate, labels });
    }
    return { best: multipath[0] ?? null, multipath };
  }

  /** Whether row `row` here and row `other` there use the same routes. */
  equals(row: number, there: Table, other: number): boolean {
    const [first, second] = [this.firsts[row]!, there.firsts[other]!];
    const count = this.firsts[row + 1]! - first;
    if (there.firsts[other + 1]! - second !== count) return false;
    for (let index = 0; index < count; index++) {
      const [a, b] = [first + index, second + index];
      if (this.sources[a]!.name !== there.sources[b]!.name || this.pathIds[a] !== there.pathIds[b]) return false;
      if (!this.#sameSet(this.sets[a]!, there, there.sets[b]!)) return false;
    }
    return true;
  }

  release(): void {
    for (let path = 0; path < this.count; path++) this.attributes.release(this.sets[path]!);
  }

  #add(source: RouteSource, set: number, pathId: number, labels: Labels): void {
    this.attributes.retain(set);
    this.sets[this.count] = set;
    this.pathIds[this.count] = pathId;
    this.sources.push(source);
    if (labels !== undefined) this.labels[this.count] = labels;
    this.count++;
  }

  #sameSet(set: number, there: Table, other: number): boolean {
    if (this.attributes === there.attributes) return set === other;
    return equalBytes(this.attributes.octets(set), there.attributes.octets(other));
  }
}

/**
 * What a `LocRib` used at one moment. It changes no more, whatever the RIB does, and holds the attributes it names until
 * {@link release}. As compact as the RIB.
 */
export class LocRibSnapshot {
  readonly #tables = new Map<Family, Table>();

  /** Made by `LocRib.snapshot`. */
  constructor(tables: ReadonlyMap<Family, LocRibTable>, attributes: AttributeTable) {
    for (const [family, table] of tables) this.#tables.set(family, new Table(family, table, attributes));
  }

  /** Reachable destinations. */
  get size(): number {
    let size = 0;
    for (const { destinations } of this.#tables.values()) size += destinations.size;
    return size;
  }

  /** What was used for exactly this destination, or null. */
  get(prefix: Prefix): (Decision & { readonly prefix: Prefix }) | null {
    const table = this.#tables.get(prefix.family);
    const row = table?.destinations.findPrefix(prefix, -1) ?? -1;
    return table === undefined || row < 0 ? null : entry(table, row);
  }

  /** Every reachable destination with what was used for it, one made at a time. */
  *entries(): Generator<Decision & { readonly prefix: Prefix }> {
    for (const table of this.#tables.values())
      for (let row = 0; row < table.destinations.rows; row++) yield entry(table, row);
  }

  /** What has to change to get from here to `later`, a destination each; `best: null` where one has become unreachable. */
  *diff(later: LocRibSnapshot): Generator<Decision & { readonly prefix: Prefix }> {
    for (const [family, table] of this.#tables) {
      const there = later.#tables.get(family);
      for (let row = 0; row < table.destinations.rows; row++) {
        const prefix = table.destinations.prefix(row);
        const other = there?.destinations.findPrefix(prefix, -1) ?? -1;
        if (there === undefined || other < 0) yield { prefix, best: null, multipath: [] };
        else if (!table.equals(row, there, other)) yield entry(there, other);
      }
    }
    for (const [family, there] of later.#tables) {
      const here = this.#tables.get(family);
      for (let row = 0; row < there.destinations.rows; row++) {
        const known = here?.destinations.findPrefix(there.destinations.prefix(row), -1) ?? -1;
        if (known < 0) yield entry(there, row);
      }
    }
  }

  /** Gives back what it holds; it is empty from now on. */
  release(): void {
    for (const table of this.#tables.values()) table.release();
    this.#tables.clear();
  }
}

function entry(table: Table, row: number): Decision & { readonly prefix: Prefix } {
  return { prefix: table.destinations.prefix(row), ...table.decision(row) };
}
