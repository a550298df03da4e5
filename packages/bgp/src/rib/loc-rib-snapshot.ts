import { equalBytes } from "../bytes/hex.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";
import type { AttributeTable } from "./attribute-table.ts";
import type { Candidate, Decision, RouteSource } from "./decision.ts";
import type { LocRibTable, TableCopy } from "./loc-rib-table.ts";
import { PrefixTable } from "./prefix-table.ts";
import type { Labels } from "./rib-route.ts";

/** Holds one prefix with its route distinguisher, on its way from one table to another. */
const octets = new Uint8Array(24);

/** The used routes of one family at one moment: for each destination a run of paths. */
class Table implements TableCopy {
  readonly destinations: PrefixTable;
  readonly attributes: AttributeTable;
  /** Of each destination, where its paths begin; those of the next one follow. */
  readonly firsts: Uint32Array;
  readonly sets: Uint32Array;
  readonly pathIds: Float64Array;
  readonly sources: RouteSource[] = [];
  readonly labels: Labels[] = [];
  count = 0;
  /** What it is copied from; null once it is complete, or released. */
  #from: LocRibTable | null;
  /** Rows from here on are of destinations that came later. */
  readonly #end: number;
  #next = 0;
  /** Of each row there: it has been copied, or what it has now came later. */
  #isDone: Uint8Array;

  constructor(family: Family, from: LocRibTable, attributes: AttributeTable) {
    this.attributes = attributes;
    this.destinations = new PrefixTable(family);
    this.firsts = new Uint32Array(from.size + 1);
    this.sets = new Uint32Array(from.routes);
    this.pathIds = new Float64Array(from.routes);
    this.#end = from.destinations.rows;
    this.#isDone = new Uint8Array(this.#end);
    this.#from = from;
    from.beginCopy(this);
  }

  get isComplete(): boolean {
    return this.#from === null;
  }

  beforeChange(row: number): void {
    if (row < this.#end && this.#from !== null) this.#copy(this.#from, row);
  }

  /** Looks at `rows` destinations at most; at how many it has looked. */
  step(rows: number): number {
    const from = this.#from;
    if (from === null) return 0;
    const first = this.#next;
    const end = Math.min(this.#end, first + rows);
    for (let row = first; row < end; row++) this.#copy(from, row);
    this.#next = end;
    if (end === this.#end) this.#leave(from);
    return end - first;
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
    if (this.#from !== null) this.#leave(this.#from);
    for (let path = 0; path < this.count; path++) this.attributes.release(this.sets[path]!);
  }

  #copy(from: LocRibTable, row: number): void {
    if (this.#isDone[row] === 1) return;
    this.#isDone[row] = 1;
    if (!from.destinations.isUsed(row) || !from.isReachable(row)) return;
    const offset = from.destinations.write(row, octets);
    const own = this.destinations.add(octets, offset, from.destinations.lengthBits(row), -1);
    from.forEachUsed(row, this.#add);
    this.firsts[own + 1] = this.count;
  }

  #leave(from: LocRibTable): void {
    from.endCopy(this);
    this.#from = null;
    this.#isDone = this.#isDone.subarray(0, 0);
  }

  readonly #add = (source: RouteSource, set: number, pathId: number, labels: Labels): void => {
    this.attributes.retain(set);
    this.sets[this.count] = set;
    this.pathIds[this.count] = pathId;
    this.sources.push(source);
    if (labels !== undefined) this.labels[this.count] = labels;
    this.count++;
  };

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

  /** Made by `LocRib.snapshot` and `LocRib.snapshotLater`. */
  constructor(tables: ReadonlyMap<Family, LocRibTable>, attributes: AttributeTable) {
    for (const [family, table] of tables) this.#tables.set(family, new Table(family, table, attributes));
  }

  /** Everything has been copied. */
  get isComplete(): boolean {
    for (const table of this.#tables.values()) if (!table.isComplete) return false;
    return true;
  }

  /** Goes on copying, looking at `rows` destinations at most; at how many it has looked. Part of `LocRib.work`. */
  copySome(rows: number): number {
    let left = rows;
    for (const table of this.#tables.values()) left -= table.step(left);
    return rows - left;
  }

  /** Reachable destinations. */
  get size(): number {
    let size = 0;
    for (const { destinations } of this.#complete().values()) size += destinations.size;
    return size;
  }

  /** What was used for exactly this destination, or null. */
  get(prefix: Prefix): (Decision & { readonly prefix: Prefix }) | null {
    const table = this.#complete().get(prefix.family);
    const row = table?.destinations.findPrefix(prefix, -1) ?? -1;
    return table === undefined || row < 0 ? null : entry(table, row);
  }

  /** Every reachable destination with what was used for it, one made at a time. */
  *entries(): Generator<Decision & { readonly prefix: Prefix }> {
    for (const table of this.#complete().values())
      for (let row = 0; row < table.destinations.rows; row++) yield entry(table, row);
  }

  /** What has to change to get from here to `later`, a destination each; `best: null` where one has become unreachable. */
  *diff(later: LocRibSnapshot): Generator<Decision & { readonly prefix: Prefix }> {
    for (const change of this.diffInTurns(later, Number.POSITIVE_INFINITY)) if (change !== null) yield change;
  }

  /**
   * {@link diff} for who must not hold everything up: null after each `rows` destinations it has looked at, whether they differed or not.
   * There one may stop, and go on in another turn.
   */
  *diffInTurns(later: LocRibSnapshot, rows: number): Generator<(Decision & { readonly prefix: Prefix }) | null> {
    const [here, there] = [this.#complete(), later.#complete()];
    let looked = 0;
    for (const [family, table] of here) {
      const other = there.get(family);
      for (let row = 0; row < table.destinations.rows; row++) {
        const found = other === undefined ? -1 : sameDestination(table, row, other);
        if (other === undefined || found < 0)
          yield { prefix: table.destinations.prefix(row), best: null, multipath: [] };
        else if (!table.equals(row, other, found)) yield entry(other, found);
        if (++looked % rows === 0) yield null;
      }
    }
    for (const [family, table] of there) {
      const before = here.get(family);
      for (let row = 0; row < table.destinations.rows; row++) {
        if (before === undefined || sameDestination(table, row, before) < 0) yield entry(table, row);
        if (++looked % rows === 0) yield null;
      }
    }
  }

  /** What is still to be copied is copied at once: who reads it early waits for it. */
  #complete(): ReadonlyMap<Family, Table> {
    if (!this.isComplete) this.copySome(Number.POSITIVE_INFINITY);
    return this.#tables;
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

/** The row of a destination in another table, or -1. */
function sameDestination({ destinations }: Table, row: number, { destinations: other }: Table): number {
  const offset = destinations.write(row, octets);
  return other.find(octets, offset, destinations.lengthBits(row), -1);
}
