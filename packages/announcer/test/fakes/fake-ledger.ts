import type { LedgerEntry, LedgerLoad, LedgerPort, LedgerResult } from "../../src/ports.ts";

/** A ledger in memory that can fail. */
export class FakeLedger implements LedgerPort {
  readonly entries: Set<string> = new Set();
  failing: ((operation: string) => boolean) | null = null;
  writes = 0;
  /** A killed process writes no more: what it had begun ends here. */
  life = 0;
  wait: () => Promise<void> = async () => {};

  async load(): Promise<LedgerLoad> {
    if (this.failing?.("load") === true) return this.#failure();
    const entries = [...this.entries].map((key) => {
      const [prefix = "", name = ""] = key.split(" ");
      return { prefix, interface: name };
    });
    return { ok: true, entries };
  }

  async record(entries: readonly LedgerEntry[]): Promise<LedgerResult> {
    this.writes++;
    const { life } = this;
    await this.wait();
    if (life !== this.life) return new Promise(() => {});
    if (this.failing?.("record") === true) return this.#failure();
    for (const entry of entries) this.entries.add(`${entry.prefix} ${entry.interface}`);
    return { ok: true };
  }

  async forget(entries: readonly LedgerEntry[]): Promise<LedgerResult> {
    this.writes++;
    const { life } = this;
    await this.wait();
    if (life !== this.life) return new Promise(() => {});
    if (this.failing?.("forget") === true) return this.#failure();
    for (const entry of entries) this.entries.delete(`${entry.prefix} ${entry.interface}`);
    return { ok: true };
  }

  #failure(): { readonly ok: false; readonly code: string; readonly message: string } {
    return { ok: false, code: "ENOSPC", message: "no space left on the disk of /var/lib/vipcast" };
  }
}
