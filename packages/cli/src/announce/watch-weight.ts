import type { Announcer, DesiredVip, WeightSource } from "@vipcast/announcer";
import { askWeightSource, systemClock, WeightWatch } from "@vipcast/announcer";
import type { Log } from "../output/log.ts";

/** An answer that comes later is none, milliseconds. */
const longestMs = 5000;

/** What gives a weight at run time, and how often it is asked. */
export interface WeightFrom {
  readonly source: WeightSource;
  readonly intervalMs: number;
}

/** VIPs, at least one, that take their weight from one answer. */
export interface WeightGroup {
  readonly from: WeightFrom;
  /** A program is told the first one. */
  readonly vips: readonly DesiredVip[];
}

interface Running {
  readonly watch: WeightWatch;
  vips: readonly DesiredVip[];
  /** Undefined before the first answer. */
  weight: number | null | undefined;
}

/** Asks sources of weights for as long as somebody wants to know. What is equal from one {@link WeightWatches.set} to the next goes on undisturbed. */
export class WeightWatches {
  readonly #announcer: Pick<Announcer, "setWeight">;
  readonly #log: Log;
  readonly #running = new Map<string, Running>();

  constructor(announcer: Pick<Announcer, "setWeight">, log: Log) {
    this.#announcer = announcer;
    this.#log = log;
  }

  /** Replaces everything. What is new is asked at once; a VIP that is in no group any more has the weight of its intent again. */
  set(groups: readonly WeightGroup[]): void {
    const wanted = new Map(groups.map((group) => [keyOf(group), group]));
    const weighed = new Set(groups.flatMap(({ vips }) => vips.map(({ prefix }) => prefix)));
    for (const [key, { watch, vips }] of this.#running) {
      for (const { prefix } of vips) if (!weighed.has(prefix)) this.#announcer.setWeight(prefix, null);
      if (wanted.has(key)) continue;
      watch.stop();
      this.#running.delete(key);
    }
    for (const [key, { from, vips }] of wanted) {
      const running = this.#running.get(key);
      if (running === undefined) {
        this.#start(key, from, vips);
        continue;
      }
      running.vips = vips;
      if (running.weight !== undefined) this.#weigh(running, running.weight);
    }
  }

  stop(): void {
    for (const { watch } of this.#running.values()) watch.stop();
    this.#running.clear();
  }

  #start(key: string, { source, intervalMs }: WeightFrom, vips: readonly DesiredVip[]): void {
    const timeoutMs = Math.min(longestMs, intervalMs);
    const { prefix: vip, address, interface: name } = vips[0]!;
    const watch = new WeightWatch({
      clock: systemClock,
      read: (signal) => askWeightSource(source, { vip, address, interface: name, timeoutMs, signal }),
      intervalMs,
      timeoutMs,
      weigh: (bitsPerSecond) => this.#weigh(running, bitsPerSecond),
      say: (kind, cause) => {
        if (kind === "failing")
          this.#log.warn(
            { source: source.name },
            `${source.name} gives no weight, and the configured one counts instead: ${cause}`,
          );
        else this.#log.info({ source: source.name }, `${source.name} gives a weight again: ${cause}`);
      },
    });
    const running: Running = { watch, vips, weight: undefined };
    this.#running.set(key, running);
    watch.start();
  }

  #weigh(running: Running, bitsPerSecond: number | null): void {
    running.weight = bitsPerSecond;
    for (const { prefix } of running.vips) this.#announcer.setWeight(prefix, bitsPerSecond);
  }
}

/** A program is asked for its VIP, of which it is told the interface too, and anything else once for all. */
export function weightGroups(vips: readonly DesiredVip[], weights: ReadonlyMap<string, WeightFrom>): WeightGroup[] {
  const groups = new Map<string, { from: WeightFrom; vips: DesiredVip[] }>();
  for (const vip of vips) {
    const from = weights.get(vip.prefix);
    if (from === undefined) continue;
    const key = keyOf({ from, vips: [vip] });
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { from, vips: [vip] });
    else group.vips.push(vip);
  }
  return [...groups.values()];
}

function keyOf({ from, vips }: WeightGroup): string {
  const { prefix, interface: name } = vips[0]!;
  return `${from.source.from.kind === "exec" ? `${prefix} ${name}` : ""} ${JSON.stringify(from)}`;
}
