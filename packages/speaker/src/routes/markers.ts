import { type Family, RouteRefreshSubtype } from "@vipcast/bgp";

/** A message between the routes that says where they begin or end. */
export type Marker =
  | { readonly kind: "end-of-rib"; readonly family: Family }
  | { readonly kind: "refresh"; readonly family: Family; readonly subtype: 1 | 2 };

/** What the established session means for the markers. */
export interface MarkerOptions {
  readonly families: readonly Family[];
  /** RFC 7313 was negotiated: the answer to a ROUTE-REFRESH has a beginning and an end. */
  readonly enhanced: boolean;
  /** Keep each End-of-RIB back until `release`. */
  readonly held: boolean;
}

/** A family's routes are not sent again sooner than this after the last answer ended: a peer that asks without end must cost little. */
export const minRefreshGapMs = 1000;

/**
 * When a family's routes are sent again, and which marker goes where (RFC 4724 §2, RFC 2918 §4, RFC 7313 §4). Pure. Requests for a
 * family that come together are one; those that come while it is being answered are one more.
 */
export class Markers {
  #enhanced = false;
  #held = false;
  /** Families whose End-of-RIB has not been sent. */
  readonly #initial = new Set<Family>();
  /** Those of them that wait for nothing but `release`. */
  readonly #ready = new Set<Family>();
  readonly #asked = new Set<Family>();
  readonly #answering = new Set<Family>();
  readonly #answeredAtMs = new Map<Family, number>();

  /** A session came up. */
  up({ families, enhanced, held }: MarkerOptions): void {
    this.down();
    this.#enhanced = enhanced;
    this.#held = held;
    for (const family of families) this.#initial.add(family);
  }

  down(): void {
    for (const set of [this.#initial, this.#ready, this.#asked, this.#answering]) set.clear();
    this.#answeredAtMs.clear();
    this.#held = false;
  }

  /** Families whose End-of-RIB has not been sent. */
  get outstanding(): readonly Family[] {
    return [...this.#initial];
  }

  /** End-of-RIB is kept back no longer. */
  release(): void {
    this.#held = false;
  }

  /** A family is to be sent again. */
  ask(family: Family): void {
    this.#asked.add(family);
  }

  /** Whether `begin` or `complete` would do something although no route waits. */
  isDue(now: number): boolean {
    return (!this.#held && this.#ready.size > 0) || this.nextAnswerAt() <= now;
  }

  /** When `begin` can answer next; Infinity when nobody waits for an answer that time alone can bring. */
  nextAnswerAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const family of this.#asked) next = Math.min(next, this.#answerableAt(family));
    return next;
  }

  /** Families whose routes are to be sent again from now on, with the marker that goes before them. */
  begin(now: number): { readonly families: readonly Family[]; readonly markers: readonly Marker[] } {
    const families = [...this.#asked].filter((family) => this.#answerableAt(family) <= now);
    for (const family of families) {
      this.#asked.delete(family);
      this.#answering.add(family);
    }
    return {
      families,
      markers: this.#enhanced ? families.map((family) => refreshMarker(family, "BeginOfRefresh")) : [],
    };
  }

  /** `families`: everything of them has been sent. `idle`: of all others as well. Returns what goes behind them. */
  complete(families: readonly Family[], idle: boolean, now: number): readonly Marker[] {
    const markers: Marker[] = [];
    for (const family of families) {
      if (this.#answering.delete(family)) {
        this.#answeredAtMs.set(family, now);
        markers.push(this.#enhanced ? refreshMarker(family, "EndOfRefresh") : { kind: "end-of-rib", family });
      } else if (this.#initial.has(family)) {
        this.#ready.add(family);
      }
    }
    if (this.#held || !idle) return markers;
    for (const family of this.#ready) {
      this.#initial.delete(family);
      markers.push({ kind: "end-of-rib", family });
    }
    this.#ready.clear();
    return markers;
  }

  /** RFC 7313 §4: no BoRR before the End-of-RIB. */
  #answerableAt(family: Family): number {
    if (this.#initial.has(family) || this.#answering.has(family)) return Number.POSITIVE_INFINITY;
    const answeredAtMs = this.#answeredAtMs.get(family);
    return answeredAtMs === undefined ? 0 : answeredAtMs + minRefreshGapMs;
  }
}

function refreshMarker(family: Family, subtype: "BeginOfRefresh" | "EndOfRefresh"): Marker {
  return { kind: "refresh", family, subtype: RouteRefreshSubtype[subtype] };
}
