import type { PathAttributes } from "../codec/attributes/path-attributes.ts";
import { BgpEncodeError } from "../codec/encode-error.ts";
import type { UpdateMessage } from "../codec/message.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import { nlriSpec } from "../codec/nlri/table.ts";
import type { NlriView } from "../codec/nlri/view.ts";
import { Outcome } from "../codec/outcome.ts";
import { type Family, safiOf } from "../iana/afi-safi.ts";
import { AttributeTable } from "./attribute-table.ts";
import { ChangeCollector, deaf } from "./change-collector.ts";
import { acceptAll, type ImportPolicy } from "./policy.ts";
import { ReceivedRoutes } from "./received-routes.ts";
import type { Labels, RibChange, RibRoute, RouteListener } from "./rib-route.ts";
import { SparseMap } from "./sparse-map.ts";

/** What the Adj-RIB-In of one peer needs to know. */
export interface AdjRibInOptions {
  /** Null accepts nothing (RFC 8212 §2). */
  readonly policy: ImportPolicy | null;
  /** Routes with this AS in their AS_PATH have been here before (RFC 4271 §9.1.2). */
  readonly localAs: number;
  /** BGP Identifier; routes that carry it as ORIGINATOR_ID or in CLUSTER_LIST have been here before (RFC 4456 §8). */
  readonly localRouterId: number;
  /** Shared with other RIBs that hold the same attributes, a Loc-RIB above all. Default one of its own. */
  readonly attributes?: AttributeTable;
  /** Hears of every change before the method that makes it returns: the listener of a `LocRib`. */
  readonly listener?: RouteListener;
  /** The policy returned attributes that cannot be on the wire: the route is refused. Default: nobody hears of it. */
  readonly onUnusable?: (prefix: Prefix, error: BgpEncodeError) => void;
}

const unchanged: RibChange = { announce: [], withdraw: [] };

/** SAFI of the labelled families (RFC 8277 §2, RFC 4364 §4.3.4). */
const labelledSafis: readonly number[] = [4, 128];

/**
 * Adj-RIB-In (RFC 4271 §3.2) of one peer, after import policy: only what was accepted is held. Pure. A route that arrives
 * again and is refused this time takes its predecessor away, as does one whose UPDATE is treat-as-withdraw (RFC 7606 §2).
 *
 * Compact: a route is some twenty octets in flat arrays, its attributes a number of the {@link AttributeTable}. Values are made when
 * somebody asks for them: {@link take} makes none, unless the policy wants to see them.
 */
export class AdjRibIn {
  readonly #policy: ImportPolicy | null;
  readonly #options: AdjRibInOptions;
  readonly #attributes: AttributeTable;
  readonly #families = new SparseMap<Family, ReceivedRoutes>();
  readonly #listener: RouteListener;

  constructor(options: AdjRibInOptions) {
    this.#policy = options.policy;
    this.#options = options;
    this.#attributes = options.attributes ?? new AttributeTable();
    this.#listener = options.listener ?? deaf;
  }

