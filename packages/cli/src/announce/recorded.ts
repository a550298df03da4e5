import type { LedgerEntry } from "@vipcast/announcer";
import { Ledger } from "@vipcast/linux";
import { FileLedger } from "../adapters/file-ledger.ts";
import type { Host } from "./announcement.ts";

/** What an earlier run of this boot recorded as its own and did not take away. Nothing while it cannot be read: the announcer says so when it starts. */
export async function recorded({ mark, stateDir }: Host): Promise<readonly LedgerEntry[]> {
  if (mark === null) return [];
  const loaded = await new FileLedger(new Ledger({ stateDir, mark })).load();
  return loaded.ok ? loaded.entries : [];
}
