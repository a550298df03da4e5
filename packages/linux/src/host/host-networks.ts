/** What the host already is and where it is connected: the facts that guards against harmful VIPs need. Pure. */
import type { AddressFamily, KernelAddress, KernelLink } from "../netlink/types.ts";
import { addressBits, networkOf } from "./address-text.ts";

/** A subnet with neighbours that will ask for its addresses by ARP or neighbour discovery. */
export interface ConnectedSubnet {
  readonly family: AddressFamily;
  /** "192.0.2.0/24". */
  readonly prefix: string;
  readonly interface: string;
  readonly ifindex: number;
}

/** The host's addresses and connected subnets. */
export interface HostNetworks {
  readonly addresses: readonly KernelAddress[];
  readonly subnets: readonly ConnectedSubnet[];
}

/**
 * Sorts the kernel's addresses into what is the host's own. `isOurs` takes out the VIPs (see `isMarked`); subnets come
 * from addresses shorter than /32 or /128 on links other than loopback, each named once per interface, and from the far
 * end of point-to-point addresses.
 */
export function hostNetworks(
  addresses: readonly KernelAddress[],
  links: readonly KernelLink[],
  isOurs: (address: KernelAddress) => boolean = () => false,
): HostNetworks {
  const loopbacks = new Set(links.filter((link) => link.loopback).map((link) => link.ifindex));
  const own = addresses.filter((address) => !isOurs(address));
  const subnets = new Map<string, ConnectedSubnet>();
  for (const address of own) {
    if (loopbacks.has(address.ifindex) || address.prefixLength >= addressBits(address.family)) continue;
    const prefix = networkOf(address.peer === "" ? address.address : address.peer, address.prefixLength);
    const { family, ifindex } = address;
    subnets.set(`${prefix} ${ifindex}`, { family, prefix, interface: address.interface, ifindex });
  }
  return { addresses: own, subnets: [...subnets.values()] };
}
