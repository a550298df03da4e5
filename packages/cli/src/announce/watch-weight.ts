import type { Announcer, DesiredVip } from "@vipcast/announcer";
import { askWeightSource, systemClock, WeightWatch } from "@vipcast/announcer";
import type { Log } from "../output/log.ts";
import type { EcmpSettings } from "./ecmp.ts";

/** An answer that comes later is none, milliseconds. */
const longestMs = 5000;

/** Asks the source of `--weight-from` for as long as the announcement lasts; null where there is none. The first question is asked at once. */
export function watchWeight(
  { weightFrom }: Pick<EcmpSettings, "weightFrom">,
  vips: readonly DesiredVip[],
  announcer: Announcer,
  log: Log,
): WeightWatch | null {
  const [first] = vips;
  if (weightFrom === null || first === undefined) return null;
  const { source, intervalMs } = weightFrom;
  const timeoutMs = Math.min(longestMs, intervalMs);
  const { prefix: vip, address, interface: name } = first;
  const watch = new WeightWatch({
    clock: systemClock,
    read: (signal) => askWeightSource(source, { vip, address, interface: name, timeoutMs, signal }),
    intervalMs,
    timeoutMs,
    weigh: (bitsPerSecond) => {
      for (const { prefix } of vips) announcer.setWeight(prefix, bitsPerSecond);
    },
    say: (kind, cause) => {
      if (kind === "failing")
        log.warn({ source: source.name }, `${source.name} gives no weight, and --weight counts instead: ${cause}`);
      else log.info({ source: source.name }, `${source.name} gives a weight again: ${cause}`);
    },
  });
  watch.start();
  return watch;
}
