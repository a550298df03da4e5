import type { AttributeValues } from "../codec/attributes/values.ts";
import type { Family } from "../iana/afi-safi.ts";
import type { Exported, Group } from "./adj-rib-out-entry.ts";
import { attributeKey } from "./attribute-key.ts";
import type { DesiredAttributes, ExportPolicy } from "./policy.ts";
import { SparseMap } from "./sparse-map.ts";

/**
 * The attribute sets of an Adj-RIB-Out: which are desired, and what the export policy of the session makes of each. It is asked once for each
 * set and family, however many routes have it; sets that it makes equal are one.
 */
export class ExportedSets<A extends DesiredAttributes> {
  readonly #groups = new SparseMap<Family, Map<string, Group<A>>>();
  readonly #exported = new SparseMap<string, Exported>();
  #policy: ExportPolicy<A> | null = null;
  #refused = 0;

  /** Whether there is a session, and so a policy to ask. */
  get isUp(): boolean {
    return this.#policy !== null;
  }

  /** Groups that the policy refuses. */
  get refused(): number {
    return this.#refused;
  }

  /** Asks the policy of a new session for every group. */
  up(policy: ExportPolicy<A>): void {
    this.#policy = policy;
    this.again();
  }

  /** Asks the policy again. No-op while there is none. */
  again(): void {
    for (const group of this.#all()) this.decide(group);
  }

  down(): void {
    this.#policy = null;
    this.#exported.clear();
    this.#refused = 0;
    for (const group of this.#all()) {
      group.exported = null;
      group.refused = null;
    }
  }

  /** The group of these routes, which is to be {@link decide}d on with its first. */
  group(family: Family, attributes: A): Group<A> {
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

  /** Asks the policy for one group. No-op while there is none. */
  decide(group: Group<A>): void {
    if (this.#policy === null) return;
    const before = group.exported;
    if (group.refused !== null) this.#refused--;
    const decision = this.#policy(group.attributes, group.family);
    if ("refused" in decision) {
      group.exported = null;
      group.refused = decision.refused;
      this.#refused++;
    } else {
      group.exported = this.#intern(decision.attributes);
      group.refused = null;
    }
    this.#drop(before);
  }

  /** One route less has it; with the last the group goes. */
  release(group: Group<A>): void {
    group.size--;
    if (group.size > 0) return;
    this.#groups.get(group.family)?.delete(group.attributes.key);
    this.#drop(group.exported);
    if (group.refused !== null) this.#refused--;
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

  #drop(exported: Exported | null): void {
    if (exported !== null && --exported.groups === 0) this.#exported.delete(exported.key);
  }

  *#all(): Generator<Group<A>> {
    for (const groups of this.#groups.values()) yield* groups.values();
  }
}
