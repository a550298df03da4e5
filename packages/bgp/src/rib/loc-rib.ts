import type { AttributeValues } from "../codec/attributes/values.ts";
import type { Prefix } from "../codec/nlri/prefix.ts";
import { type Candidate, type Decision, type DecisionOptions, decide, type RouteSource } from "./decision.ts";
import { type PrefixKey, prefixKey } from "./prefix-key.ts";
import { sameAttributes } from "./same-attributes.ts";

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

/** What the Loc-RIB now uses for a destination. `best: null` means it has become unreachable. */
export interface LocRibChange extends Decision {
  readonly prefix: Prefix;
}

interface Destination {
  readonly prefix: Prefix;
  candidates: Candidate[];
  decision: Decision;
}

/**
 * Loc-RIB (RFC 4271 §3.2): for every destination the routes of all sources, the best one, and those that share
 * the traffic with it. Pure. A change is reported only when the best route or the multipath set differ from before.
 */
export class LocRib {
  readonly #options: DecisionOptions;
  readonly #destinations = new Map<PrefixKey, Destination>();

  constructor(options: DecisionOptions = {}) {
    this.#options = options;
  }

  /** Destinations with at least one route, usable or not. */
  get size(): number {
    return this.#destinations.size;
  }

  /** Takes over what changed in one source's Adj-RIB-In; returns what changed here. */
  update(source: RouteSource, change: RibChange): readonly LocRibChange[] {
    const touched = new Map<PrefixKey, Destination>();
    for (const prefix of change.withdraw) {
      const key = prefixKey(prefix);
      const destination = this.#destinations.get(key);
      if (destination === undefined) continue;
      remove(destination, source, prefix.pathId);
      touched.set(key, destination);
    }
    for (const { prefix, attributes } of change.announce) {
      const key = prefixKey(prefix);
      let destination = this.#destinations.get(key);
      if (destination === undefined) {
        destination = { prefix: { ...prefix, pathId: -1 }, candidates: [], decision: { best: null, multipath: [] } };
        this.#destinations.set(key, destination);
      }
      remove(destination, source, prefix.pathId);
      destination.candidates.push({ source, attributes, pathId: prefix.pathId });
      touched.set(key, destination);
    }
    return this.#decide(touched);
  }

  /** Drops every route of a source, for when its session ended. */
  removeSource(name: string): readonly LocRibChange[] {
    const touched = new Map<PrefixKey, Destination>();
    for (const [key, destination] of this.#destinations) {
      const kept = destination.candidates.filter((candidate) => candidate.source.name !== name);
      if (kept.length === destination.candidates.length) continue;
      destination.candidates = kept;
      touched.set(key, destination);
    }
    return this.#decide(touched);
  }

  /** Decides everything again, for when the cost of next hops has changed. Linear in the whole. */
  redecide(): readonly LocRibChange[] {
    return this.#decide(new Map(this.#destinations));
  }

  /** What is used for exactly this destination, or null. */
  get(prefix: Prefix): LocRibChange | null {
    const destination = this.#destinations.get(prefixKey(prefix));
    if (destination === undefined || destination.decision.best === null) return null;
    return { prefix: destination.prefix, ...destination.decision };
  }

  /** All destinations with what is used for them. */
  *entries(): Generator<LocRibChange> {
    for (const { prefix, decision } of this.#destinations.values()) {
      if (decision.best !== null) yield { prefix, ...decision };
    }
  }

  #decide(touched: ReadonlyMap<PrefixKey, Destination>): LocRibChange[] {
    const changes: LocRibChange[] = [];
    for (const [key, destination] of touched) {
      const before = destination.decision;
      destination.decision = decide(destination.candidates, this.#options);
      if (destination.candidates.length === 0) this.#destinations.delete(key);
      if (!sameDecision(before, destination.decision)) {
        changes.push({ prefix: destination.prefix, ...destination.decision });
      }
    }
    return changes;
  }
}

function remove(destination: Destination, source: RouteSource, pathId: number): void {
  const { candidates } = destination;
  const index = candidates.findIndex((route) => route.source.name === source.name && route.pathId === pathId);
  if (index !== -1) candidates.splice(index, 1);
}

function sameDecision(a: Decision, b: Decision): boolean {
  if (!sameRoute(a.best, b.best) || a.multipath.length !== b.multipath.length) return false;
  return a.multipath.every((route, index) => sameRoute(route, b.multipath[index] ?? null));
}

// A source that announced the same interned attributes again made a new candidate, not a new route.
function sameRoute(a: Candidate | null, b: Candidate | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.source.name !== b.source.name || a.pathId !== b.pathId) return false;
  return sameAttributes(a.attributes, b.attributes);
}
