/** The preference of a node that says nothing: every node with it takes part in ECMP. */
export const BEST_PREFERENCE = 10;

/** The preference of `role: standby`. Still better than a drain. */
export const STANDBY_PREFERENCE = 0;

/**
 * What one step below the best preference costs a route. All three are used because no single one decides everywhere: the length of AS_PATH
 * comes before MED (RFC 4271 §9.1.2.2 a and c) but routers can be told to ignore it; MED is only compared between routes of one neighbour
 * AS; LOCAL_PREF comes before both and stays inside an AS.
 */
export const PREFERENCE_STEP = {
  /** More copies of our AS in AS_PATH; external peers. */
  prepend: 1,
  /** More MULTI_EXIT_DISC; external peers. */
  med: 100,
  /** Less LOCAL_PREF; internal peers. */
  localPref: 5,
} as const;

/** How many steps a preference (0..10) is below the best. */
export function stepsBelowBest(preference: number): number {
  return BEST_PREFERENCE - preference;
}
