import { parsePrefix } from "../intent/address.ts";
import type { DesiredVip } from "../intent/desired-vip.ts";
import type { LoopContext } from "./context.ts";
import type { HealthWatch } from "./health-watch.ts";
import type { Reconciler } from "./reconciler.ts";
import type { VipEntry } from "./vip-entry.ts";
import { followIntent, forgetWeight } from "./weights.ts";

/** A change of the intent. */
export interface IntentChange {
  /** Added, or replacing the VIP of the same prefix. */
  readonly set?: Iterable<DesiredVip>;
  /** Prefixes in normal form; one that is not there is ignored. */
  readonly remove?: Iterable<string>;
}

/** What is wanted: turns declared VIPs into entries of the loop and changes those. */
export class Intent {
  readonly #context: LoopContext;
  readonly #reconciler: Reconciler;
  readonly #health: HealthWatch;
  #given = false;

  constructor(context: LoopContext, reconciler: Reconciler, health: HealthWatch) {
    this.#context = context;
    this.#reconciler = reconciler;
    this.#health = health;
  }

  /** Somebody has said what is wanted, be it nothing. */
  get given(): boolean {
    return this.#given;
  }

  /** Replaces everything. */
  set(desired: Iterable<DesiredVip>): void {
    const wanted = new Map<string, DesiredVip>();
    for (const vip of desired) wanted.set(vip.prefix, vip);
    const remove: string[] = [];
    for (const [prefix, entry] of this.#reconciler.entries)
      if (!wanted.has(prefix) && entry.goal !== "remove") remove.push(prefix);
    this.apply({ set: wanted.values(), remove });
  }

  apply(change: IntentChange): void {
    this.#given = true;
    const { outbox } = this.#context;
    outbox.enter();
    // What is iterated is the caller's, and may throw: what came before that holds, and is sent.
    try {
      const kept = new Set<string>();
      for (const vip of change.set ?? []) {
        kept.add(vip.prefix);
        this.#setOne(vip);
      }
      for (const prefix of change.remove ?? []) {
        const entry = kept.has(prefix) ? undefined : this.#reconciler.entries.get(prefix);
        if (entry === undefined || entry.goal === "remove") continue;
        entry.goal = "remove";
        this.#reconciler.attend(entry);
      }
    } finally {
      outbox.leave();
    }
  }

  /** A VIP as somebody writes it, with those on their way out. */
  find(vip: string): VipEntry | undefined {
    const parsed = parsePrefix(vip);
    return parsed === null ? undefined : this.#reconciler.entries.get(`${parsed.address}/${parsed.prefixLength}`);
  }

  /** Only while it is wanted. */
  findWanted(vip: string): VipEntry | undefined {
    const entry = this.find(vip);
    return entry === undefined || entry.goal === "remove" || entry.goal === "stop" ? undefined : entry;
  }

  /** Some VIPs, for a message. */
  names(): string {
    const names = [...this.#reconciler.entries.keys()];
    return names.length === 0
      ? "none, the intent is empty"
      : names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
  }

  #setOne(vip: DesiredVip): void {
    const entry = this.#reconciler.entries.get(vip.prefix);
    if (entry === undefined) {
      const added = this.#reconciler.add(vip, this.#goalOf(vip));
      this.#health.follow(added);
      this.#reconciler.touch(added);
      return;
    }
    const back = entry.goal === "remove";
    if (!back && sameVip(entry.vip, vip)) return;
    if (back) entry.goal = this.#goalOf(vip);
    // One that is missing already has been so since then, wherever it belongs now.
    if (entry.vip.interface !== vip.interface || entry.vip.bind !== vip.bind) entry.reportedBound = false;
    if (back && entry.announced === null) entry.health?.forgetPush();
    const weightBefore = entry.vip.weight;
    entry.vip = vip;
    if (back) forgetWeight(entry);
    else if (vip.weight !== weightBefore) followIntent(entry);
    this.#health.follow(entry);
    this.#reconciler.attend(entry);
  }

  #goalOf({ prefix }: DesiredVip): "serve" | "drain" {
    return this.#context.drains.has(prefix) ? "drain" : "serve";
  }
}

function sameVip(a: DesiredVip, b: DesiredVip): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
