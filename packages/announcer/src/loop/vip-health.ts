import type { Check, ProbeCheck } from "../health/check.ts";
import type { CheckPool, CheckShare } from "../health/check-pool.ts";
import type { CheckerState } from "../health/checker.ts";
import { Deadline } from "../health/deadline.ts";
import { compareHealth, type GivenHealth, unchecked, type Verdict } from "../health/health.ts";
import { judgeVip, newsLimitMs, probesOf } from "../health/judge.ts";
import { PushedVerdict } from "../health/pushed.ts";
import type { DesiredVip } from "../intent/desired-vip.ts";
import type { LoopContext } from "./context.ts";
import { Damping } from "./damping.ts";

/** How often a VIP that the last-node guard keeps asks again who else announces it, milliseconds. */
const SIBLINGS_MS = 1000;

/** A VIP is waiting for its first verdict. */
const nothingYet: Verdict = { health: "unknown", causes: ["nothing has been checked yet"] };

/** What a {@link VipHealth} tells its VIP's entry. */
export interface HealthListener {
  /** Whether there is a route now that a guard could keep. */
  isAnnounced(): boolean;
  /** What the checks come to is another health than before. */
  judged(verdict: Verdict): void;
  /** Held down; `flaps` turns for the worse led to it. */
  damped(flaps: number, holdDownMs: number, causes: readonly string[]): void;
  /** What counts for the route has changed; `news` when it is another health than before. */
  changed(verdict: Verdict, news: boolean): void;
}

/**
 * What is known of one VIP's health, and what of it counts: verdicts of checks and from outside come in, and go out through the last-node guard and flap
 * damping, which delays good news and never bad.
 */
export class VipHealth {
  readonly damping: Damping = new Damping();
  readonly #context: LoopContext;
  readonly #pool: CheckPool;
  readonly #listener: HealthListener;
  readonly #pushed: PushedVerdict;
  #vip: DesiredVip;
  #shares = new Map<ProbeCheck, CheckShare>();
  /** What checks and pushes come to. A check that has been changed is not waited for with an empty hand: the last verdict stands for a while. */
  #judged: Verdict;
  /** What counts. */
  #effective: Verdict;
  /** Until when a verdict stands that is not the present check's. */
  readonly #inherited: Deadline;
  /** That this time is over, in words, until the present check has a verdict. */
  #overdue: string | null = null;
  #siblings: readonly string[] | null | undefined = undefined;
  #cancelHoldDown: (() => void) | null = null;
  #cancelSiblings: (() => void) | null = null;

  constructor(context: LoopContext, pool: CheckPool, vip: DesiredVip, listener: HealthListener) {
    this.#context = context;
    this.#pool = pool;
    this.#vip = vip;
    this.#listener = listener;
    this.#pushed = new PushedVerdict(context.clock, () => this.judge());
    this.#inherited = new Deadline(context.clock);
    this.#judged = vip.check === null ? unchecked : nothingYet;
    this.#effective = this.#judged;
    this.#share();
  }

  /** What runs; of equal ones, the one that was given first. */
  get check(): Check | null {
    return this.#vip.check;
  }

  get judged(): Verdict {
    return this.#judged;
  }

  get effective(): Verdict {
    return this.#effective;
  }

  get pushed(): PushedVerdict {
    return this.#pushed;
  }

  /** Null when the check does not run. */
  stateOf(check: ProbeCheck): CheckerState | null {
    return this.#shares.get(check)?.state ?? null;
  }

  /** For how much longer a verdict stands that was another check's, milliseconds; null when it is the present one's. */
  inheritedMs(nowMs: number): number | null {
    return this.#inherited.remainingMs(nowMs);
  }

  /** Null when the guard has nothing to keep, else the nodes it has seen; null among them when it cannot know. */
  get guarded(): { readonly siblings: readonly string[] | null } | null {
    return this.#siblings === undefined ? null : { siblings: this.#siblings };
  }

