import { resultOf } from "../loop/port-error.ts";
import type { DrainPort, DrainState, LedgerResult } from "../ports.ts";

/** What whoever waits for the disk is told when the announcer was closed before it had answered. */
export const NOT_WRITTEN: Extract<LedgerResult, { readonly ok: false }> = {
  ok: false,
  code: "ERR_ANNOUNCER_CLOSED",
  message: "the announcer was closed before the disk had answered",
};

/**
 * What is drained, in memory and on disk: single VIPs, and the node with every VIP it has or will have. Without a port it lasts as long as the
 * process.
 */
export class DrainBook {
  readonly #port: DrainPort | undefined;
  readonly #vips = new Set<string>();
  #node = false;
  /** What was asked for before the file was read, to be done again on what it says; null afterwards. */
  #early: (() => void)[] | null = [];
  #tail: Promise<unknown>;
  #release: () => void = () => {};
  #pending: Promise<LedgerResult> | null = null;
  #latest: Promise<LedgerResult> | null = null;
  #failure: string | null = null;
  #closed = false;

  constructor(port: DrainPort | undefined) {
    this.#port = port;
    // Nothing is written before what is there was read.
    this.#tail = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
  }

  /** Every VIP is drained. */
  get node(): boolean {
    return this.#node;
  }

  /** What an earlier run has written down was read, or cannot be, or nobody keeps it. */
  get read(): boolean {
    return this.#early === null || this.#port === undefined;
  }

  /** Why the latest change is not on disk, in words; null when it is, or nothing was said about it yet. */
  get failure(): string | null {
    return this.#failure;
  }

  has(prefix: string): boolean {
    return this.#node || this.#vips.has(prefix);
  }

  /** What was written down has not been read within the time, and why in words: until it is, nothing is written either. */
  unread(why: string): void {
    this.#failure = why;
  }

  /** Nothing is written any more that is not being written already: the disk may belong to the next run soon. */
  close(): void {
    this.#closed = true;
  }

  /** Resolves when what was asked for so far is on disk, or cannot be. */
  async written(): Promise<void> {
    await this.#latest;
  }

  /** Adds what an earlier run has written down. Where that cannot be read, nothing is drained but what was asked for in this run. */
  async load(): Promise<LedgerResult> {
    const port = this.#port;
    const loaded = port === undefined ? null : await resultOf(() => port.load());
    const early = this.#early ?? [];
    if (loaded?.ok === true && this.#early !== null) {
      this.#node = loaded.drained.node;
      this.#vips.clear();
      for (const prefix of loaded.drained.vips) this.#vips.add(prefix);
      for (const change of early) change();
    }
    this.#early = null;
    this.#failure = null;
    this.#release();
    return loaded === null || loaded.ok ? { ok: true } : loaded;
  }

  /** Resolves when it is on disk, or with why it is not. */
  add(prefix: string): Promise<LedgerResult> {
    return this.#change(() => this.#vips.add(prefix));
  }

  /** Likewise. */
  remove(prefix: string): Promise<LedgerResult> {
    return this.#change(() => this.#vips.delete(prefix));
  }

  /** Likewise. `false` ends the drain of single VIPs as well. */
  setNode(drained: boolean): Promise<LedgerResult> {
    return this.#change(() => {
      this.#node = drained;
      if (!drained) this.#vips.clear();
    });
  }

  #change(change: () => void): Promise<LedgerResult> {
    change();
    this.#early?.push(change);
    return this.save();
  }

  /** Writes the present state; changes asked for in one turn, or while a write is under way, become one write. */
  save(): Promise<LedgerResult> {
    const port = this.#port;
    if (port === undefined) return Promise.resolve({ ok: true });
    if (this.#pending !== null) return this.#pending;
    const written = this.#tail.then(async () => {
      this.#pending = null;
      if (this.#closed) return NOT_WRITTEN;
      const result = await resultOf(() => port.save(this.#state()));
      this.#failure = result.ok ? null : result.message;
      return result;
    });
    this.#pending = written;
    this.#tail = written;
    this.#latest = written;
    return written;
  }

  #state(): DrainState {
    return { node: this.#node, vips: [...this.#vips].sort() };
  }
}
