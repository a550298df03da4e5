import { copyPrefixBits, type Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";
import type { AttributeTable } from "./attribute-table.ts";
import { rdOctetsOf } from "./prefix-table.ts";
import type { Labels, RibChange, RibRoute, RouteListener } from "./rib-route.ts";

/** Hears nothing. */
export const deaf: RouteListener = {
  announce: () => undefined,
  withdraw: () => undefined,
  settle: () => undefined,
};

/** Makes values of the changes it hears of, and hands them on to another listener. */
export class ChangeCollector implements RouteListener {
  readonly #attributes: AttributeTable;
  readonly #next: RouteListener;
  readonly #announced: RibRoute[] = [];
  readonly #withdrawn: Prefix[] = [];

  constructor(attributes: AttributeTable, next: RouteListener) {
    this.#attributes = attributes;
    this.#next = next;
  }

  get change(): RibChange {
    return { announce: this.#announced, withdraw: this.#withdrawn };
  }

  announce(
    family: Family,
    bytes: Uint8Array,
    offset: number,
    lengthBits: number,
    pathId: number,
    set: number,
    labels: Labels,
  ): void {
    const prefix = prefixAt(family, bytes, offset, lengthBits, pathId);
    const attributes = this.#attributes.values(set);
    this.#announced.push({ prefix: labels === undefined ? prefix : { ...prefix, labels }, attributes });
    this.#next.announce(family, bytes, offset, lengthBits, pathId, set, labels);
  }

  withdraw(family: Family, bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): void {
    this.#withdrawn.push(prefixAt(family, bytes, offset, lengthBits, pathId));
    this.#next.withdraw(family, bytes, offset, lengthBits, pathId);
  }

  settle(): void {
    this.#next.settle();
  }
}

/** The prefix at `offset` as a value, a VPN's with the route distinguisher before it. */
function prefixAt(family: Family, bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): Prefix {
  const own = new Uint8Array((lengthBits + 7) >> 3);
  copyPrefixBits(bytes, offset, lengthBits, own);
  const rdOctets = rdOctetsOf(family);
  const prefix = { family, lengthBits, bytes: own, pathId };
  return rdOctets === 0 ? prefix : { ...prefix, rd: bytes.slice(offset - rdOctets, offset) };
}
