import type { HostState, LedgerEntry } from "@vipcast/announcer";
import { Ledger } from "@vipcast/linux";
import { FileLedger } from "../adapters/file-ledger.ts";
import type { Host } from "./announcement.ts";

/** What an earlier run of this boot recorded as its own and did not take away. Nothing while it cannot be read: the announcer says so when it starts. */
export async function recorded({ mark, stateDir }: Host): Promise<readonly LedgerEntry[]> {
  if (mark === null) return [];
  const loaded = await new FileLedger(new Ledger({ stateDir, mark })).load();
  return loaded.ok ? loaded.entries : [];
}

/** The same with what only the kernel's marks tell: a run that was killed may not have written its last entries. */
export function leftBehind(recorded: readonly LedgerEntry[], { addresses }: HostState): readonly LedgerEntry[] {
  const marked = addresses
    .filter(({ mark }) => mark === "ours")
    .map((found) => ({ prefix: `${found.address}/${found.prefixLength}`, interface: found.interface }));
  const unknown = marked.filter(
    (found) => !recorded.some((entry) => entry.prefix === found.prefix && entry.interface === found.interface),
  );
  return [...recorded, ...unknown];
}
