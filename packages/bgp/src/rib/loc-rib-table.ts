import { equalBytes } from "../bytes/hex.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";
import { AttributeCode } from "../iana/attribute-codes.ts";
import { attributeValue } from "./attribute-block.ts";
import type { AttributeTable } from "./attribute-table.ts";
import { firstLength, reaching } from "./column.ts";
import {
  type Candidate,
  type Choice,
  type Contender,
  choose,
  type DecisionOptions,
  type RouteSource,
} from "./decision.ts";
import { PrefixTable } from "./prefix-table.ts";
import { type Labels, sameLabels } from "./rib-route.ts";
import type { RouteFacts } from "./route-facts.ts";

/** What is known of a route beside its numbers. */
const Flag = {
  PathId: 1,
  /** The decision uses it, as the best or beside the best. */
  Used: 2,
  Best: 4,
  /** Since the last decision it came, or its attributes changed. */
  Changed: 8,
} as const;

/** Somebody who copies the table a little at a time, as it was when they began. */
export interface TableCopy {
  /** What a destination uses is about to change. */
  beforeChange(row: number): void;
}

/** A destination has changed since its last decision; it lost a route that was used. */
const Touched = { Yes: 1, LostUsed: 2 } as const;

/** A route of a destination on its way through the decision process. */
interface TableContender extends Contender {
  readonly route: number;
  readonly set: number;
}

/**
 * The destinations of one family with their routes: of each destination one row, of each route another, chained to its destination's. What was
 * decided is two bits of each route. Nothing is an object before somebody asks for it.
 */
export class LocRibTable {
  readonly #attributes: AttributeTable;
  readonly #options: DecisionOptions;
  /** By number: whose route it is. */
  readonly #sources: readonly RouteSource[];
  readonly destinations: PrefixTable;
  /** 1 + the first route of each destination. */
  #heads = new Uint32Array(firstLength(7));
  #touched = new Uint8Array(firstLength(8));
  /** Rows below it have a place in both. */
  #reach = 0;
  #touchedRows: number[] = [];
  /** Those that are not complete yet. */
  #copies: readonly TableCopy[] = [];
  /** Of each route. */
  #sets = new Uint32Array(firstLength(9));
  #owners = new Uint32Array(firstLength(10));
  #pathIds = new Uint32Array(firstLength(11));
  #flags = new Uint8Array(firstLength(12));
  /** By source: how many routes. */
  readonly #counts: number[] = [];
  /** 1 + the next route to the same destination; or 1 + the next free one. */
  #next = new Uint32Array(firstLength(13));
  #labels: Labels[] | null = null;
  #routes = 0;
  /** Routes below it have a place in every column. */
  #routesReach = 0;
  /** 1 + the first free route. */
  #free = 0;
  /** Destinations of each length, so that a search for the longest match leaves out lengths that there are none of. */
  readonly #lengths = new Uint32Array(129);

  constructor(family: Family, attributes: AttributeTable, sources: readonly RouteSource[], options: DecisionOptions) {
    this.#attributes = attributes;
    this.#sources = sources;
    this.#options = options;
    this.destinations = new PrefixTable(family, 5);
  }

  get size(): number {
    return this.destinations.size;
  }

  /** Routes, used or not, at most so many. */
  get routes(): number {
    return this.#routes;
  }

  /** Routes of `source`. */
  routesOf(source: number): number {
    return this.#counts[source] ?? 0;
  }

