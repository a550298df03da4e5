/**
 * The ownership ledger: what one instance added to the kernel, on disk, so that people can read it and a crash forgets
 * nothing. The kernel's marks decide what is ours; the ledger adds what they cannot say (adopted addresses, times).
 */
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { bootId } from "../host/process-identity.ts";
import { ERRNO } from "../libc/constants.ts";
import type { LinuxError } from "../libc/linux-error.ts";
import type { OwnershipMark } from "../ownership/mark.ts";
import { fileError, makeFolder, writeFileAtomically } from "./atomic-file.ts";
import { entryKey, formatLedger, type LedgerContent, type LedgerEntry, parseLedger } from "./entries.ts";

/** What was found on disk. Only `ok` may be believed; after `missing` and `corrupt`, see `entriesFromMarks`. */
export type LedgerReading =
  | { readonly kind: "ok"; readonly content: LedgerContent; readonly sameBoot: boolean }
  | { readonly kind: "missing"; readonly path: string }
  | { readonly kind: "corrupt"; readonly path: string; readonly reason: string }
  | { readonly kind: "unreadable"; readonly path: string; readonly error: LinuxError };

/** Where the ledger is and whose. */
export interface LedgerOptions {
  readonly stateDir: string;
  readonly mark: OwnershipMark;
  /** Milliseconds since 1970; default Date.now. */
  readonly now?: () => number;
}

/** The file name of an instance's ledger inside the state folder. */
export function ledgerFileName(instance: string): string {
  return `${instance}.ledger.json`;
}

/** One instance's ledger. Changes are in memory at once and on disk after `flush`. */
export class Ledger {
  /** The file. */
  readonly path: string;
  readonly #options: LedgerOptions;
  readonly #now: () => number;
  readonly #entries = new Map<string, LedgerEntry>();
  #revision = 0;
  #written = 0;
  #damaged = false;
  #writing: Promise<LinuxError | undefined> | undefined;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.path = join(options.stateDir, ledgerFileName(options.mark.instance));
  }

  /** Reads the file; `ok` also loads its entries. Never throws for what is or is not on disk. */
  async read(): Promise<LedgerReading> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (cause) {
      const error = fileError(cause, `read ${this.path}`);
      if (error.errno === ERRNO.ENOENT) return { kind: "missing", path: this.path };
      return { kind: "unreadable", path: this.path, error };
    }
    const content = parseLedger(text);
    const { instance } = this.#options.mark;
    if (typeof content === "string") return this.#corrupt(content);
    if (content.instance !== instance) return this.#corrupt(`it belongs to the instance "${content.instance}"`);
    this.#entries.clear();
    for (const entry of content.entries) this.#entries.set(entryKey(entry), entry);
    return { kind: "ok", content, sameBoot: content.bootId === bootId() };
  }

  #corrupt(reason: string): LedgerReading {
    this.#damaged = true;
    return { kind: "corrupt", path: this.path, reason };
  }

  /** The entries as they are in memory. */
  entries(): LedgerEntry[] {
    return [...this.#entries.values()];
  }

  /** The entry of that kind, prefix and interface, or undefined. */
  find(entry: Pick<LedgerEntry, "kind" | "prefix" | "interface">): LedgerEntry | undefined {
    return this.#entries.get(entryKey(entry));
  }

  /** Adds an entry, or replaces the one of the same kind, prefix and interface. */
  record(entry: Pick<LedgerEntry, "kind" | "prefix" | "interface"> & { readonly adopted?: boolean }): void {
    const adopted = entry.adopted ?? false;
    this.#entries.set(entryKey(entry), {
      kind: entry.kind,
      prefix: entry.prefix,
      interface: entry.interface,
      mark: adopted ? 0 : this.#options.mark.proto,
      adopted,
      addedAt: this.#timestamp(),
    });
    this.#revision++;
  }

  /** Takes an entry out; harmless when it is not there. */
  forget(entry: Pick<LedgerEntry, "kind" | "prefix" | "interface">): void {
    if (this.#entries.delete(entryKey(entry))) this.#revision++;
  }

  /** Replaces all entries, as after a rebuild from the kernel's marks. */
  replaceAll(entries: readonly LedgerEntry[]): void {
    this.#entries.clear();
    for (const entry of entries) this.#entries.set(entryKey(entry), entry);
    this.#revision++;
  }

  /**
   * Brings the disk up to date; resolves to the error when it cannot, and the change stays due for the next call. Calls
   * during a write share the next one, so a burst costs two. A damaged file is kept beside the new one as `.corrupt`.
   */
  async flush(): Promise<LinuxError | undefined> {
    const wanted = this.#revision;
    while (this.#written < wanted) {
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
      const error = await this.#writing;
      if (error !== undefined) return error;
    }
    return undefined;
  }

  async #write(): Promise<LinuxError | undefined> {
    const error = makeFolder(this.#options.stateDir);
    if (error !== undefined) return error;
    if (this.#damaged) {
      await rename(this.path, `${this.path}.corrupt`).catch(() => undefined);
      this.#damaged = false;
    }
    const revision = this.#revision;
    const content = formatLedger({
      instance: this.#options.mark.instance,
      bootId: bootId(),
      updatedAt: this.#timestamp(),
      entries: this.entries(),
    });
    const failure = await writeFileAtomically(this.path, content);
    if (failure === undefined) this.#written = revision;
    return failure;
  }

  #timestamp(): string {
    return new Date(this.#now()).toISOString();
  }
}
