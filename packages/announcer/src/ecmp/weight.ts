import { encodeExtendedCommunity, toHex } from "@vipcast/bgp";

/** The AS of a speaker whose number has four octets where only two fit (RFC 6793 §9). */
const AS_TRANS = 23456;

/**
 * A weight as link bandwidth extended community (draft-ietf-idr-link-bandwidth §2: non-transitive, octets per second as a float of 32 bits), in
 * hexadecimal.
 */
export function linkBandwidth(asn: number | null, bitsPerSecond: number): string {
  return toHex(
    encodeExtendedCommunity({
      kind: "link-bandwidth",
      transitive: false,
      asn: asn === null || asn > 0xffff ? AS_TRANS : asn,
      bytesPerSecond: bitsPerSecond / 8,
    }),
  );
}

/** When a weight that changes at run time is announced again. Every change of a weight moves flows. */
export interface WeightPolicy {
  /** The least change, as a part of the weight in force, 0..1. */
  readonly quantum: number;
  /** The least time between two changes, milliseconds. */
  readonly minIntervalMs: number;
}

/** A weight that is in force, and since when. */
export interface WeightInForce {
  readonly weight: number | null;
  /** Monotonic milliseconds of the last change at run time; null: there was none. */
  readonly changedAtMs: number | null;
}

/** What becomes of a weight that was asked for. */
export type WeightDecision =
  /** Too small a difference to move flows for. */
  | { readonly kind: "keep" }
  | { readonly kind: "change"; readonly weight: number | null }
  /** Ask again then. */
  | { readonly kind: "later"; readonly inMs: number };

/** Two significant digits: what a measured rate is worth, and equal on nodes that measure nearly the same. */
export function quantise(bitsPerSecond: number): number {
  return Number(bitsPerSecond.toPrecision(2));
}

/**
 * Whether a weight that was asked for replaces the one in force: not when it differs by less than a quantum, and not before the interval has
 * passed. That a node has a weight at all, or no longer, is always a difference. Pure.
 */
export function decideWeight(
  inForce: WeightInForce,
  asked: number | null,
  nowMs: number,
  policy: WeightPolicy,
): WeightDecision {
  if (asked === inForce.weight) return { kind: "keep" };
  if (asked !== null && inForce.weight !== null) {
    const difference = Math.abs(asked - inForce.weight) / inForce.weight;
    if (difference < policy.quantum) return { kind: "keep" };
  }
  const inMs = inForce.changedAtMs === null ? 0 : inForce.changedAtMs + policy.minIntervalMs - nowMs;
  return inMs > 0 ? { kind: "later", inMs } : { kind: "change", weight: asked };
}