  /** A route of `source` came or changed. False: it was there already. */
  announce(
    source: number,
    bytes: Uint8Array,
    offset: number,
    lengthBits: number,
    pathId: number,
    set: number,
    labels: Labels,
  ): boolean {
    const destination = this.#addDestination(bytes, offset, lengthBits);
    const known = this.#routeOf(destination, source, pathId);
    if (this.#copies.length > 0) this.#beforeChange(destination);
    if (known < 0) {
      this.#addRoute(destination, source, pathId, set, labels);
      this.#touch(destination);
      return true;
    }
    const before = this.#sets[known]!;
    if (before === set && sameLabels(this.#labels?.[known], labels)) return false;
    this.#attributes.retain(set);
    this.#attributes.release(before);
    this.#sets[known] = set;
    this.#flags[known] = this.#flags[known]! | Flag.Changed;
    this.#setLabels(known, labels);
    this.#touch(destination);
    return true;
  }

  /** A route of `source` went. False: there was none. */
  withdraw(source: number, bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): boolean {
    const destination = this.destinations.find(bytes, offset, lengthBits, -1);
    if (destination < 0) return false;
    const route = this.#routeOf(destination, source, pathId);
    if (route < 0) return false;
    this.#removeRoute(destination, route);
    return true;
  }

  /** Every route of `source` went, of the rows from `first` to before `end`; how many. */
  withdrawAll(source: number, first = 0, end: number = this.destinations.rows): number {
    let removed = 0;
    for (let row = first; row < end; row++) {
      if (!this.destinations.isUsed(row)) continue;
      for (let route = this.#heads[row]! - 1; route >= 0; ) {
        const next = this.#next[route]! - 1;
        if (this.#owners[route] === source) {
          this.#removeRoute(row, route);
          removed++;
        }
        route = next;
      }
    }
    return removed;
  }

  /** Every destination from row `first` to before `end` is to be decided again. */
  touch(first = 0, end: number = this.destinations.rows): void {
    for (let row = first; row < end; row++) {
      if (!this.destinations.isUsed(row)) continue;
      if (this.#copies.length > 0) this.#beforeChange(row);
      this.#touch(row);
    }
  }

  /** `copy` hears of every destination before it changes, until {@link endCopy}. */
  beginCopy(copy: TableCopy): void {
    this.#copies = [...this.#copies, copy];
  }

  endCopy(copy: TableCopy): void {
    this.#copies = this.#copies.filter((other) => other !== copy);
  }

  /** Decides what has been touched; tells `changed` the rows whose decision differs, those that became unreachable with null. */
  settle(changed: ((row: number, unreachable: Prefix | null) => void) | null): void {
    const rows = this.#touchedRows;
    if (rows.length === 0) return;
    this.#touchedRows = [];
    for (const row of rows) {
      const lostUsed = this.#touched[row] === (Touched.Yes | Touched.LostUsed);
      this.#touched[row] = 0;
      const differs = this.#decide(row) || lostUsed;
      if (this.#heads[row] === 0) {
        const prefix = differs && changed !== null ? this.destinations.prefix(row) : null;
        const lengthBits = this.destinations.lengthBits(row);
        this.#lengths[lengthBits] = this.#lengths[lengthBits]! - 1;
        this.destinations.remove(row);
        if (prefix !== null) changed?.(-1, prefix);
      } else if (differs) {
        changed?.(row, null);
      }
    }
  }

  /** The routes that a destination uses, the best first; empty when none is usable. */
  used(row: number): readonly Candidate[] {
    const best: number[] = [];
    const others: number[] = [];
    for (let route = this.#heads[row]! - 1; route >= 0; route = this.#next[route]! - 1) {
      const flags = this.#flags[route]!;
      if ((flags & Flag.Best) !== 0) best.push(route);
      else if ((flags & Flag.Used) !== 0) others.push(route);
    }
    // Their order is that of the decision; it is made again where there is more than one.
    if (others.length === 0) return best.map((route) => this.#candidate(route));
    return this.#choose(row).multipath.map(({ route }) => this.#candidate(route));
  }

  /** All routes of a destination, used or not. */
  candidates(row: number): readonly Candidate[] {
    const found: Candidate[] = [];
    for (let route = this.#heads[row]! - 1; route >= 0; route = this.#next[route]! - 1)
      found.push(this.#candidate(route));
    return found;
  }

  /** Calls `visit` with each used route's source, attribute set and path identifier; the best comes first. */
  forEachUsed(row: number, visit: (source: RouteSource, set: number, pathId: number, labels: Labels) => void): void {
    const call = (route: number): void =>
      visit(this.#sources[this.#owners[route]!]!, this.#sets[route]!, this.#pathId(route), this.#labels?.[route]);
    let best = -1;
    let isAlone = true;
    for (let route = this.#heads[row]! - 1; route >= 0; route = this.#next[route]! - 1) {
      const flags = this.#flags[route]!;
      if ((flags & Flag.Best) !== 0) best = route;
      else if ((flags & Flag.Used) !== 0) isAlone = false;
    }
    if (!isAlone) for (const { route } of this.#choose(row).multipath) call(route);
    else if (best >= 0) call(best);
  }

  /** The row of the longest destination with a usable route that covers the address, or -1. */
  longestMatch(address: Uint8Array): number {
    for (let lengthBits = address.length * 8; lengthBits >= 0; lengthBits--) {
      if (this.#lengths[lengthBits] === 0) continue;
      const row = this.destinations.find(address, 0, lengthBits, -1);
      if (row >= 0 && this.isReachable(row)) return row;
    }
    return -1;
  }

  /** Whether the destination has a usable route. */
  isReachable(row: number): boolean {
    for (let route = this.#heads[row]! - 1; route >= 0; route = this.#next[route]! - 1)
      if ((this.#flags[route]! & Flag.Used) !== 0) return true;
    return false;
  }

  #beforeChange(destination: number): void {
    for (const copy of this.#copies) copy.beforeChange(destination);
  }

  #addDestination(bytes: Uint8Array, offset: number, lengthBits: number): number {
    const { destinations } = this;
    const row = destinations.add(bytes, offset, lengthBits, -1);
    if (!destinations.added) return row;
    if (row >= this.#reach) this.#grow(row);
    this.#heads[row] = 0;
    this.#lengths[lengthBits] = this.#lengths[lengthBits]! + 1;
    return row;
  }

  #routeOf(destination: number, source: number, pathId: number): number {
    for (let route = this.#heads[destination]! - 1; route >= 0; route = this.#next[route]! - 1)
      if (this.#owners[route] === source && this.#pathId(route) === pathId) return route;
    return -1;
  }

  #pathId(route: number): number {
    return (this.#flags[route]! & Flag.PathId) === 0 ? -1 : this.#pathIds[route]!;
  }

  #addRoute(destination: number, source: number, pathId: number, set: number, labels: Labels): void {
    let route = this.#free - 1;
    if (route >= 0) this.#free = this.#next[route]!;
    else route = this.#newRoute();
    this.#attributes.retain(set);
    this.#counts[source] = this.routesOf(source) + 1;
    this.#sets[route] = set;
    this.#owners[route] = source;
    this.#pathIds[route] = pathId;
    this.#flags[route] = Flag.Changed | (pathId === -1 ? 0 : Flag.PathId);
    this.#setLabels(route, labels);
    this.#next[route] = this.#heads[destination]!;
    this.#heads[destination] = route + 1;
  }

  #newRoute(): number {
    if (this.#routes >= this.#routesReach) this.#growRoutes(this.#routes);
    return this.#routes++;
  }

  #grow(row: number): void {
    this.#heads = reaching(this.#heads, row);
    this.#touched = reaching(this.#touched, row);
    this.#reach = Math.min(this.#heads.length, this.#touched.length);
  }

  #growRoutes(route: number): void {
    this.#sets = reaching(this.#sets, route);
    this.#owners = reaching(this.#owners, route);
    this.#pathIds = reaching(this.#pathIds, route);
    this.#flags = reaching(this.#flags, route);
    this.#next = reaching(this.#next, route);
    const columns = [this.#sets, this.#owners, this.#pathIds, this.#flags, this.#next];
    this.#routesReach = Math.min(...columns.map(({ length }) => length));
  }

  #removeRoute(destination: number, route: number): void {
    if (this.#copies.length > 0) this.#beforeChange(destination);
    if (this.#heads[destination] === route + 1) {
      this.#heads[destination] = this.#next[route]!;
    } else {
      let before = this.#heads[destination]! - 1;
      while (this.#next[before] !== route + 1) before = this.#next[before]! - 1;
      this.#next[before] = this.#next[route]!;
    }
    this.#touch(destination);
    if ((this.#flags[route]! & Flag.Used) !== 0)
      this.#touched[destination] = this.#touched[destination]! | Touched.LostUsed;
    this.#attributes.release(this.#sets[route]!);
    const source = this.#owners[route]!;
    this.#counts[source] = this.routesOf(source) - 1;
    if (this.#labels !== null) this.#labels[route] = undefined;
    this.#next[route] = this.#free;
    this.#free = route + 1;
  }

  #touch(destination: number): void {
    if (this.#touched[destination] !== 0) return;
    this.#touched[destination] = Touched.Yes;
    this.#touchedRows.push(destination);
  }

  /** True when what is used is not what was used before. */
  #decide(row: number): boolean {
    const head = this.#heads[row]! - 1;
    if (head < 0) return false;
    // Most destinations have one route, and nothing to choose from.
    if (this.#next[head] === 0 && this.#options.nextHopCost === undefined)
      return this.#setFlags(head, Flag.Used | Flag.Best);
    const { best, multipath } = this.#choose(row);
    let changed = false;
    for (let route = head; route >= 0; route = this.#next[route]! - 1) {
      const isUsed = multipath.some((contender) => contender.route === route);
      const isBest = best !== null && best.route === route;
      changed = this.#setFlags(route, (isUsed ? Flag.Used : 0) | (isBest ? Flag.Best : 0)) || changed;
    }
    return changed;
  }

  #setFlags(route: number, used: number): boolean {
    const before = this.#flags[route]!;
    this.#flags[route] = (before & Flag.PathId) | used;
    if ((before & (Flag.Used | Flag.Best)) !== used) return true;
    return used !== 0 && (before & Flag.Changed) !== 0;
  }

  #choose(row: number): Choice<TableContender> {
    const contenders: TableContender[] = [];
    for (let route = this.#heads[row]! - 1; route >= 0; route = this.#next[route]! - 1) {
      const set = this.#sets[route]!;
      const facts: RouteFacts = this.#attributes.facts(set);
      const source = this.#sources[this.#owners[route]!]!;
      contenders.push({ route, set, facts, source, pathId: this.#pathId(route), cost: 0 });
    }
    return choose(contenders, this.#options, (a, b) => a.set === b.set || this.#sameAsPath(a.set, b.set));
  }

  #sameAsPath(a: number, b: number): boolean {
    const [one, other] = [a, b].map((set) => attributeValue(this.#attributes.octets(set), AttributeCode.AsPath));
    return equalBytes(one!, other!);
  }

  #candidate(route: number): Candidate {
    const source = this.#sources[this.#owners[route]!]!;
    const attributes = this.#attributes.values(this.#sets[route]!);
    const pathId = this.#pathId(route);
    const labels = this.#labels?.[route];
    return labels === undefined ? { source, attributes, pathId } : { source, attributes, pathId, labels };
  }

  #setLabels(route: number, labels: Labels): void {
    if (labels === undefined && this.#labels === null) return;
    this.#labels ??= [];
    this.#labels[route] = labels;
  }
}
