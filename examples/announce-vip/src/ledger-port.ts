import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { LedgerEntry, LedgerLoad, LedgerPort, LedgerResult } from "@vipcast/announcer";
import { bootId } from "@vipcast/linux";

/** What this controller added to the host, in one JSON file: `{ "bootId": …, "entries": [{ "prefix", "interface" }, …] }`. */
export class JsonLedger implements LedgerPort {
  readonly #path: string;
  #entries: readonly LedgerEntry[] = [];
  #written: Promise<LedgerResult> = Promise.resolve({ ok: true });

  constructor(path: string) {
    this.#path = path;
  }

  async load(): Promise<LedgerLoad> {
    await this.#written;
    try {
      const content: unknown = JSON.parse(await readFile(this.#path, "utf8"));
      if (!isContent(content)) return { ok: false, code: "ERR_LEDGER", message: `${this.#path} is not a ledger` };
      // Addresses do not survive a reboot: what stands there now was put there by somebody else.
      this.#entries = content.bootId === bootId() ? content.entries : [];
    } catch (error) {
      if (codeOf(error) !== "ENOENT") return failure(error);
    }
    return { ok: true, entries: this.#entries };
  }

  record(entries: readonly LedgerEntry[]): Promise<LedgerResult> {
    return this.#write([...without(this.#entries, entries), ...entries]);
  }

  forget(entries: readonly LedgerEntry[]): Promise<LedgerResult> {
    return this.#write(without(this.#entries, entries));
  }

  /** One after the other, and each durable before it counts. */
  #write(entries: readonly LedgerEntry[]): Promise<LedgerResult> {
    this.#entries = entries;
    const text = `${JSON.stringify({ bootId: bootId(), entries }, null, 2)}\n`;
    this.#written = this.#written.then(() => replaceFile(this.#path, text));
    return this.#written;
  }
}

/** The old content or the new one, whatever happens in between; the new one once this resolves. */
async function replaceFile(path: string, text: string): Promise<LedgerResult> {
  try {
    const file = await open(`${path}.tmp`, "w");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
    const folder = await open(dirname(path));
    await folder.sync().finally(() => folder.close());
    return { ok: true };
  } catch (error) {
    return failure(error);
  }
}

function without(entries: readonly LedgerEntry[], gone: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const key = ({ prefix, interface: name }: LedgerEntry): string => `${prefix} ${name}`;
  const keys = new Set(gone.map(key));
  return entries.filter((entry) => !keys.has(key(entry)));
}

function isContent(value: unknown): value is { readonly bootId: string; readonly entries: readonly LedgerEntry[] } {
  return (
    isObject(value) &&
    typeof value.bootId === "string" &&
    Array.isArray(value.entries) &&
    value.entries.every(
      (entry: unknown) => isObject(entry) && typeof entry.prefix === "string" && typeof entry.interface === "string",
    )
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function failure(error: unknown): { readonly ok: false; readonly code: string; readonly message: string } {
  return { ok: false, code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
}

function codeOf(error: unknown): string {
  return isObject(error) && typeof error.code === "string" ? error.code : "ERR_LEDGER";
}
