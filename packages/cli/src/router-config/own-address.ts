import { networkInterfaces } from "node:os";
import { contains } from "@vipcast/announcer";

/** The part of `os.networkInterfaces` that is looked at. */
export type Interfaces = Readonly<
  Record<
    string,
    readonly { readonly address: string; readonly cidr: string | null; readonly scopeid?: number }[] | undefined
  >
>;

/**
 * The address from which this host would meet a peer: the one in the peer's subnet, for a link-local peer the link-local one of that interface. Null where there
 * is none, because the peer is farther away.
 */
export function ownAddressTowards(
  peer: string,
  virtual: ReadonlySet<string>,
  interfaces: Interfaces = networkInterfaces(),
): string | null {
  const [address = peer, zone] = peer.split("%");
  for (const [name, addresses = []] of Object.entries(interfaces)) {
    if (zone !== undefined && name !== zone) continue;
    for (const own of addresses) {
      const length = Number(own.cidr?.split("/")[1] ?? Number.NaN);
      const sameFamily = own.address.includes(":") === address.includes(":");
      const hostRoute = length === (own.address.includes(":") ? 128 : 32);
      if (!sameFamily || !Number.isFinite(length) || hostRoute || virtual.has(own.address)) continue;
      if (contains(own.address, length, address) && own.address !== address) return own.address;
    }
  }
  return null;
}
