import { type DrainBook, NOT_WRITTEN } from "../drain/drain-book.ts";
import type { LedgerResult } from "../ports.ts";
import type { LoopContext } from "./context.ts";
import { PatientRead } from "./patient-read.ts";
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
  readonly #read: PatientRead<LedgerResult>;
  /** Told when the disk has not answered in the end. */
  readonly #unwritten = new Set<(result: LedgerResult) => void>();
  #unread: string | null = null;
  #known = false;
  #stopped = false;
  #cancelRetry: (() => void) | null = null;

  constructor(context: LoopContext, reconciler: Reconciler) {
    this.#context = context;
    this.#reconciler = reconciler;
    this.#read = new PatientRead(context.clock);
  }

  get #book(): DrainBook {
    return this.#context.drains;
  }

  /** What was drained is known, or was waited for long enough: VIPs may be announced. */
  get known(): boolean {
    return this.#known;
  }

  /** Why it is not known what an earlier run drained, in words; null when it is. */
  get unread(): string | null {
    return this.#unread;
  }

  /**
   * Reads what an earlier run has written down, and drains what is in the intent already. A disk that does not answer within the policy's
   * state timeout keeps nothing from being announced, see docs/adr/0008; what it answers later is drained then.
   */
  async load(): Promise<void> {
    const { stateTimeoutMs } = this.#context.policy;
    this.#unread = "what was drained before the start has not been read yet";
    const loaded = await this.#read.read(
      () => this.#book.load(),
      stateTimeoutMs,
      (late) => this.#loaded(late),
    );
    if (this.#stopped) return;
    this.#known = true;
    if (loaded !== null) return this.#loaded(loaded);
    const message = `the disk has not answered within ${stateTimeoutMs} ms`;
    const what = "what was drained before the start is not known yet, and is announced until it is";
    this.#unread = `${what}: ${message}`;
    this.#book.unread(message);
    this.#report({ code: "ETIMEDOUT", message }, what);
  }

  #loaded(loaded: LedgerResult): void {
    if (!loaded.ok) this.#report(loaded, "what was drained before the start cannot be read, and is announced");
    else if (this.#known && this.#unread !== null)
      this.#context.logger.info({}, "what was drained before the start has been read");
    this.#unread = null;
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

  /**
   * Returns false when there was nothing to undo, or the whole node is drained. `prefix` need not be in the intent. Before the disk has said what was drained
   * it is no longer, whatever the disk will say.
   */
  undrain(prefix: string): boolean {
    const entry = this.#reconciler.entries.get(prefix);
    const drained = this.#book.has(prefix) || entry?.goal === "drain" || !this.#book.read;
    if (this.#stopped || this.#book.node || !drained) return false;
    void this.#kept(this.#book.remove(prefix)).catch(() => {});
    if (entry?.goal === "drain") this.#serve(entry);
    return true;
  }

  /** Everything is put back into service. */
  undrainNode(): void {
    if (this.#stopped) return;
    void this.#kept(this.#book.setNode(false)).catch(() => {});
    for (const entry of this.#reconciler.entries.values()) if (entry.goal === "drain") this.#serve(entry);
  }

  /** Resolves when what was asked for so far is written down, or cannot be. */
  written(): Promise<void> {
    return this.#book.written();
  }

  /** Nothing is written down or drained any more. Whoever waits for the disk is told that it has not answered. */
  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#book.close();
    this.#read.stop();
    for (const tell of this.#unwritten) tell(NOT_WRITTEN);
    this.#unwritten.clear();
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
    this.#reconciler.attend(entry);
  }

  #serve(entry: VipEntry): void {
    entry.goal = "serve";
    this.#reconciler.attend(entry);
  }

  async #kept(written: Promise<LedgerResult>): Promise<void> {
    const result = await new Promise<LedgerResult>((resolve) => {
      if (this.#stopped) return resolve(NOT_WRITTEN);
      this.#unwritten.add(resolve);
      void written.then((answer) => {
        this.#unwritten.delete(resolve);
        resolve(answer);
      });
    });
    if (result.ok) return;
    this.#report(result, "what is drained cannot be written down");
    this.#retry();
    throw new DrainNotKeptError(result.code, result.message);
  }

  #retry(): void {
    const { clock, policy } = this.#context;
    if (this.#stopped) return;
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
