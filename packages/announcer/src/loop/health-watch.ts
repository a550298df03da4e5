import { CheckPool } from "../health/check-pool.ts";
import type { GivenHealth, Verdict } from "../health/health.ts";
import type { LoopContext } from "./context.ts";
import { MaintenanceWatch } from "./maintenance-watch.ts";
import type { VipEntry } from "./vip-entry.ts";
import { VipHealth } from "./vip-health.ts";

/** Brings checks, verdicts from outside and maintenance files into the loop, says what has changed, and has the VIP looked at. */
export class HealthWatch {
  readonly #context: LoopContext;
  readonly #touch: (entry: VipEntry) => void;
  readonly #pool: CheckPool;
  readonly #maintenance: MaintenanceWatch;

  constructor(context: LoopContext, touch: (entry: VipEntry) => void) {
    this.#context = context;
    this.#touch = touch;
    const { clock, random, ports } = context;
    const port = ports.health ?? null;
    this.#pool = new CheckPool({ clock, random, port });
    this.#maintenance = new MaintenanceWatch(context, port);
  }

  /** A VIP was declared, or declared anew. */
  follow(entry: VipEntry): void {
    if (entry.health === null) this.#begin(entry);
    else entry.health.set(entry.vip);
    this.#maintenance.follow(entry, () => this.#touch(entry));
  }

  /** Takes a verdict from outside. */
  push(entry: VipEntry, health: GivenHealth, ttlMs: number | null, cause: string): void {
    entry.health?.push(health, ttlMs, cause);
  }

  #begin(entry: VipEntry): void {
    const health = new VipHealth(this.#context, this.#pool, entry.vip, {
      isAnnounced: () => entry.announced !== null,
      judged: (verdict) => this.#report(entry, verdict),
      damped: (flaps, holdDownMs, causes) => {
        const vip = entry.vip.prefix;
        this.#context.logger.warn({ vip, flaps, holdDownMs }, `${vip} is held down: ${causes.join("; ")}`);
        this.#context.hub.emit({ event: "vip.damped", vip, flaps, holdDownMs }, causes);
      },
      changed: (verdict, news) => {
        entry.verdict = verdict;
        if (news) this.#touch(entry);
      },
    });
    entry.health = health;
    // A check that others have shared in for long has its verdict already, and the next result may be far away.
    if (entry.vip.check !== null) health.judge();
    entry.verdict = health.effective;
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
