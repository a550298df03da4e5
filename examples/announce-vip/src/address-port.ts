import type { AddressPort, Binding, HostAddress, HostEvent, HostLink, HostState, PortError } from "@vipcast/announcer";
import type { KernelAddress, KernelChange, KernelLink, OwnershipMark, Rtnetlink } from "@vipcast/linux";
import { IFA_F, isMarked, LinuxError } from "@vipcast/linux";

/** The kernel's addresses. Those that this controller adds carry its mark, by which its next run knows them again. */
export class MarkedAddresses implements AddressPort {
  readonly #kernel: Rtnetlink;
  readonly #mark: OwnershipMark;

  constructor(kernel: Rtnetlink, mark: OwnershipMark) {
    this.#kernel = kernel;
    this.#mark = mark;
  }

  async observe(): Promise<HostState> {
    return {
      addresses: this.#kernel.addresses().map((address) => hostAddress(address, this.#mark)),
      links: this.#kernel.links().map(hostLink),
    };
  }

  async bind(binding: Binding): Promise<void> {
    // Only a VIP with `allowAggregates` asks for a route; this controller makes none.
    if (binding.kind === "route") throw unsupported(`${binding.prefix} is an aggregate`);
    // Out of the way of source address selection, which looks at the scope of IPv4 and the lifetime of IPv6 addresses.
    const unobtrusive =
      binding.family === 4 ? { scope: "host" as const } : { preferredLifetime: 0, flags: IFA_F.nodad };
    this.#kernel.addAddress({ ...reference(binding), mark: this.#mark, ...unobtrusive });
  }

  async unbind(binding: Binding): Promise<void> {
    if (binding.kind === "route") throw unsupported(`${binding.prefix} is an aggregate`);
    try {
      this.#kernel.deleteAddress(reference(binding));
    } catch (error) {
      // Without the address, or without its interface, there is nothing left to remove.
      const gone = error instanceof LinuxError && (error.code === "EADDRNOTAVAIL" || error.code === "ENODEV");
      if (!gone) throw error;
    }
  }

  watch(listener: (event: HostEvent) => void): () => void {
    const watch = this.#kernel.watch((change) => {
      const event = hostEvent(change, this.#mark);
      if (event !== null) listener(event);
    });
    return () => watch.close();
  }
}

function reference({ family, address, prefixLength, interface: name }: Binding): {
  readonly family: "ipv4" | "ipv6";
  readonly address: string;
  readonly prefixLength: number;
  readonly interface: string;
} {
  return { family: family === 4 ? "ipv4" : "ipv6", address, prefixLength, interface: name };
}

function hostEvent(change: KernelChange, mark: OwnershipMark): HostEvent | null {
  switch (change.kind) {
    case "address-added":
    case "address-removed":
      return { kind: change.kind, address: hostAddress(change.address, mark) };
    case "link":
      return change.removed
        ? { kind: "link-removed", name: change.link.name }
        : { kind: "link", link: hostLink(change.link) };
    case "resync":
      return { kind: "resync" };
    case "route-added":
    case "route-removed":
      return null;
    default:
      return change satisfies never;
  }
}

function hostAddress(address: KernelAddress, mark: OwnershipMark): HostAddress {
  const { scope } = address;
  return {
    address: address.address,
    prefixLength: address.prefixLength,
    interface: address.interface,
    scope: typeof scope === "number" ? "global" : scope,
    kind: "address",
    mark: isMarked(address, mark) ? "ours" : "other",
  };
}

function hostLink({ name, up }: KernelLink): HostLink {
  return { name, up };
}

function unsupported(message: string): PortError {
  return Object.assign(new Error(`${message}, which this controller does not bind`), { code: "ENOTSUP" });
}
