import type { Policy } from "../policy.ts";

/** The delay before attempt `attempt` (1 is the first retry): doubling, bounded, within a quarter of it (`random` in 0..1). */
export function backoffMs(attempt: number, random: number, policy: Pick<Policy, "retryMs" | "maxRetryMs">): number {
  const delayMs = Math.min(policy.maxRetryMs, policy.retryMs * 2 ** Math.min(attempt - 1, 30));
  return delayMs * (0.75 + random / 2);
}
