import type { PathAttributes } from "../codec/attributes/path-attributes.ts";
import type { AttributeValues } from "../codec/attributes/values.ts";
import type { UpdateMessage } from "../codec/message.ts";
import { copyPrefixBits, type Prefix } from "../codec/nlri/prefix.ts";
import type { NlriView } from "../codec/nlri/view.ts";
import { Outcome } from "../codec/outcome.ts";
import type { Family } from "../iana/afi-safi.ts";
import { AttributeTable, type InternedAttributes } from "./attribute-table.ts";
import type { RibChange, RibRoute } from "./loc-rib.ts";
import type { ImportPolicy } from "./policy.ts";
import { type PrefixKey, pathKey } from "./prefix-key.ts";
import { sameAttributes } from "./same-attributes.ts";

/** What the Adj-RIB-In of one peer needs to know. */
export interface AdjRibInOptions {
  /** Null accepts nothing (RFC 8212 §2). */
  readonly policy: ImportPolicy | null;
  /** Routes with this AS in their AS_PATH have been here before (RFC 4271 §9.1.2). */
  readonly localAs: number;
  /** BGP Identifier; routes that carry it as ORIGINATOR_ID or in CLUSTER_LIST have been here before (RFC 4456 §8). */
  readonly localRouterId: number;
}

interface Held extends RibRoute {
  readonly interned: InternedAttributes;
  /** Not announced again since `markStale`. */
  stale: boolean;
}

const unchanged: RibChange = { announce: [], withdraw: [] };

/**
 * Adj-RIB-In (RFC 4271 §3.2) of one peer, after import policy: only what was accepted is held. Pure. A route that arrives
 * again and is refused this time takes its predecessor away, as does one whose UPDATE is treat-as-withdraw (RFC 7606 §2).
 */
export class AdjRibIn {
  readonly #policy: ImportPolicy | null;
  readonly #localAs: number;
  readonly #localRouterId: number;
  readonly #routes = new Map<PrefixKey, Held>();
  readonly #attributes = new AttributeTable();
  readonly #stale = new Map<Family, number>();

  constructor(options: AdjRibInOptions) {
    this.#policy = options.policy;
    this.#localAs = options.localAs;
    this.#localRouterId = options.localRouterId;
  }

  /** Accepted routes. */
  get size(): number {
    return this.#routes.size;
  }

  /** Distinct attribute sets among them. */
  get attributeSets(): number {
    return this.#attributes.size;
  }

  /** Routes of a family that `markStale` has marked and that the peer has not announced again since. */
  staleCount(family: Family): number {
    return this.#stale.get(family) ?? 0;
  }

  /** The accepted route to exactly this destination (and path identifier), or null. */
  get(prefix: Prefix): RibRoute | null {
    return this.#routes.get(pathKey(prefix)) ?? null;
  }

  /** All accepted routes. */
  routes(): IterableIterator<RibRoute> {
    return this.#routes.values();
  }

