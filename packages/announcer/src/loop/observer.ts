import { ledgerKey } from "../host/host-index.ts";
import type { HostEvent, LedgerResult } from "../ports.ts";
import { backoffMs } from "./backoff.ts";
import { describeError, type LoopContext } from "./context.ts";
import { PatientRead } from "./patient-read.ts";
import type { Reconciler } from "./reconciler.ts";
import { Waiters } from "./waiters.ts";

/** Keeps the index of the host current: kernel events at once, and everything again from time to time. */
export class Observer {
  readonly #context: LoopContext;
  readonly #reconciler: Reconciler;
  #ready = false;
  #stopped = false;
  #onReady: () => void = () => {};
  #unwatch: (() => void) | null = null;
  #cancelTimer: (() => void) | null = null;
  #running: Promise<boolean> | null = null;
  #wantedAgain = false;
  #failures = 0;
  readonly #ledger: PatientRead<LedgerResult>;
  #ledgerReported = false;
  /** The disk has not answered in time, and may yet. */
  #ledgerLate = false;
  #unseen: string | null = "";
  /** Whoever waits for a look that succeeds. */
  readonly #seen = new Waiters();

  constructor(context: LoopContext, reconciler: Reconciler) {
    this.#context = context;
    this.#reconciler = reconciler;
    this.#ledger = new PatientRead(context.clock);
  }

  /** The host has been observed at least once. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Null once the host has been observed, else why it could not be; the text is empty before the first answer. */
  get unseen(): string | null {
    return this.#unseen;
  }

  /** Follows events, and resolves when the host has been observed once, or the observer was stopped. */
  start(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#unwatch = this.#context.ports.addresses.watch((event) => this.#onEvent(event));
    return new Promise((resolve) => {
      this.#onReady = resolve;
      void this.observe();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#unwatch?.();
    this.#cancelTimer?.();
    this.#ledger.stop();
    this.#onReady();
    this.#seen.resolve();
  }

  /**
   * Observes everything; a call while one is under way is answered by a further one, which sees what happened before the call. Resolves with false
   * when that failed.
   */
  observe(): Promise<boolean> {
    if (this.#running !== null) {
      this.#wantedAgain = true;
      return this.#running;
    }
    this.#running = this.#observe();
    return this.#running;
  }

  /** Observes everything, again and again with backoff until that succeeds or the observer is stopped. */
  async see(): Promise<void> {
    if (!(await this.observe()) && !this.#stopped) await this.#seen.wait();
  }

  async #observe(): Promise<boolean> {
    do {
      this.#wantedAgain = false;
      await this.#once();
      // What was seen counts at once, although one has to look again.
      if (this.#wantedAgain && !this.#stopped) this.#reconciler.observed();
    } while (this.#wantedAgain && !this.#stopped);
    // From here on a call starts anew: what follows may make one.
    this.#running = null;
    const seen = this.#failures === 0;
    if (this.#stopped) return seen;
    this.#schedule();
    if (!this.#ready) return seen;
    this.#onReady();
    this.#reconciler.observed();
    if (seen) this.#seen.resolve();
    return seen;
  }

  async #once(): Promise<void> {
    const { index, ports, logger, book } = this.#context;
    if (!book.loaded && !this.#ledgerLate) await this.#loadLedger();
    index.beginDump();
    try {
      index.finishDump(await ports.addresses.observe());
      this.#failures = 0;
      if (!this.#ready) this.#compareLedger();
      this.#ready = true;
      this.#unseen = null;
      this.#context.ledgerDown = false;
    } catch (error) {
      index.abandonDump();
      this.#failures++;
      const { code, message } = describeError(error);
      const words = `the host's addresses cannot be observed: ${message}`;
      if (!this.#ready) this.#unseen = `${words} (${code}, attempt ${this.#failures})`;
      logger.error({ code, attempt: this.#failures }, words);
    }
  }

  /**
   * Tried at every observation until it succeeds; reported the first time. A disk that does not answer in time is as good as a damaged ledger
   * (docs/adr/0004), and what it answers later counts from then on.
   */
  async #loadLedger(): Promise<void> {
    const { book, policy } = this.#context;
    if (!this.#ready) this.#unseen = "the ledger has not been read yet";
    const loaded = await this.#ledger.read(
      () => book.load(),
      policy.stateTimeoutMs,
      (late) => this.#ledgerAnswered(late),
    );
    if (!this.#ready) this.#unseen = "";
    if (this.#stopped) return;
    this.#ledgerLate = loaded === null;
    const silent = { code: "ETIMEDOUT", message: `the disk has not answered within ${policy.stateTimeoutMs} ms` };
    if (loaded === null) this.#reportLedger(silent);
    else if (!loaded.ok) this.#reportLedger(loaded);
  }

  #ledgerAnswered(loaded: LedgerResult): void {
    this.#ledgerLate = false;
    if (!loaded.ok) return;
    this.#context.logger.info({}, "the ledger has been read");
    void this.observe();
  }

  #reportLedger({ code, message }: { readonly code: string; readonly message: string }): void {
    if (this.#ledgerReported) return;
    this.#ledgerReported = true;
    const { hub, logger } = this.#context;
    logger.error(
      { code },
      `the ledger cannot be read; until it can, only addresses with the kernel's mark count as ours: ${message}`,
    );
    hub.emit({ event: "ledger.failed", code }, [message]);
  }

  /** What only the mark says is ours is ours, and said so: the ledger was lost, or the last run was killed before it had followed. */
  #compareLedger(): void {
    const { index, book, hub, logger } = this.#context;
    if (!index.marksReliable) return;
    const unknown: string[] = [];
    for (const { mark, address, prefixLength, interface: name } of index.addresses)
      if (mark === "ours" && !book.has(ledgerKey({ prefix: `${address}/${prefixLength}`, interface: name })))
        unknown.push(`${address}/${prefixLength} on ${name}`);
    if (unknown.length === 0) return;
    const some = unknown.slice(0, 5).join(", ") + (unknown.length > 5 ? ", …" : "");
    const words = `${unknown.length} address(es) carry our mark and are not in the ledger, which is rebuilt from the marks: ${some}`;
    logger.warn({ entries: unknown.length }, words);
    hub.emit({ event: "ledger.rebuilt", entries: unknown.length }, [words]);
  }

  #retryMs(): number {
    return backoffMs(Math.max(1, this.#failures), this.#context.random(), this.#context.policy);
  }

  #schedule(): void {
    const { clock, policy, random } = this.#context;
    this.#cancelTimer?.();
    const delayMs = this.#failures > 0 ? this.#retryMs() : policy.resyncMs * (0.9 + random() / 5);
    this.#cancelTimer = clock.timer(() => void this.observe(), delayMs);
  }

  #onEvent(event: HostEvent): void {
    const { index } = this.#context;
    switch (event.kind) {
      case "address-added":
        if (index.added(event.address)) this.#reconciler.addressChanged(event.address, false);
        return;
      case "address-removed":
        if (index.removed(event.address)) this.#reconciler.addressChanged(event.address, true);
        return;
      case "link":
        if (index.linkChanged(event.link)) this.#reconciler.linkChanged(event.link.name);
        return;
      case "link-removed":
        index.linkRemoved(event.name);
        this.#reconciler.linkChanged(event.name);
        return;
      case "resync":
        index.newsLost();
        void this.observe();
        return;
      default:
        event satisfies never;
    }
  }
}
