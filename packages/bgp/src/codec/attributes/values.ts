import type { Tlv } from "./tlv.ts";

/** Path attributes as plain values: what encoders take, and what a decoded set materialises into on request. */

/** RFC 4271 §5.1.1. */
export const Origin = { Igp: 0, Egp: 1, Incomplete: 2 } as const;
/** One of the values of {@link Origin}. */
export type Origin = (typeof Origin)[keyof typeof Origin];

/** RFC 4271 §4.3 and RFC 5065 §3. */
export const SegmentType = { Set: 1, Sequence: 2, ConfedSequence: 3, ConfedSet: 4 } as const;
/** One of the values of {@link SegmentType}. */
export type SegmentType = (typeof SegmentType)[keyof typeof SegmentType];

/** One segment of an AS_PATH (RFC 4271 §4.3 b). */
export interface AsPathSegment {
  readonly type: SegmentType;
  /** AS numbers 1..4294967295, nearest first. Any count: the encoder splits runs of more than 255 (RFC 4271 §5.1.2). */
  readonly asns: readonly number[];
}

/** An attribute kept byte for byte: no spec in the table claims its code, or one that only knows what a malformed one costs. */
export interface RawAttribute {
  readonly code: number;
  /** The flags octet as received (Optional 0x80, Transitive 0x40, Partial 0x20); the Extended Length bit is recomputed. */
  readonly flags: number;
  readonly value: Uint8Array;
}

/**
 * A set of path attributes. A property that is absent was not in the message (on encoding: is not sent).
 * Reachability (MP_REACH_NLRI, MP_UNREACH_NLRI) is not here: it belongs to the routes, see `RouteBatch`.
 */
export interface AttributeValues {
  readonly origin?: Origin;
  readonly asPath?: readonly AsPathSegment[];
  /** 4 octets, 16, or 32 (global and link-local, RFC 2545 §3). Sent as NEXT_HOP or inside MP_REACH_NLRI, as the family asks. */
  readonly nextHop?: Uint8Array;
  /** 0..4294967295 */
  readonly multiExitDisc?: number;
  /** 0..4294967295 */
  readonly localPref?: number;
  readonly atomicAggregate?: boolean;
  readonly aggregator?: { readonly asn: number; readonly address: Uint8Array };
  /** Each an unsigned 32-bit integer, high 16 bits first (RFC 1997). */
  readonly communities?: readonly number[];
  readonly originatorId?: Uint8Array;
  readonly clusterList?: readonly Uint8Array[];
  /** Eight octets each (RFC 4360). */
  readonly extendedCommunities?: readonly Uint8Array[];
  /** Three unsigned 32-bit integers each (RFC 8092). */
  readonly largeCommunities?: readonly (readonly [number, number, number])[];
  /** Only from a two-octet peer (RFC 6793); reconstructed into `asPath` by the speaker. */
  readonly as4Path?: readonly AsPathSegment[];
  readonly as4Aggregator?: { readonly asn: number; readonly address: Uint8Array };
  /** RFC 7311; `aigpMetric` reads it, `aigpTlv` makes it. */
  readonly aigp?: readonly Tlv[];
  /** 0..4294967295: an AS (RFC 9234 §5). */
  readonly onlyToCustomer?: number;
  /** RFC 8669 §3; `labelIndex` reads it. */
  readonly prefixSid?: readonly Tlv[];
  /** Attributes without a property, in wire order; on encoding in any. */
  readonly unknown?: readonly RawAttribute[];
}