  /** Accepted routes, stale ones among them. */
  get size(): number {
    let size = 0;
    for (const routes of this.#families.values()) size += routes.size;
    return size;
  }

  /** Families with accepted routes. */
  get families(): readonly Family[] {
    return [...this.#families.keys()];
  }

  /** Distinct attribute sets in its attribute table: as the peer sent them, and as the policy made them. */
  get attributeSets(): number {
    return this.#attributes.size;
  }

  /** Routes of a family that {@link markStale} has marked and that the peer has not announced again since. */
  staleCount(family: Family): number {
    return this.#families.get(family)?.stale ?? 0;
  }

  /** The accepted route to exactly this destination (and path identifier), or null. */
  get(prefix: Prefix): RibRoute | null {
    return this.#families.get(prefix.family)?.get(prefix) ?? null;
  }

  /** All accepted routes, one made at a time. */
  *routes(): Generator<RibRoute> {
    for (const routes of this.#families.values()) yield* routes.routes();
  }

  /**
   * Takes in an UPDATE; returns what changed. Everything kept is copied, the message may be forgotten. `ignored`: families that
   * this session does not use, whatever the message says about them.
   */
  receive(update: UpdateMessage, ignored: readonly Family[] = []): RibChange {
    return this.#collect((listener) => this.#take(update, ignored, listener));
  }

  /** The same for who does not need values of what changed: {@link AdjRibInOptions.listener} hears of it. */
  take(update: UpdateMessage, ignored: readonly Family[] = []): void {
    this.#take(update, ignored, this.#listener);
    this.#listener.settle();
  }

  /** Forgets everything, or one family: the session ended, or the family was disabled. Returns what went. */
  clear(family?: Family): RibChange {
    if (this.size === 0) return unchanged;
    const families = family === undefined ? this.families : [family];
    for (const one of families) this.markStale(one);
    return this.#collect((listener) => this.#sweep(Number.POSITIVE_INFINITY, listener, families));
  }

  /**
   * Marks what is held of a family as stale: the peer restarts (RFC 4724 §4.2), or begins to send everything again (RFC 7313 §4). It stays in
   * use; what the peer announces again is stale no longer. Returns how many are stale now.
   */
  markStale(family: Family): number {
    return this.#families.get(family)?.markStale() ?? 0;
  }

  /** Forgets what is still stale of a family: the peer has sent everything it has. Returns what went. */
  sweep(family: Family): RibChange {
    if (this.staleCount(family) === 0) return unchanged;
    return this.#collect((listener) => this.#sweep(Number.POSITIVE_INFINITY, listener, [family]));
  }

  /**
   * The same in short turns, for some families or all: looks at `budget` routes at most and returns true when none is stale any more.
   * Makes no values; the listener hears of what went.
   */
  sweepSome(budget: number, families: readonly Family[] = this.families): boolean {
    const done = this.#sweep(budget, this.#listener, families);
    this.#listener.settle();
    return done;
  }

  /** {@link sweepSome} with values of what went. */
  sweepSomeChanged(
    budget: number,
    families: readonly Family[] = this.families,
  ): { readonly done: boolean; readonly change: RibChange } {
    let done = true;
    const change = this.#collect((listener) => {
      done = this.#sweep(budget, listener, families);
    });
    return { done, change };
  }

  /**
   * Asks the import policy again about what is held, of one family or all, after it has changed. What it refused before is not held, so
   * that only the peer can bring it back (RFC 2918 §1). Returns what changed.
   */
  reapply(family?: Family): RibChange {
    this.reapplyLater(family);
    return this.reapplySomeChanged(Number.POSITIVE_INFINITY).change;
  }

  /** Puts {@link reapply} off to {@link reapplySome}. */
  reapplyLater(family?: Family): void {
    if (this.#policy === null) return;
    for (const [key, routes] of this.#families.entries())
      if (family === undefined || key === family) routes.reapplyLater();
  }

  /** Goes on with it in short turns, looking at `budget` routes at most; true when all have been judged. Makes no values; the listener hears of it. */
  reapplySome(budget: number): boolean {
    const done = this.#reapply(budget, this.#listener);
    this.#listener.settle();
    return done;
  }

  /** {@link reapplySome} with values of what changed. */
  reapplySomeChanged(budget: number): { readonly done: boolean; readonly change: RibChange } {
    let done = true;
    const change = this.#collect((listener) => {
      done = this.#reapply(budget, listener);
    });
    return { done, change };
  }

  /** Does the work with a listener that makes values of what it hears, beside the own one. */
  #collect(work: (listener: RouteListener) => void): RibChange {
    const collector = new ChangeCollector(this.#attributes, this.#listener);
    work(collector);
    collector.settle();
    return collector.change;
  }

  #sweep(budget: number, listener: RouteListener, families: readonly Family[]): boolean {
    let left = budget;
    for (const family of families) {
      const routes = this.#families.get(family);
      if (routes === undefined) continue;
      left -= routes.sweep(left, listener);
      // Its memory goes with the last route.
      if (routes.size === 0) this.#families.delete(family);
      else if (routes.stale > 0) return false;
    }
    return true;
  }

  #reapply(budget: number, listener: RouteListener): boolean {
    const policy = this.#policy;
    if (policy === null) return true;
    let left = budget;
    for (const [family, routes] of this.#families.entries()) {
      left -= routes.reapply((prefix, set) => this.#judge(policy, prefix, set), left, listener);
      if (routes.size === 0) this.#families.delete(family);
      else if (!routes.isReapplied) return false;
    }
    return true;
  }

