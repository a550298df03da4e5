import type { AttributeValues } from "../codec/attributes/values.ts";
import type { RouteBatch } from "../codec/message.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import type { Family } from "../iana/afi-safi.ts";
import { type PrefixKey, pathKey, prefixKey } from "./prefix-key.ts";
import type { Waits } from "./waiting-paths.ts";

/** Routes as the Adj-RIB-Out has them: as values. */
export type OutgoingBatch = RouteBatch & { readonly nlri: readonly Prefix[] };

/** What to send now, in this order. A family in `endOfRib` has had all its routes (RFC 4724 §2). */
export interface Outgoing {
  readonly batches: readonly OutgoingBatch[];
  readonly endOfRib: readonly Family[];
}

// What the Adj-RIB-Out is made of: paths, the attribute sets they share, and the destinations that have several of them.

/** The path identifier of a route that names none, on a session that carries identifiers (RFC 7911 §3 leaves the choice to the sender). */
export const DEFAULT_PATH_ID = 1;

/** An attribute set as the peer sees it; one object per set and session. */
export interface Exported {
  readonly key: string;
  readonly attributes: AttributeValues;
  /** Groups that share it; at zero it is forgotten. */
  groups: number;
}

/** Stands for "the peer has something, but must get it again" (RFC 2918 §4). */
export const stale: Exported = { key: "stale", attributes: {}, groups: 0 };

/** All desired routes of one family with one attribute set. */
export interface Group<A> {
  readonly family: Family;
  readonly attributes: A;
  size: number;
  /** Null while the session is down, or when refused. */
  exported: Exported | null;
  refused: string | null;
}

/** One path to a destination. */
export interface Entry<A> {
  readonly key: PrefixKey;
  readonly prefix: Prefix;
  desired: Group<A> | null;
  /** What the peer has; null when it has nothing. */
  sent: Exported | null;
  /** The last `set` that named this path. */
  generation: number;
  /** What it waits for, and in which lists of `WaitingPaths` it stands. */
  waits: Waits;
  lines: number;
  /** Null as long as no path to its destination has had an identifier of its own. */
  destination: Destination<A> | null;
}

/** The paths to one destination, of which a session without path identifiers gets one. */
export interface Destination<A> {
  readonly key: PrefixKey;
  readonly paths: Set<Entry<A>>;
  /** The one that such a session has or is to have. */
  chosen: Entry<A> | null;
}

/** The key of a path: the destination's own, which is cheaper, for the path without an identifier. */
export function entryKey(prefix: Prefix): PrefixKey {
  return isNamed(prefix) ? pathKey(prefix) : prefixKey(prefix);
}

/** Whether a path has an identifier that is not everybody's. */
export function isNamed({ pathId }: Prefix): boolean {
  return pathId !== -1 && pathId !== DEFAULT_PATH_ID;
}

/** The identifier under which a path travels where the session carries any. */
export function pathIdOf({ pathId }: Prefix): number {
  return pathId === -1 ? DEFAULT_PATH_ID : pathId;
}

/** A prefix as it goes to the encoder: with its path identifier where the session carries them, else with none. */
export function onWire(prefix: Prefix, withPathId: boolean): Prefix {
  const pathId = withPathId ? pathIdOf(prefix) : -1;
  if (prefix.pathId === pathId) return prefix;
  return { family: prefix.family, lengthBits: prefix.lengthBits, bytes: prefix.bytes, pathId };
}

/**
 * Chooses the path of a destination for a session without identifiers: the lowest of those that can be sent. What the peer has becomes the
 * chosen one's, for there it is one route that changes.
 */
export function choosePath<A>(destination: Destination<A>): void {
  let best: Entry<A> | null = null;
  let carrier: Entry<A> | null = null;
  for (const path of destination.paths) {
    if (path.sent !== null) carrier = path;
    if ((path.desired?.exported ?? null) === null) continue;
    if (best === null || pathIdOf(path.prefix) < pathIdOf(best.prefix)) best = path;
  }
  destination.chosen = best;
  if (best === null || carrier === null || carrier === best) return;
  best.sent = carrier.sent;
  carrier.sent = null;
}

/** A desired route that stays here, and why. */
export interface RefusedPath {
  readonly prefix: Prefix;
  readonly reason: string;
}

/** The paths that a session without identifiers leaves behind. */
export function passedOver<A>({ chosen, paths }: Destination<A>): RefusedPath[] {
  if (chosen === null) return [];
  const left = [...paths].filter((path) => path !== chosen && (path.desired?.exported ?? null) !== null);
  const reason = `the peer takes one path of each prefix and gets the one with path id ${pathIdOf(chosen.prefix)}: use ADD-PATH on both ends for more (RFC 7911)`;
  return left.map(({ prefix }) => ({ prefix, reason }));
}

/** The objects differ where a set was released and came back while its withdrawal was still waiting. */
export function same(a: Exported | null, b: Exported | null): boolean {
  return a === b || (a !== null && b !== null && a.key === b.key);
}
