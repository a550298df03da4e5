import { carriesPathIds } from "../codec/context.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";
import { type Exported, type OutgoingBatch, onWire } from "./adj-rib-out-entry.ts";

/** An attribute set costs the encoder about as much as this many prefixes. */
const attributeSetCost = 16;

/** One batch while it is filled. */
export interface Filling {
  /** How its prefixes go on the wire: see `onWire`. */
  readonly withPathIds: boolean;
  readonly nlri: Prefix[];
}

/** What leaves in one turn: routes of one family with equal attributes share a batch, in the order in which the first of each came. */
export class OutgoingBatches {
  readonly batches: OutgoingBatch[] = [];
  readonly #pathIds: readonly Family[];
  readonly #withdrawn = new Map<Family, Filling>();
  readonly #announced = new Map<Family, Map<Exported, Filling>>();

  /** `pathIds`: families whose NLRI carry path identifiers. */
  constructor(pathIds: readonly Family[]) {
    this.#pathIds = pathIds;
  }

  withdraw(prefix: Prefix): void {
    const { family } = prefix;
    let filling = this.#withdrawn.get(family);
    if (filling === undefined) {
      filling = this.#begin(family, null);
      this.#withdrawn.set(family, filling);
    }
    filling.nlri.push(onWire(prefix, filling.withPathIds));
  }

  /** What a set of attributes costs beside its routes: nothing where it has a batch already. */
  costOf(family: Family, exported: Exported): number {
    return this.#announced.get(family)?.has(exported) === true ? 0 : attributeSetCost;
  }

  /** Where the routes with these attributes go. */
  announcements(family: Family, exported: Exported): Filling {
    let sets = this.#announced.get(family);
    if (sets === undefined) {
      sets = new Map();
      this.#announced.set(family, sets);
    }
    let filling = sets.get(exported);
    if (filling === undefined) {
      filling = this.#begin(family, exported);
      sets.set(exported, filling);
    }
    return filling;
  }

  #begin(family: Family, exported: Exported | null): Filling {
    const filling = { withPathIds: carriesPathIds(this.#pathIds, family), nlri: [] };
    this.batches.push({ family, attributes: exported === null ? null : exported.attributes, nlri: filling.nlri });
    return filling;
  }
}
