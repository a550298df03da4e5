import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";
import type { AttributeTable } from "./attribute-table.ts";
import { firstLength, reaching } from "./column.ts";
import { PrefixTable } from "./prefix-table.ts";
import { type Labels, type RibRoute, type RouteListener, sameLabels } from "./rib-route.ts";

/** The generation of a route that the UPDATE at hand has withdrawn, and may announce again. The others are 0 and 1. */
const withdrawn = 2;
const scratch = new Uint8Array(24);

/** The routes of one family that one peer has announced: a row of numbers each. */
export class ReceivedRoutes {
  readonly #attributes: AttributeTable;
  readonly #paths: PrefixTable;
  /** The attributes that the policy let each route have. */
  #sets = new Uint32Array(firstLength(3));
  /** Those that the peer sent; null as long as they are the same for all routes. */
  #received: Uint32Array | null = null;
  /** A route is stale when its generation is not the current one. */
  #generations = new Uint8Array(firstLength(4));
  /** Rows below it have a place in both. */
  #reach = 0;
  #generation = 0;
  #stale = 0;
  /** Where the next slice of a sweep begins. */
  #swept = 0;
  /** Where the policy is asked again next; Infinity: it need not be. */
  #reapplied = Number.POSITIVE_INFINITY;
  /** Null as long as no route has labels. */
  #labels: Labels[] | null = null;
  /** Rows with the mark of being withdrawn. */
  #pending: number[] = [];

  constructor(family: Family, attributes: AttributeTable) {
    this.#attributes = attributes;
    this.#paths = new PrefixTable(family);
  }

  get family(): Family {
    return this.#paths.family;
  }

  get size(): number {
    return this.#paths.size;
  }

  /** Those that wait for the peer to announce them again. */
  get stale(): number {
    return this.#stale;
  }

  get(prefix: Prefix): RibRoute | null {
    const row = this.#paths.findPrefix(prefix, prefix.pathId);
    return row < 0 ? null : this.#route(row);
  }

