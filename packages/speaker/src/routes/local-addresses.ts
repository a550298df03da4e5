import { networkInterfaces } from "node:os";
import { equalBytes } from "@vipcast/bgp";
import type { LocalAddress, Logger } from "../options.ts";
import { isLinkLocal, isLoopback, isUnicast, readPeerAddress } from "../transport/peer-address.ts";

/** The addresses of this host as `node:os` knows them. */
export function systemAddresses(): readonly LocalAddress[] {
  const found: LocalAddress[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, cidr } of addresses ?? []) {
      const length = cidr?.split("/")[1];
      found.push({ address, interface: name, ...(length === undefined ? {} : { prefixLength: Number(length) }) });
    }
  }
  return found;
}

/**
 * Asks `source`, and answers what it said last when it throws, as the system's does when the process is out of descriptors:
 * routes that have gone out must not be withdrawn for that.
 */
export function lastKnown(source: () => readonly LocalAddress[], logger: Logger): () => readonly LocalAddress[] {
  let known: readonly LocalAddress[] = [];
  return () => {
    try {
      known = source();
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      logger.warn({ err: error }, `the local addresses cannot be read, the last known ones are used: ${words}`);
    }
    return known;
  };
}

/** The interfaces that carry `address`. All of 127.0.0.0/8 is on the interface that lists any of it. */
export function interfacesWith(address: Uint8Array, addresses: readonly LocalAddress[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const local of addresses) {
    const bytes = octetsOf(local);
    if (bytes === null) continue;
    const same = isLoopback(address) ? isLoopback(bytes) : equalBytes(bytes, address);
    if (same) names.add(local.interface);
  }
  return names;
}

/**
 * Addresses of the given size (4 or 16) on the given interfaces that can be a next hop: global ones with a subnet, which neighbours can
 * reach directly, then global host addresses, then link-local.
 * Loopback only where the session itself runs over it, and never one that `taken` claims: a VIP is not a next hop.
 */
export function nextHopsOn(
  interfaces: ReadonlySet<string>,
  size: 4 | 16,
  addresses: readonly LocalAddress[],
  options: { readonly loopback: boolean; readonly taken: (address: Uint8Array) => boolean },
): readonly Uint8Array[] {
  const global: Uint8Array[] = [];
  const hosts: Uint8Array[] = [];
  const linkLocal: Uint8Array[] = [];
  for (const local of addresses) {
    const bytes = octetsOf(local);
    if (bytes === null || bytes.length !== size || !interfaces.has(local.interface) || !isUnicast(bytes)) continue;
    if (isLoopback(bytes) !== options.loopback || options.taken(bytes)) continue;
    const host = local.prefixLength === bytes.length * 8;
    (isLinkLocal(bytes) ? linkLocal : host ? hosts : global).push(bytes);
  }
  return [...global, ...hosts, ...linkLocal];
}

function octetsOf(local: LocalAddress): Uint8Array | null {
  return readPeerAddress(local.address)?.bytes ?? null;
}
