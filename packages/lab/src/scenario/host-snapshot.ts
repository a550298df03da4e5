import { LabError } from "../errors.ts";
import type { LabNode } from "../node/lab-node.ts";
import type { ScenarioRun } from "./run.ts";

/** What a node's kernel and its announcer's ledger say at one moment. */
export interface HostSnapshot {
  /** Every address by `lo 192.0.2.10/32`, with all that `ip` tells of it. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Prefixes that the ledger says are the announcer's, sorted; null where there is no ledger. */
  readonly ledger: readonly string[] | null;
}

/** Reads both. Throws `command-failed` on a ledger that is damaged: it is written in one step, so that no end can leave half of it. */
export async function hostSnapshot(run: ScenarioRun, node: LabNode): Promise<HostSnapshot> {
  const { sandbox } = run.lab;
  const read = ["sh", "-c", `cat ${node.stateDir}/*.ledger.json 2>/dev/null`];
  // The kernel first: what it has by then was recorded before.
  const { stdout: addresses } = await sandbox.exec(node.host, ["ip", "-json", "address", "show"]);
  const { stdout: ledger } = await sandbox.exec(node.host, read, { allowFailure: true });
  return { addresses: parseAddresses(addresses), ledger: ledger === "" ? null : parseLedgerPrefixes(ledger) };
}

/** Reads `ip -json address show`. An address that is there twice counts as another one. */
export function parseAddresses(text: string): ReadonlyMap<string, string> {
  const links = JSON.parse(text) as readonly {
    readonly ifname?: string;
    readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
  }[];
  const found = new Map<string, string>();
  for (const link of links)
    for (const info of link.addr_info ?? []) {
      let key = `${link.ifname} ${info.local}/${info.prefixlen}`;
      while (found.has(key)) key += " again";
      found.set(key, JSON.stringify(info));
    }
  return found;
}

/** The prefixes of a ledger's entries that are not adopted, sorted. Throws `command-failed` when it is no whole ledger. */
export function parseLedgerPrefixes(text: string): readonly string[] {
  const damaged = (why: string): LabError => new LabError("command-failed", `the ledger is damaged (${why}): ${text}`);
  let entries: unknown;
  try {
    entries = (JSON.parse(text) as { readonly entries?: unknown } | null)?.entries;
  } catch (error) {
    throw damaged((error as Error).message);
  }
  if (!Array.isArray(entries)) throw damaged("it has no entries");
  return (entries as readonly { readonly prefix?: unknown; readonly adopted?: unknown }[])
    .filter(({ adopted }) => adopted !== true)
    .map(({ prefix }) => String(prefix))
    .sort();
}

/**
 * How a host differs from what it must have: everything of `before` as it was, `vips` on `lo`, and nothing else. In words; empty when it does not.
 */
export function hostDifferences(
  now: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
  vips: readonly string[],
): readonly string[] {
  const wanted = new Set(vips.map((vip) => `lo ${vip}`));
  const missing = [...wanted].filter((key) => !now.has(key)).map((key) => `${key} is missing`);
  const surplus = [...now.keys()].filter((key) => !before.has(key) && !wanted.has(key));
  return [...touched(now, before), ...missing, ...surplus.map((key) => `${key} is there and wanted by nobody`)];
}

/** What of `before` is gone or not as it was, in words. */
export function touched(now: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): readonly string[] {
  return [...before].flatMap(([key, info]) => {
    const found = now.get(key);
    if (found === undefined) return [`${key}, which is not vipcast's, is gone`];
    return found === info ? [] : [`${key}, which is not vipcast's, was ${info} and is ${found}`];
  });
}
