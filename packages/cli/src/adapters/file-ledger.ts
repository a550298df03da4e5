import type { LedgerEntry, LedgerLoad, LedgerPort, LedgerResult } from "@vipcast/announcer";
import type { Ledger } from "@vipcast/linux";

/** The announcer's ledger in a file of the state folder. */
export class FileLedger implements LedgerPort {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async load(): Promise<LedgerLoad> {
    const reading = await this.#ledger.read();
    switch (reading.kind) {
      case "ok":
        // Addresses do not survive a reboot: what stands there now was put there by somebody else.
        if (!reading.sameBoot) this.#ledger.replaceAll([]);
        return { ok: true, entries: this.#ledger.entries().filter(({ adopted }) => !adopted) };
      case "missing":
        return { ok: true, entries: [] };
      case "corrupt": {
        const message = `${reading.path} is damaged, ${reading.reason}; the kernel's marks tell what is ours, and the file is replaced`;
        return { ok: false, code: "ERR_LEDGER_DAMAGED", message };
      }
      case "unreadable":
        return { ok: false, code: reading.error.code, message: reading.error.message };
      default:
        return reading satisfies never;
    }
  }

  record(entries: readonly LedgerEntry[]): Promise<LedgerResult> {
    for (const entry of entries) this.#ledger.record(withKind(entry));
    return this.#flush();
  }

  forget(entries: readonly LedgerEntry[]): Promise<LedgerResult> {
    for (const entry of entries) this.#ledger.forget(withKind(entry));
    return this.#flush();
  }

  async #flush(): Promise<LedgerResult> {
    const error = await this.#ledger.flush();
    return error === undefined ? { ok: true } : { ok: false, code: error.code, message: error.message };
  }
}

/** A ledger for a run that binds nothing and so has nothing to remember. */
export const emptyLedger: LedgerPort = {
  load: async () => ({ ok: true, entries: [] }),
  record: async () => ({ ok: true }),
  forget: async () => ({ ok: true }),
};

function withKind({ prefix, interface: name }: LedgerEntry): {
  kind: "address" | "route";
  prefix: string;
  interface: string;
} {
  const full = prefix.endsWith(prefix.includes(":") ? "/128" : "/32");
  return { kind: full ? "address" : "route", prefix, interface: name };
}