  #take(update: UpdateMessage, ignored: readonly Family[], listener: RouteListener): void {
    const policy = this.#policy;
    // Without a policy there is nothing to take away either.
    if (policy === null) return;
    const { attributes, outcome, withdrawn, nlri } = update;
    const mpReach = attributes.mpReach?.nlri;
    const mpUnreach = attributes.mpUnreach?.nlri;
    const mixed = (!withdrawn.isEmpty || mpUnreach !== undefined) && (!nlri.isEmpty || mpReach !== undefined);
    this.#withdraw(withdrawn, ignored, listener, mixed);
    this.#withdraw(mpUnreach, ignored, listener, mixed);
    if (outcome >= Outcome.TreatAsWithdraw) {
      this.#withdraw(nlri, ignored, listener, false);
      this.#withdraw(mpReach, ignored, listener, false);
    } else {
      this.#announce(policy, attributes, nlri, ignored, listener);
      this.#announce(policy, attributes, mpReach, ignored, listener);
    }
    // RFC 4271 §4.3: a prefix in both fields of one UPDATE counts as announced.
    if (mixed) for (const routes of this.#families.values()) routes.withdrawMarked(listener);
  }

  #withdraw(nlri: NlriView | undefined, ignored: readonly Family[], listener: RouteListener, mark: boolean): void {
    if (!used(nlri, ignored)) return;
    const routes = this.#families.get(nlri.family);
    if (routes === undefined) return;
    nlri.forEach((bytes, offset, lengthBits, pathId) => {
      if (mark) routes.markWithdrawn(bytes, offset, lengthBits, pathId);
      else routes.withdraw(bytes, offset, lengthBits, pathId, listener);
    });
  }

  #announce(
    policy: ImportPolicy,
    attributes: PathAttributes,
    nlri: NlriView | undefined,
    ignored: readonly Family[],
    listener: RouteListener,
  ): void {
    if (!used(nlri, ignored)) return;
    const { family } = nlri;
    const spec = nlriSpec(family);
    if (spec === null) return;
    const table = this.#attributes;
    const set = table.acquire(attributes, family);
    const looped = table.hasBeenAt(set, this.#options.localAs, this.#options.localRouterId);
    const routes = this.#routesOf(family);
    const labelled = labelledSafis.includes(safiOf(family));
    nlri.forEach((bytes, offset, lengthBits, pathId, head) => {
      if (looped) {
        routes.withdraw(bytes, offset, lengthBits, pathId, listener);
        return;
      }
      if (policy === acceptAll && !labelled) {
        routes.announce(bytes, offset, lengthBits, pathId, set, set, undefined, listener);
        return;
      }
      const prefix = spec.read(bytes, offset, lengthBits, pathId, head, false);
      const accepted = this.#judge(policy, prefix, set);
      if (accepted < 0) {
        routes.withdraw(bytes, offset, lengthBits, pathId, listener);
        return;
      }
      const labels: Labels = labelled ? prefix.labels : undefined;
      routes.announce(bytes, offset, lengthBits, pathId, set, accepted, labels, listener);
      table.release(accepted);
    });
    table.release(set);
    if (routes.size === 0) this.#families.delete(family);
  }

  /** The set that the policy wants the route to have, with a reference; -1: it is refused. */
  #judge(policy: ImportPolicy, prefix: Prefix, set: number): number {
    const table = this.#attributes;
    const values = table.values(set);
    const verdict = policy(prefix, values);
    if (verdict === false) return -1;
    if (verdict === true || verdict === values) {
      table.retain(set);
      return set;
    }
    try {
      return table.acquireValues(verdict);
    } catch (error) {
      if (!(error instanceof BgpEncodeError)) throw error;
      this.#options.onUnusable?.(prefix, error);
      return -1;
    }
  }

  #routesOf(family: Family): ReceivedRoutes {
    let routes = this.#families.get(family);
    if (routes === undefined) {
      routes = new ReceivedRoutes(family, this.#attributes);
      this.#families.set(family, routes);
    }
    return routes;
  }
}

function used(nlri: NlriView | undefined, ignored: readonly Family[]): nlri is NlriView {
  return nlri !== undefined && !nlri.isEmpty && !ignored.includes(nlri.family);
}
