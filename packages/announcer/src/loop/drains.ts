import type { DrainBook } from "../drain/drain-book.ts";
import type { LedgerResult } from "../ports.ts";
import type { LoopContext } from "./context.ts";
import type { Reconciler } from "./reconciler.ts";
import type { VipEntry } from "./vip-entry.ts";

/** A drain is under way, and would not outlive this process. `code` is the port's. */
export class DrainNotKeptError extends Error {
  override readonly name: string = "DrainNotKeptError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(`it is drained, and will be announced again after a restart: ${message}`);
    this.code = code;
  }
}

/** Takes VIPs out of service and puts them back, and keeps that over restarts. */
export class Drains {
  readonly #context: LoopContext;
  readonly #reconciler: Reconciler;
  readonly #attend: (entry: VipEntry) => void;
  #cancelRetry: (() => void) | null = null;

  constructor(context: LoopContext, reconciler: Reconciler, attend: (entry: VipEntry) => void) {
    this.#context = context;
    this.#reconciler = reconciler;
    this.#attend = attend;
  }

  get #book(): DrainBook {
    return this.#context.drains;
  }

  /** Reads what an earlier run has written down, and drains what is in the intent already. */
  async load(): Promise<void> {
    const loaded = await this.#book.load();
    if (!loaded.ok) this.#report(loaded, "what was drained before the start cannot be read, and is announced");
    this.#drainAll();
  }

  /** Resolves when the VIP is out of service and that is written down; rejects with a {@link DrainNotKeptError} when only the first holds. */
  async drain(entry: VipEntry): Promise<void> {
    const kept = this.#book.add(entry.vip.prefix);
    this.#take(entry);
    await Promise.all([this.#reconciler.settled(entry), this.#kept(kept)]);
  }

  /** Likewise, for every VIP of the intent and every one that joins it later. */
  async drainNode(): Promise<void> {
    const kept = this.#book.setNode(true);
    const entries = this.#drainAll();
    await Promise.all([...entries.map((entry) => this.#reconciler.settled(entry)), this.#kept(kept)]);
  }

  /** Returns false when there was nothing to undo, or the whole node is drained. `prefix` need not be in the intent. */
  undrain(prefix: string): boolean {
    const entry = this.#reconciler.entries.get(prefix);
    if (this.#book.node || !(this.#book.has(prefix) || entry?.goal === "drain")) return false;
    void this.#kept(this.#book.remove(prefix)).catch(() => {});
    if (entry?.goal === "drain") this.#serve(entry);
    return true;
  }

  /** Everything is put back into service. */
  undrainNode(): void {
    void this.#kept(this.#book.setNode(false)).catch(() => {});
    for (const entry of this.#reconciler.entries.values()) if (entry.goal === "drain") this.#serve(entry);
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
  }

  #drainAll(): readonly VipEntry[] {
    const { outbox } = this.#context;
    const entries = [...this.#reconciler.entries.values()].filter(
      ({ goal, vip }) => (goal === "serve" || goal === "drain") && this.#book.has(vip.prefix),
    );
    outbox.enter();
    for (const entry of entries) this.#take(entry);
    outbox.leave();
    return entries;
  }

  #take(entry: VipEntry): void {
    if (entry.goal !== "serve") return;
    entry.goal = "drain";
    this.#attend(entry);
  }

  #serve(entry: VipEntry): void {
    entry.goal = "serve";
    this.#attend(entry);
  }

  async #kept(written: Promise<LedgerResult>): Promise<void> {
    const result = await written;
    if (result.ok) return;
    this.#report(result, "what is drained cannot be written down");
    this.#retry();
    throw new DrainNotKeptError(result.code, result.message);
  }

  #retry(): void {
    const { clock, policy } = this.#context;
    this.#cancelRetry?.();
    this.#cancelRetry = clock.timer(async () => {
      this.#cancelRetry = null;
      if (!(await this.#book.save()).ok) this.#retry();
    }, policy.resyncMs);
  }

  #report({ code, message }: { readonly code: string; readonly message: string }, what: string): void {
    const { logger, hub } = this.#context;
    logger.error({ code }, `${what}: ${message}`);
    hub.emit({ event: "drains.failed", code }, [what, message]);
  }
}