  *routes(): Generator<RibRoute> {
    for (let row = 0; row < this.#paths.rows; row++) if (this.#paths.isUsed(row)) yield this.#route(row);
  }

  /** Takes a route in that was `received` with one set of attributes and accepted with another or the same; an equal one is no change. */
  announce(
    bytes: Uint8Array,
    offset: number,
    lengthBits: number,
    pathId: number,
    received: number,
    set: number,
    labels: Labels,
    listener: RouteListener,
  ): void {
    const paths = this.#paths;
    const row = paths.add(bytes, offset, lengthBits, pathId);
    const { added } = paths;
    if (added) {
      if (row >= this.#reach) this.#grow(row);
      this.#generations[row] = this.#generation;
    } else {
      this.#refresh(row);
    }
    if (this.#received !== null || received !== set) this.#setReceived(row, added, received);
    const before = this.#sets[row]!;
    if (!added && before === set && sameLabels(this.#labels?.[row], labels)) return;
    this.#attributes.retain(set);
    if (!added) this.#attributes.release(before);
    this.#sets[row] = set;
    this.#setLabels(row, labels);
    listener.announce(paths.family, bytes, offset, lengthBits, pathId, set, labels);
  }

  withdraw(bytes: Uint8Array, offset: number, lengthBits: number, pathId: number, listener: RouteListener): void {
    const row = this.#paths.find(bytes, offset, lengthBits, pathId);
    if (row < 0) return;
    this.#remove(row);
    listener.withdraw(this.#paths.family, bytes, offset, lengthBits, pathId);
  }

  /** Withdraws a route unless the same UPDATE announces it: see {@link withdrawMarked}. */
  markWithdrawn(bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): void {
    const row = this.#paths.find(bytes, offset, lengthBits, pathId);
    if (row < 0 || this.#generations[row] === withdrawn) return;
    this.#refresh(row);
    this.#generations[row] = withdrawn;
    this.#pending.push(row);
  }

  /** The UPDATE has been read. */
  withdrawMarked(listener: RouteListener): void {
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    this.#pending = [];
    for (const row of pending)
      if (this.#paths.isUsed(row) && this.#generations[row] === withdrawn) this.#withdrawRow(row, listener);
  }

  /** From now on every route that is there is stale until it is announced again; how many. */
  markStale(): number {
    // Rare, a second restart within the first: what is stale would else be of the next generation.
    if (this.#stale > 0) this.#generations.fill(this.#generation, 0, this.#paths.rows);
    this.#generation ^= 1;
    this.#stale = this.#paths.size;
    this.#swept = 0;
    return this.#stale;
  }

  /** Takes away stale routes, looking at `rows` rows at most; at how many it has looked. All are gone when {@link stale} is 0. */
  sweep(rows: number, listener: RouteListener): number {
    const first = this.#swept;
    const end = Math.min(this.#paths.rows, first + rows);
    let row = first;
    for (; row < end && this.#stale > 0; row++) {
      if (this.#paths.isUsed(row) && this.#generations[row] !== this.#generation) this.#withdrawRow(row, listener);
    }
    this.#swept = row;
    return row - first;
  }

  /** The policy has changed: `reapply` begins anew. */
  reapplyLater(): void {
    this.#reapplied = 0;
  }

  /** Every route has been judged since. */
  get isReapplied(): boolean {
    return this.#reapplied >= this.#paths.rows;
  }

  /**
   * `judge` says with which set a route is accepted that was received with another, and gives a reference; -1 refuses it. Looks at `rows`
   * rows at most; at how many it has looked.
   */
  reapply(judge: (prefix: Prefix, received: number) => number, rows: number, listener: RouteListener): number {
    const paths = this.#paths;
    const first = this.#reapplied;
    const end = Math.min(paths.rows, first + rows);
    for (let row = first; row < end; row++) {
      this.#reapplied = row + 1;
      if (!paths.isUsed(row)) continue;
      const { prefix } = this.#route(row);
      const received = this.#received?.[row] ?? this.#sets[row]!;
      const set = judge(prefix, received);
      if (set < 0) {
        this.#withdrawRow(row, listener);
        continue;
      }
      if (this.#received !== null || set !== received) this.#setReceived(row, false, received);
      const before = this.#sets[row]!;
      this.#sets[row] = set;
      this.#attributes.release(before);
      if (before === set) continue;
      const offset = paths.write(row, scratch);
      listener.announce(paths.family, scratch, offset, prefix.lengthBits, prefix.pathId, set, prefix.labels);
    }
    // What comes from here on has been judged as it came.
    if (this.isReapplied) this.#reapplied = Number.POSITIVE_INFINITY;
    return Math.max(0, end - first);
  }

  #route(row: number): RibRoute {
    const prefix = this.#paths.prefix(row);
    const labels = this.#labels?.[row];
    const attributes = this.#attributes.values(this.#sets[row]!);
    return { prefix: labels === undefined ? prefix : { ...prefix, labels }, attributes };
  }

  #refresh(row: number): void {
    if (this.#generations[row] === this.#generation) return;
    if (this.#generations[row] !== withdrawn) this.#stale--;
    this.#generations[row] = this.#generation;
  }

  #withdrawRow(row: number, listener: RouteListener): void {
    const paths = this.#paths;
    const offset = paths.write(row, scratch);
    const [lengthBits, pathId] = [paths.lengthBits(row), paths.pathId(row)];
    this.#remove(row);
    listener.withdraw(paths.family, scratch, offset, lengthBits, pathId);
  }

  #remove(row: number): void {
    this.#refresh(row);
    this.#attributes.release(this.#sets[row]!);
    if (this.#received !== null) this.#attributes.release(this.#received[row]!);
    if (this.#labels !== null) this.#labels[row] = undefined;
    this.#paths.remove(row);
  }

  #setLabels(row: number, labels: Labels): void {
    if (labels === undefined && this.#labels === null) return;
    this.#labels ??= [];
    this.#labels[row] = labels;
  }

  /** From the first route on whose attributes the policy replaced, those of all are kept as received too. */
  #setReceived(row: number, added: boolean, received: number): void {
    const attributes = this.#attributes;
    if (this.#received === null) {
      this.#received = this.#sets.slice();
      for (let other = 0; other < this.#paths.rows; other++)
        if (this.#paths.isUsed(other) && !(added && other === row)) attributes.retain(this.#received[other]!);
    }
    attributes.retain(received);
    this.#received = reaching(this.#received, row);
    const before = this.#received[row]!;
    if (!added) attributes.release(before);
    this.#received[row] = received;
  }

  #grow(row: number): void {
    this.#sets = reaching(this.#sets, row);
    this.#generations = reaching(this.#generations, row);
    this.#reach = Math.min(this.#sets.length, this.#generations.length);
  }
}
