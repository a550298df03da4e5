import type { HealthPort, Probe } from "@vipcast/announcer";

/** How one health check went. */
export interface CheckTook {
  readonly kind: Probe["kind"];
  readonly ok: boolean;
  readonly tookMs: number;
}

/** The same checks; `report` hears of each that ends, those that were given up included. */
export function timedChecks(checks: HealthPort, report: (check: CheckTook) => void): HealthPort {
  return {
    exists: (path) => checks.exists(path),
    probe: async (probe, context) => {
      const startedMs = performance.now();
      const took = (ok: boolean): void => report({ kind: probe.kind, ok, tookMs: performance.now() - startedMs });
      try {
        const outcome = await checks.probe(probe, context);
        took(outcome.ok);
        return outcome;
      } catch (error) {
        took(false);
        throw error;
      }
    },
  };
}
