import { BEST_PREFERENCE } from "../ecmp/preference.ts";
import { type HostIndex, isOurs } from "../host/host-index.ts";
import { parsePrefix } from "../intent/address.ts";
import type { DesiredVip } from "../intent/desired-vip.ts";
import type { LedgerEntry } from "../ports.ts";
import type { LedgerView } from "./view.ts";

/** The VIP that an address left from an earlier life would have been; enough to take it away. */
export function staleVip(prefix: string, name: string): DesiredVip | null {
  const parsed = parsePrefix(prefix);
  if (parsed === null) return null;
  const { address, prefixLength, family } = parsed;
  return {
    prefix: `${address}/${prefixLength}`,
    address,
    prefixLength,
    family,
    interface: name,
    bind: true,
    assumeBound: false,
    adopt: false,
    allowOnLink: true,
    allowAggregates: true,
    nextHop: "self",
    med: null,
    localPref: null,
    prepend: 0,
    communities: [],
    largeCommunities: [],
    preference: BEST_PREFERENCE,
    failbackMs: 0,
    weight: null,
    drainMs: 0,
    check: null,
    whenUnhealthy: "keep-bound",
    lastNodeGuard: false,
    maintenanceFile: null,
  };
}

/** Prefixes that are ours, on the host or in the ledger, with one interface each: what an earlier life left if the intent does not have it. */
export function leftovers(
  index: HostIndex,
  ledger: LedgerView,
  entries: Iterable<LedgerEntry>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const address of index.addresses)
    if (isOurs(address, (key) => ledger.has(key)))
      found.set(`${address.address}/${address.prefixLength}`, address.interface);
  for (const entry of entries) if (!found.has(entry.prefix)) found.set(entry.prefix, entry.interface);
  return found;
}
