/**
 * What is known of the service behind a VIP. `unknown`: it has a check that has not come to a verdict yet, so that it is bound and not announced.
 * `degraded`: announced with the worst preference there is, so that it serves only where nobody better does.
 */
export type Health = "unknown" | "healthy" | "degraded" | "unhealthy";

/** A verdict that somebody can give. */
export type GivenHealth = Exclude<Health, "unknown">;

/** Every {@link GivenHealth}. */
export const GIVEN_HEALTH: readonly GivenHealth[] = ["healthy", "degraded", "unhealthy"];

/** A state of health and why, nearest cause first. */
export interface Verdict {
  readonly health: Health;
  readonly causes: readonly string[];
}

/** Of a VIP that nothing checks. */
export const unchecked: Verdict = { health: "healthy", causes: [] };

const RANK: Record<Health, number> = { unhealthy: 0, unknown: 1, degraded: 2, healthy: 3 };

/** Negative when `a` is worse than `b`, positive when it is better, 0 when they are equal. */
export function compareHealth(a: Health, b: Health): number {
  return RANK[a] - RANK[b];
}
