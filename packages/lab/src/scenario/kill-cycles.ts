/** When a kill-points run kills, and with which intents. Pure: the seed decides everything. */
import type { SeededRandom } from "./random.ts";

/**
 * The moments of an announcer's life. `starting`: at any time before it serves; `bound`, `announced`, `withdrawn` and `unbound`: when it first says
 * so, or a few milliseconds later; `serving`: at rest; `restoring`: just after somebody removed addresses; `stopping`: at any time after SIGTERM.
 */
export const killMoments = [
  "starting",
  "bound",
  "announced",
  "serving",
  "restoring",
  "withdrawn",
  "unbound",
  "stopping",
] as const;

/** One of {@link killMoments}. */
export type KillMoment = (typeof killMoments)[number];

/** One kill, and the start after it. */
export interface KillCycle {
  readonly moment: KillMoment;
  /** VIPs of the announcer that is killed. */
  readonly intent: readonly string[];
  /** VIPs of the one that is started then. */
  readonly next: readonly string[];
  /** Where within the moment: from 0 up to, but not including, 1. */
  readonly share: number;
  /** VIPs of `intent` that are removed just before, when the moment is `restoring`. */
  readonly removed: readonly string[];
}

/** The endless sequence of cycles. Each moment comes once before any comes again. */
export function* killCycles(random: SeededRandom, pool: readonly string[]): Generator<KillCycle, never> {
  for (;;) {
    const left = [...killMoments];
    while (left.length > 0) {
      const [moment] = left.splice(random.below(left.length), 1) as [KillMoment];
      const intent = random.some(pool);
      // Often the same again, as after a crash; else some stay, some go and some come.
      const next = random.next() < 0.3 ? intent : random.some(pool);
      const removed = moment === "restoring" ? random.some(intent).slice(0, mostRemoved) : [];
      yield { moment, intent, next, share: random.next(), removed };
    }
  }
}

const mostRemoved = 8;

/** What an announcer had done when it was killed, as its ledger, its kernel and its own words tell. */
export type Progress =
  | "nothing"
  | "recorded"
  | "binding"
  | "bound"
  | "announcing"
  | "announced"
  | "withdrawing"
  | "withdrawn"
  | "unbinding"
  | "unbound"
  | "gone";

/** What {@link progressOf} looks at; each a set of prefixes out of `intent`. */
export interface KilledState {
  readonly intent: readonly string[];
  readonly recorded: ReadonlySet<string>;
  readonly bound: ReadonlySet<string>;
  /** Announced and not withdrawn, by its own words. */
  readonly announced: ReadonlySet<string>;
  /** Withdrawn, by its own words. */
  readonly withdrawn: ReadonlySet<string>;
  /** It was told to stop. */
  readonly stopping: boolean;
}

/** How far it had come. */
export function progressOf({ intent, recorded, bound, announced, withdrawn, stopping }: KilledState): Progress {
  const all = (set: ReadonlySet<string>): boolean => intent.every((vip) => set.has(vip));
  if (stopping && withdrawn.size > 0) {
    if (all(bound)) return all(withdrawn) ? "withdrawn" : "withdrawing";
    if (bound.size > 0) return "unbinding";
    return recorded.size > 0 ? "unbound" : "gone";
  }
  if (bound.size === 0 && announced.size === 0) return recorded.size === 0 ? "nothing" : "recorded";
  if (!all(bound)) return "binding";
  if (announced.size === 0) return "bound";
  return all(announced) ? "announced" : "announcing";
}
