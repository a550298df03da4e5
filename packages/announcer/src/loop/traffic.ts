import type { Policy } from "../policy.ts";
import { describeError, type LoopContext } from "./context.ts";
import type { VipEntry } from "./vip-entry.ts";

/** Begins to look at what arrives for a VIP that is being drained, where the policy cares. */
export function watchTraffic(entry: VipEntry, { ports, policy, logger }: LoopContext): void {
  entry.endWatch();
  if (policy.drainIdleMs === null || ports.traffic === undefined) return;
  const vip = entry.vip.prefix;
  try {
    entry.traffic = ports.traffic.watch(entry.vip);
    if (entry.traffic === null)
      logger.info({ vip }, "too many VIPs are drained at once to look for packets; each takes its time");
  } catch (error) {
    const { code, message } = describeError(error);
    logger.warn(
      { vip, code },
      `it cannot be seen whether packets still arrive, and the drain takes its time: ${message}`,
    );
  }
}

/** When a drain may end because nothing arrives any more, see `Wanted.quietInMs`. */
export function quietInMs(entry: VipEntry, policy: Policy): number | null {
  const idleMs = entry.traffic?.idleMs() ?? null;
  return idleMs === null || policy.drainIdleMs === null ? null : policy.drainIdleMs - idleMs;
}