  /** The VIP was declared anew. */
  set(vip: DesiredVip): void {
    const same = JSON.stringify(vip.check) === JSON.stringify(this.#vip.check);
    const check: Check | null = same ? this.#vip.check : vip.check;
    const moved = vip.interface !== this.#vip.interface;
    this.#vip = { ...vip, check };
    // A program is told where its VIP is.
    if (!same || moved) this.#share();
    if (!same) {
      // What stands from before the change gets the time of the check that has to say something new now.
      this.#inherited.stop();
      this.#overdue = null;
    }
    this.judge();
  }

  push(health: GivenHealth, ttlMs: number | null, cause: string): void {
    this.#pushed.push(health, ttlMs, cause);
    this.judge();
  }

  /** What was pushed was about an earlier life of the VIP. */
  forgetPush(): void {
    this.#pushed.forget();
  }

  /** Ends a hold-down and forgets what led to it. Returns whether there was one. */
  resetDamping(): boolean {
    const held = this.damping.reset(this.#context.clock.now());
    this.judge();
    return held;
  }

  /** Nothing is checked any more, and no timer fires. */
  stop(): void {
    this.#pushed.stop();
    this.#inherited.stop();
    this.#cancelHoldDown?.();
    this.#cancelSiblings?.();
    for (const share of this.#shares.values()) share.release();
    this.#shares.clear();
  }

  /** Weighs everything again. */
  judge(): void {
    const found = this.#weigh();
    this.#turn(found.health === "unknown" ? this.#meanwhile(found) : this.#news(found));
  }

  #weigh(overdue?: string): Verdict {
    const evidence = {
      stateOf: (check: ProbeCheck) => this.stateOf(check),
      pushed: this.#pushed.verdict,
      ...(overdue === undefined ? {} : { overdue }),
    };
    return judgeVip(this.#vip.check, evidence) ?? unchecked;
  }

  #news(found: Verdict): Verdict {
    this.#inherited.stop();
    this.#overdue = null;
    return found;
  }

  /**
   * What counts before the check has come to a verdict. A check that was changed is awaited with what the old one said: a route that is there stays, until the new one
   * has had its time and its silence is failure. A route that is not there is not announced on that.
   */
  #meanwhile(found: Verdict): Verdict {
    const before = this.#judged;
    if (this.#overdue !== null) return this.#weigh(this.#overdue);
    if (compareHealth(before.health, "unknown") < 0) return before;
    if (before.health === "unknown" || !this.#listener.isAnnounced()) return this.#news(found);
    if (this.inheritedMs(this.#context.clock.now()) !== null) return before;
    const limitMs = newsLimitMs(this.#vip.check);
    this.#inherited.set(limitMs, () => {
      this.#overdue = `the check was changed, and the new one has come to no verdict within ${limitMs} ms`;
      this.judge();
    });
    return before;
  }

  #turn(verdict: Verdict): void {
    const before = this.#judged;
    this.#judged = verdict;
    const { health } = verdict;
    if (health !== before.health) {
      this.#listener.judged(verdict);
      const known = before.health !== "unknown" && health !== "unknown";
      if (known && compareHealth(health, before.health) < 0) this.#noteFlap();
    }
    this.#settle(this.#dampened(this.#guard(verdict)));
  }

  #settle(verdict: Verdict): void {
    const news = verdict.health !== this.#effective.health;
    this.#effective = verdict;
    this.#listener.changed(verdict, news);
  }

  #noteFlap(): void {
    const { clock, policy } = this.#context;
    const { healthDamping } = policy;
    const { holdDownMs, count } = this.damping.note(clock.now(), healthDamping, healthDamping.flaps, 1);
    if (holdDownMs === 0) return;
    const often =
      count >= healthDamping.flaps
        ? `its health went bad ${count} times within ${healthDamping.windowMs} ms`
        : "its health went bad again soon after it was held down for that";
    this.#listener.damped(count, holdDownMs, [often, ...this.#judged.causes]);
    this.#cancelHoldDown?.();
    this.#cancelHoldDown = clock.timer(() => this.judge(), holdDownMs);
  }

  /** While it is held down, what is better than what counts does not count. */
  #dampened(verdict: Verdict): Verdict {
    const leftMs = this.damping.remainingMs(this.#context.clock.now());
    const counts = this.#effective.health;
    if (leftMs === 0 || counts === "unknown" || compareHealth(verdict.health, counts) <= 0) return verdict;
    return {
      health: counts,
      causes: [
        `its health kept going bad, so that it is held down for another ${Math.round(leftMs)} ms although it is ${verdict.health} now`,
      ],
    };
  }

  /** The route that may be the last of its prefix is kept with the worst preference. The guard keeps what is there; it announces nothing new. */
  #guard(verdict: Verdict): Verdict {
    const wanted = this.#vip.lastNodeGuard && verdict.health === "unhealthy" && this.#listener.isAnnounced();
    if (!wanted) {
      this.#cancelSiblings?.();
      this.#cancelSiblings = null;
      this.#siblings = undefined;
      return verdict;
    }
    const { ports, clock } = this.#context;
    const siblings = ports.routes.siblings?.(this.#vip.prefix) ?? null;
    this.#siblings = siblings;
    if (siblings !== null && siblings.length > 0)
      return { ...verdict, causes: [...verdict.causes, `it is announced by ${siblings.join(", ")} as well`] };
    this.#cancelSiblings?.();
    this.#cancelSiblings = clock.timer(() => this.judge(), SIBLINGS_MS);
    const why = siblings === null ? "it is not known whether another node announces it" : "no other node announces it";
    return { health: "degraded", causes: [`kept as the last node: ${why}`, ...verdict.causes] };
  }

  #share(): void {
    const before = this.#shares;
    this.#shares = new Map();
    const { prefix: vip, address, interface: name } = this.#vip;
    for (const check of probesOf(this.#vip.check))
      this.#shares.set(
        check,
        this.#pool.share(check, { vip, address, interface: name }, () => this.judge()),
      );
    // Afterwards, so that what both have goes on.
    for (const share of before.values()) share.release();
  }
}
