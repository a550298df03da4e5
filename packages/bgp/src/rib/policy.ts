import type { AttributeValues } from "../codec/attributes/values.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";

/**
 * Decides about one received route: false refuses it, true takes it as it is, other attributes replace what the peer sent.
 * The attributes are shared by all routes that have them and must not be changed in place.
 * Where there is no import policy nothing is accepted (RFC 8212 §2).
 */
export type ImportPolicy = (prefix: Prefix, attributes: AttributeValues) => boolean | AttributeValues;

/** Takes every route as it is: for a collector, or a lab. A production peer deserves a narrower one. */
export const acceptAll: ImportPolicy = () => true;

/** What the export policy turns into path attributes. Two sets with one key are the same set. */
export interface DesiredAttributes {
  readonly key: string;
}

/** A route somebody wants announced. */
export interface DesiredRoute<A> {
  /**
   * Its path identifier tells several paths to one destination apart (RFC 7911 §3); -1 stands for {@link DEFAULT_PATH_ID}. A session
   * that carries no identifiers gets one path of each destination, the one with the lowest.
   */
  readonly prefix: Prefix;
  readonly attributes: A;
}

/** What the export policy makes of one attribute set towards one peer: attributes for the wire, or why the routes stay here. */
export type ExportDecision = { readonly attributes: AttributeValues } | { readonly refused: string };

/** Called once per attribute set, family and session. */
export type ExportPolicy<A> = (attributes: A, family: Family) => ExportDecision;
