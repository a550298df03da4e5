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

/** What a family of the session waits for. */
interface FamilyState {
  readonly family: Family;
  /** Its End-of-RIB has not been sent. */
  initial: boolean;
  /** That waits for nothing but `release`. */
  ready: boolean;
  asked: boolean;
  answering: boolean;
  /** When the last answer ended; -Infinity: there was none. */
  answeredAtMs: number;
}

/**
 * When a family's routes are sent again, and which marker goes where (RFC 4724 §2, RFC 2918 §4, RFC 7313 §4). Pure. Requests for a
 * family that come together are one; those that come while it is being answered are one more.
 */
export class Markers {
  #enhanced = false;
  #held = false;
  #families: FamilyState[] = [];

  /** A session came up. */
  up({ families, enhanced, held }: MarkerOptions): void {
    this.down();
    this.#enhanced = enhanced;
    this.#held = held;
    for (const family of families) this.#stateOf(family).initial = true;
  }

  down(): void {
    this.#families = [];
    this.#held = false;
  }

  /** Families whose End-of-RIB has not been sent. */
  get outstanding(): readonly Family[] {
    return this.#families.filter(({ initial }) => initial).map(({ family }) => family);
  }

  /** End-of-RIB is kept back no longer. */
  release(): void {
    this.#held = false;
  }

  /** A family is to be sent again. */
  ask(family: Family): void {
    this.#stateOf(family).asked = true;
  }

  /** Whether `begin` or `complete` would do something although no route waits. */
  isDue(now: number): boolean {
    return (!this.#held && this.#families.some(({ ready }) => ready)) || this.nextAnswerAt() <= now;
  }

  /** When `begin` can answer next; Infinity when nobody waits for an answer that time alone can bring. */
  nextAnswerAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const state of this.#families) if (state.asked) next = Math.min(next, answerableAt(state));
    return next;
  }

  /** Families whose routes are to be sent again from now on, with the marker that goes before them. */
  begin(now: number): { readonly families: readonly Family[]; readonly markers: readonly Marker[] } {
    const families: Family[] = [];
    for (const state of this.#families) {
      if (!state.asked || answerableAt(state) > now) continue;
      state.asked = false;
      state.answering = true;
      families.push(state.family);
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
      const state = this.#stateOf(family);
      if (state.answering) {
        state.answering = false;
        state.answeredAtMs = now;
        markers.push(this.#enhanced ? refreshMarker(family, "EndOfRefresh") : { kind: "end-of-rib", family });
      } else if (state.initial) {
        state.ready = true;
      }
    }
    if (this.#held || !idle) return markers;
    for (const state of this.#families) {
      if (!state.ready) continue;
      state.ready = false;
      state.initial = false;
      markers.push({ kind: "end-of-rib", family: state.family });
    }
    return markers;
  }

  #stateOf(family: Family): FamilyState {
    let state = this.#families.find((one) => one.family === family);
    if (state === undefined) {
      const answeredAtMs = Number.NEGATIVE_INFINITY;
      state = { family, initial: false, ready: false, asked: false, answering: false, answeredAtMs };
      this.#families.push(state);
    }
    return state;
  }
}

/** RFC 7313 §4: no BoRR before the End-of-RIB. */
function answerableAt({ initial, answering, answeredAtMs }: FamilyState): number {
  return initial || answering ? Number.POSITIVE_INFINITY : answeredAtMs + minRefreshGapMs;
}

function refreshMarker(family: Family, subtype: "BeginOfRefresh" | "EndOfRefresh"): Marker {
  return { kind: "refresh", family, subtype: RouteRefreshSubtype[subtype] };
}