  /**
   * Takes in an UPDATE; returns what changed. Everything kept is copied, the message may be forgotten. `ignored`: families that
   * this session does not use, whatever the message says about them.
   */
  receive(update: UpdateMessage, ignored: readonly Family[] = []): RibChange {
    // Without a policy there is nothing to take away either.
    if (this.#policy === null) return unchanged;
    const { attributes, outcome } = update;
    const withdraw: Prefix[] = [];
    const announce: RibRoute[] = [];
    const unreachable = [update.withdrawn, attributes.mpUnreach?.nlri];
    const reachable = [update.nlri, attributes.mpReach?.nlri];
    for (const nlri of unreachable) if (used(nlri, ignored)) this.#withdrawAll(nlri, withdraw);
    for (const nlri of reachable) {
      if (!used(nlri, ignored)) continue;
      if (outcome >= Outcome.TreatAsWithdraw) this.#withdrawAll(nlri, withdraw);
      else this.#announceAll(this.#policy, attributes, nlri, announce, withdraw);
    }
    if (announce.length === 0 || withdraw.length === 0) return { announce, withdraw };
    // RFC 4271 §4.3: a prefix in both fields of one UPDATE counts as announced.
    return { announce, withdraw: withdraw.filter((prefix) => !this.#routes.has(pathKey(prefix))) };
  }

  /** Forgets everything, or one family: the session ended, or the family was disabled. Returns what went. */
  clear(family?: Family): RibChange {
    if (this.#routes.size === 0) return unchanged;
    return this.#forget((held) => family === undefined || held.prefix.family === family);
  }

  /**
   * Marks what is held of a family as stale: the peer restarts (RFC 4724 §4.2), or begins to send everything again (RFC 7313 §4). It stays in
   * use; what the peer announces again is stale no longer. Returns how many are stale now.
   */
  markStale(family: Family): number {
    let count = 0;
    for (const held of this.#routes.values()) {
      if (held.prefix.family !== family) continue;
      held.stale = true;
      count++;
    }
    if (count > 0) this.#stale.set(family, count);
    return count;
  }

  /** Forgets what is still stale of a family: the peer has sent everything it has. Returns what went. */
  sweep(family: Family): RibChange {
    if (this.staleCount(family) === 0) return unchanged;
    return this.#forget((held) => held.stale && held.prefix.family === family);
  }

  /**
   * Asks the import policy again about what is held, of one family or all, after it has changed. What it refused before is not held, so
   * that only the peer can bring it back (RFC 2918 §1). Returns what changed.
   */
  reapply(family?: Family): RibChange {
    const policy = this.#policy;
    if (policy === null) return unchanged;
    const announce: RibRoute[] = [];
    const withdraw: Prefix[] = [];
    for (const [key, held] of this.#routes) {
      if (family !== undefined && held.prefix.family !== family) continue;
      const verdict = policy(held.prefix, held.interned.values);
      if (verdict === false) {
        this.#drop(key, held);
        withdraw.push(held.prefix);
        continue;
      }
      const attributes = verdict === true ? held.interned.values : verdict;
      if (sameAttributes(held.attributes, attributes)) continue;
      const changed: Held = { ...held, attributes };
      this.#routes.set(key, changed);
      announce.push(changed);
    }
    return { announce, withdraw };
  }

  #forget(goes: (held: Held) => boolean): RibChange {
    const withdraw: Prefix[] = [];
    for (const [key, held] of this.#routes) {
      if (!goes(held)) continue;
      withdraw.push(held.prefix);
      this.#drop(key, held);
    }
    return { announce: [], withdraw };
  }

  #drop(key: PrefixKey, held: Held): void {
    this.#routes.delete(key);
    this.#attributes.release(held.interned);
    this.#refreshed(held);
  }

  /** Stale no longer: announced again, or gone. */
  #refreshed(held: Held): void {
    if (!held.stale) return;
    held.stale = false;
    const { family } = held.prefix;
    this.#stale.set(family, this.staleCount(family) - 1);
  }

  #withdrawAll(nlri: NlriView, withdraw: Prefix[]): void {
    nlri.forEach((bytes, offset, lengthBits, pathId) => {
      this.#remove(prefixAt(nlri.family, bytes, offset, lengthBits, pathId), withdraw);
    });
  }

  #remove(prefix: Prefix, withdraw: Prefix[]): void {
    const key = pathKey(prefix);
    const held = this.#routes.get(key);
    if (held === undefined) return;
    this.#drop(key, held);
    withdraw.push(held.prefix);
  }

  #announceAll(
    policy: ImportPolicy,
    attributes: PathAttributes,
    nlri: NlriView,
    announce: RibRoute[],
    withdraw: Prefix[],
  ): void {
    const interned = this.#attributes.acquire(attributes, nlri.family);
    const looped = this.#isLooped(interned.values);
    nlri.forEach((bytes, offset, lengthBits, pathId) => {
      const prefix = prefixAt(nlri.family, bytes, offset, lengthBits, pathId);
      const verdict = looped ? false : policy(prefix, interned.values);
      if (verdict === false) this.#remove(prefix, withdraw);
      else this.#accept(prefix, interned, verdict === true ? interned.values : verdict, announce);
    });
    this.#attributes.release(interned);
  }

  #accept(prefix: Prefix, interned: InternedAttributes, values: AttributeValues, announce: RibRoute[]): void {
    const key = pathKey(prefix);
    const before = this.#routes.get(key);
    if (before !== undefined) this.#refreshed(before);
    // Policy may have made equal values anew; an equal route is not a change.
    if (before !== undefined && sameAttributes(before.attributes, values)) return;
    this.#attributes.retain(interned);
    if (before !== undefined) this.#attributes.release(before.interned);
    const held: Held = { prefix, attributes: values, interned, stale: false };
    this.#routes.set(key, held);
    announce.push(held);
  }

  #isLooped(values: AttributeValues): boolean {
    for (const segment of values.asPath ?? []) if (segment.asns.includes(this.#localAs)) return true;
    const isOurs = (id: Uint8Array): boolean => readUint32(id) === this.#localRouterId;
    return (
      (values.originatorId !== undefined && isOurs(values.originatorId)) || (values.clusterList?.some(isOurs) ?? false)
    );
  }
}

function used(nlri: NlriView | undefined, ignored: readonly Family[]): nlri is NlriView {
  return nlri !== undefined && !nlri.isEmpty && !ignored.includes(nlri.family);
}

function prefixAt(family: Family, bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): Prefix {
  const own = new Uint8Array((lengthBits + 7) >> 3);
  copyPrefixBits(bytes, offset, lengthBits, own);
  return { family, lengthBits, bytes: own, pathId };
}

function readUint32(bytes: Uint8Array): number {
  let value = 0;
  for (let index = 0; index < 4; index++) value = value * 256 + (bytes[index] ?? 0);
  return value;
}
