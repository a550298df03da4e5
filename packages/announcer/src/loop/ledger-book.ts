import { ledgerKey } from "../host/host-index.ts";
import type { LedgerView } from "../plan/view.ts";
import type { LedgerEntry, LedgerPort, LedgerResult } from "../ports.ts";

/** The ledger in memory. Changes asked for in one turn, or while a write is under way, become one write. */
export class LedgerBook implements LedgerView {
  readonly #port: LedgerPort;
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #byPrefix = new Map<string, Set<string>>();
  #tail: Promise<unknown> = Promise.resolve();
  #loaded = false;
  #record: Batch | null = null;
  #forget: Batch | null = null;

  constructor(port: LedgerPort) {
    this.#port = port;
  }

  get entries(): IterableIterator<LedgerEntry> {
    return this.#entries.values();
  }

  /** The ledger has been read once. */
  get loaded(): boolean {
    return this.#loaded;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  interfacesOf(prefix: string): readonly string[] {
    return [...(this.#byPrefix.get(prefix) ?? [])];
  }

  async load(): Promise<LedgerResult> {
    const loaded = await this.#port.load();
    this.#loaded ||= loaded.ok;
    if (loaded.ok) for (const entry of loaded.entries) this.#put(entry);
    return loaded.ok ? { ok: true } : loaded;
  }

  /** The entry counts as recorded once it is durable. */
  record(entry: LedgerEntry): Promise<LedgerResult> {
    this.#record ??= this.#batch("record");
    return this.#record.add(entry);
  }

  forget(entry: LedgerEntry): Promise<LedgerResult> {
    this.#forget ??= this.#batch("forget");
    return this.#forget.add(entry);
  }

  #batch(kind: "record" | "forget"): Batch {
    const entries: LedgerEntry[] = [];
    // Behind the writes asked for earlier, which also gives the rest of this turn time to join.
    const written = this.#tail.then(async (): Promise<LedgerResult> => {
      if (kind === "record") this.#record = null;
      else this.#forget = null;
      const result = await this.#port[kind](entries);
      if (result.ok)
        for (const entry of entries)
          if (kind === "record") this.#put(entry);
          else this.#drop(entry);
      return result;
    });
    this.#tail = written;
    return {
      add: (entry) => {
        entries.push(entry);
        return written;
      },
    };
  }

  #put(entry: LedgerEntry): void {
    this.#entries.set(ledgerKey(entry), entry);
    const names = this.#byPrefix.get(entry.prefix);
    if (names === undefined) this.#byPrefix.set(entry.prefix, new Set([entry.interface]));
    else names.add(entry.interface);
  }

  #drop(entry: LedgerEntry): void {
    this.#entries.delete(ledgerKey(entry));
    const names = this.#byPrefix.get(entry.prefix);
    names?.delete(entry.interface);
    if (names?.size === 0) this.#byPrefix.delete(entry.prefix);
  }
}

interface Batch {
  add(entry: LedgerEntry): Promise<LedgerResult>;
}
