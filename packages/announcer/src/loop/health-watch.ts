import { type GivenHealth, unchecked, type Verdict } from "../health/health.ts";
import { PushedVerdict } from "../health/pushed.ts";
import type { LoopContext } from "./context.ts";
import type { Reconciler } from "./reconciler.ts";
import type { VipEntry } from "./vip-entry.ts";

/** The longest time to live of a pushed verdict: a day. */
const MAX_TTL_MS = 86_400_000;

/** Brings verdicts into the loop: keeps each VIP's health current, says what has changed, and has the VIP looked at. */
export class HealthWatch {
  readonly #context: LoopContext;
  readonly #reconciler: Reconciler;

  constructor(context: LoopContext, reconciler: Reconciler) {
    this.#context = context;
    this.#reconciler = reconciler;
  }

  /** Takes a verdict from outside. Throws a `RangeError` for a time to live that is none. */
  push(entry: VipEntry, health: GivenHealth, ttlMs: number | null, cause: string): void {
    if (ttlMs !== null && !(ttlMs > 0 && ttlMs <= MAX_TTL_MS))
      throw new RangeError(`ttlMs is ${ttlMs}: write milliseconds above 0 and up to ${MAX_TTL_MS}, or leave it out`);
    entry.pushed ??= new PushedVerdict(this.#context.clock, () => this.#judge(entry));
    entry.pushed.push(health, ttlMs, cause);
    this.#judge(entry);
  }

  #judge(entry: VipEntry): void {
    const verdict = entry.pushed?.verdict ?? unchecked;
    const before = entry.verdict;
    entry.verdict = verdict;
    if (before.health === verdict.health) return;
    this.#report(entry, verdict);
    this.#reconciler.touch(entry);
  }

  #report(entry: VipEntry, { health, causes }: Verdict): void {
    const { hub } = this.#context;
    const vip = entry.vip.prefix;
    switch (health) {
      case "unknown":
        return;
      case "healthy":
        hub.emit({ event: "vip.healthy", vip }, causes);
        return;
      case "degraded":
        hub.emit({ event: "vip.degraded", vip }, causes);
        return;
      case "unhealthy":
        hub.emit({ event: "vip.unhealthy", vip }, causes);
        return;
      default:
        health satisfies never;
    }
  }
}
