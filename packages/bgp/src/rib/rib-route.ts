import type { AttributeValues } from "../codec/attributes/values.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";

/** A route as it comes out of an Adj-RIB-In. */
export interface RibRoute {
  readonly prefix: Prefix;
  readonly attributes: AttributeValues;
}

/** Routes that came or changed, and destinations that went. */
export interface RibChange {
  readonly announce: readonly RibRoute[];
  readonly withdraw: readonly Prefix[];
}

/** The label stack of a labelled or VPN route (RFC 8277 §2). */
export type Labels = readonly number[] | undefined;

/**
 * Hears of routes one by one, without an object for any of them. A prefix is at `bytes[offset, …)`, a VPN's route distinguisher before it;
 * the octets are valid during the call only.
 */
export interface RouteListener {
  /** `set`: a number of the attribute table that both sides use; retain it to keep it. */
  announce(
    family: Family,
    bytes: Uint8Array,
    offset: number,
    lengthBits: number,
    pathId: number,
    set: number,
    labels: Labels,
  ): void;
  withdraw(family: Family, bytes: Uint8Array, offset: number, lengthBits: number, pathId: number): void;
  /** All changes of one UPDATE, or one slice of work, have been told. */
  settle(): void;
}

export function sameLabels(a: Labels, b: Labels): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.length === b.length && a.every((label, index) => label === b[index]);
}
