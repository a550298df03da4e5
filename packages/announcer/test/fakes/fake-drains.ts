import type { DrainLoad, DrainPort, DrainState, LedgerResult } from "../../src/ports.ts";

/** What is drained, on a disk in memory. */
export class FakeDrains implements DrainPort {
  state: DrainState = { node: false, vips: [] };
  writes = 0;
  /** Why the disk does not work now. */
  broken: { readonly code: string; readonly message: string } | null = null;

  async load(): Promise<DrainLoad> {
    return this.broken === null ? { ok: true, drained: this.state } : { ok: false, ...this.broken };
  }

  async save(drained: DrainState): Promise<LedgerResult> {
    this.writes++;
    if (this.broken !== null) return { ok: false, ...this.broken };
    this.state = drained;
    return { ok: true };
  }
}
