import type { AddressPort, Binding, HostAddress, HostEvent, HostLink, HostState } from "@vipcast/announcer";
import type {
  KernelAddress,
  KernelChange,
  KernelLink,
  KernelRoute,
  OwnershipMark,
  RouteRequest,
  Rtnetlink,
} from "@vipcast/linux";
import { IFA_F, isMarked, isMarkedRoute, LinuxError } from "@vipcast/linux";

/** The table of routes that make a packet end here. */
const localTable = 255;
/** rtm_protocol of routes that the kernel made itself, beside an address. */
const byKernel = 2;

/**
 * How long an IPv6 address may take from its acknowledgement to its announcement; then it counts as bound all the same, and whatever stood in
 * for it goes.
 */
const announcedWithinMs = 1000;

/** The announcer's view of the kernel's addresses, marked as one instance's own. */
export class KernelAddresses implements AddressPort {
  readonly #kernel: Rtnetlink;
  readonly #mark: OwnershipMark | null;
  /** IPv6 addresses that are acknowledged and not yet announced by the kernel, with what to do when they are, or are gone again. */
  readonly #awaited = new Map<string, () => void>();
  /** Addresses that were bound before: whoever puts one back is in a hurry. */
  readonly #known = new Set<string>();
  /** Local routes that stand in for addresses. */
  readonly #stopgaps = new Map<string, { readonly timer: NodeJS.Timeout; readonly remove: () => void }>();
  #watches = 0;
  /** Names of interfaces by index, as they were last told. */
  readonly #names = new Map<number, string>();

  /** Without a mark no address counts as ours, and nothing can be bound. */
  constructor(kernel: Rtnetlink, mark: OwnershipMark | null) {
    this.#kernel = kernel;
    this.#mark = mark;
  }

  async observe(): Promise<HostState> {
    return this.read();
  }

  /** What {@link observe} resolves with, at once. Throws `LinuxError`. */
  read(): HostState {
    const routes = this.#kernel.routes({ table: localTable, type: "local" });
    return {
      addresses: [
        ...this.#kernel.addresses().map((address) => hostAddress(address, this.#mark)),
        ...routes.filter(({ protocol }) => protocol !== byKernel).map((route) => localRoute(route, this.#mark)),
      ],
      links: this.#kernel.links().map(hostLink),
    };
  }

  async bind(binding: Binding): Promise<void> {
    const mark = this.#ownMark(`add ${binding.prefix}`);
    const family = binding.family === 4 ? "ipv4" : "ipv6";
    const { address, prefixLength, prefix } = binding;
    if (binding.kind === "address") {
      const unobtrusive =
        family === "ipv4"
          ? // Out of the way of source address selection, which ignores a preferred lifetime of 0 for IPv4.
            { scope: "host" as const }
          : { preferredLifetime: 0, flags: IFA_F.nodad };
      const request = { family, address, prefixLength, interface: binding.interface, mark, ...unobtrusive } as const;
      const again = this.#known.has(placeOf(binding));
      this.#kernel.addAddress(request);
      this.#known.add(placeOf(binding));
      if (family === "ipv4") return;
      if (again) this.#standIn(binding, mark);
      // Without a watch nobody would hear of the announcement, and nobody waits.
      const announced = this.#watches === 0 ? null : this.#announcement(placeOf(binding));
      if (announced !== null && !again) await announced;
      return;
    }
    // One of our own elsewhere gives way in one step: the kernel keeps one route for a prefix, not one for each interface.
    if (this.#localRoutes(binding).some((route) => !isMarkedRoute(route, mark) || isOn(route, binding))) {
      throw new LinuxError({ errno: 17, operation: `add local route ${prefix}`, detail: "it is there already" });
    }
    const nextHops = [{ interface: binding.interface }];
    this.#kernel.replaceRoute({
      family,
      destination: prefix,
      type: "local",
      table: localTable,
      protocol: mark.proto,
      nextHops,
    });
  }

  /** A local route of our own takes the packets of an address that is put back at once; by the time it goes the kernel's has long been there. */
  #standIn(binding: Binding, mark: OwnershipMark): void {
    const place = placeOf(binding);
    const remove = (): void => this.#removeStopgap(binding, mark);
    this.#kernel.replaceRoute(stopgap(binding, mark));
    clearTimeout(this.#stopgaps.get(place)?.timer);
    this.#stopgaps.set(place, { timer: setTimeout(remove, announcedWithinMs), remove });
  }

  /**
   * The kernel acknowledges an IPv6 address at once and takes packets for it only when a work queue has added the local route, up to
   * tens of milliseconds later; then it announces the address. Resolves when it does, or the address is gone again.
   */
  #announcement(place: string): Promise<void> {
    this.#awaited.get(place)?.();
    return new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        if (this.#awaited.get(place) === end) this.#awaited.delete(place);
        resolve();
      };
      const timer = setTimeout(end, announcedWithinMs);
      this.#awaited.set(place, end);
    });
  }

  #removeStopgap(binding: Binding, mark: OwnershipMark): void {
    clearTimeout(this.#stopgaps.get(placeOf(binding))?.timer);
    this.#stopgaps.delete(placeOf(binding));
    try {
      this.#kernel.deleteRoute(stopgap(binding, mark));
    } catch (error) {
      // Most often an interface that went down has taken it along; whatever else stays is removed with the address.
      if (!(error instanceof LinuxError)) throw error;
    }
  }

  async unbind(binding: Binding): Promise<void> {
    const { family, address, prefixLength, prefix, interface: name, kind } = binding;
    const mark = this.#ownMark(`remove ${prefix}`);
    const version = family === 4 ? "ipv4" : "ipv6";
    this.#known.delete(placeOf(binding));
    // A run that was killed in the wrong millisecond has left one.
    if (kind === "address" && version === "ipv6") this.#removeStopgap(binding, mark);
    try {
      if (kind === "address") this.#kernel.deleteAddress({ family: version, address, prefixLength, interface: name });
      else if (this.#localRoutes(binding).some((route) => isOn(route, binding)))
        this.#kernel.deleteRoute({
          family: version,
          destination: prefix,
          type: "local",
          table: localTable,
          protocol: mark.proto,
        });
    } catch (error) {
      if (!(error instanceof LinuxError && isAbsence(error.code))) throw error;
    }
  }

  #deliver(change: KernelChange, listener: (event: HostEvent) => void): void {
    if (change.kind === "address-added" || change.kind === "address-removed") {
      const end = this.#awaited.get(placeOf(change.address));
      if (change.kind === "address-added") end?.();
      else if (end !== undefined && !this.#has(change.address)) {
        // The kernel reports an IPv6 address that goes before it was announced as removed alone. The listener is to hear of our own
        // first, or takes the removal for one of an earlier life of it; such a one, read late, finds the new address there.
        end();
        listener({ kind: "address-added", address: hostAddress(change.address, this.#mark) });
      }
    }
    if (change.kind === "link") this.#followName(change, listener);
    const event = hostEvent(change, this.#mark);
    if (event !== null) listener(event);
  }

  /** The kernel says of a new name only that it is there: what stood under the old one is looked at anew. */
  #followName({ link, removed }: Extract<KernelChange, { kind: "link" }>, listener: (event: HostEvent) => void): void {
    const before = this.#names.get(link.ifindex);
    if (removed) this.#names.delete(link.ifindex);
    else this.#names.set(link.ifindex, link.name);
    if (before === undefined || before === link.name) return;
    listener({ kind: "link-removed", name: before });
    listener({ kind: "resync" });
  }

  #has(address: KernelAddress): boolean {
    const there = this.#kernel.addresses({ family: "ipv6", interface: address.interface });
    return there.some((other) => placeOf(other) === placeOf(address));
  }

  /** Everybody's, on any interface. */
  #localRoutes({ family, prefix }: Binding): readonly KernelRoute[] {
    const version = family === 4 ? "ipv4" : "ipv6";
    return this.#kernel.routes({ family: version, table: localTable, type: "local", destination: prefix });
  }

  #ownMark(operation: string): OwnershipMark {
    if (this.#mark !== null) return this.#mark;
    throw new LinuxError({ errno: 1, operation, detail: "this run leaves addresses to others" });
  }

  watch(listener: (event: HostEvent) => void): () => void {
    const routes = this.#mark === null ? false : { table: localTable, protocol: this.#mark.proto };
    const watch = this.#kernel.watch((change) => this.#deliver(change, listener), { routes });
    this.#watches++;
    for (const { ifindex, name } of this.#kernel.links()) this.#names.set(ifindex, name);
    return () => {
      this.#watches--;
      if (this.#watches === 0) {
        for (const end of [...this.#awaited.values()]) end();
        for (const { remove } of [...this.#stopgaps.values()]) remove();
      }
      watch.close();
    };
  }
}

function placeOf({ address, interface: name }: { readonly address: string; readonly interface: string }): string {
  return `${address} ${name}`;
}

function isOn({ nextHops }: KernelRoute, { interface: name }: Binding): boolean {
  return nextHops.some((hop) => hop.interface === name);
}

/** The local route that takes an IPv6 address's packets until the kernel's own is there. */
function stopgap({ prefix, interface: name }: Binding, { proto }: OwnershipMark): RouteRequest {
  return {
    family: "ipv6",
    destination: prefix,
    type: "local",
    table: localTable,
    protocol: proto,
    nextHops: [{ interface: name }],
  };
}

/** What the kernel says about something that is not there, or whose interface is not. */
function isAbsence(code: string): boolean {
  return code === "EADDRNOTAVAIL" || code === "ENODEV" || code === "ESRCH";
}

function hostEvent(change: KernelChange, mark: OwnershipMark | null): HostEvent | null {
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
    case "route-removed": {
      const address = localRoute(change.route, mark);
      // A local route of full length only stands in for an address.
      if (address.prefixLength === (address.address.includes(":") ? 128 : 32)) return null;
      return { kind: change.kind === "route-added" ? "address-added" : "address-removed", address };
    }
    default:
      return change satisfies never;
  }
}

function hostAddress(address: KernelAddress, mark: OwnershipMark | null): HostAddress {
  const { scope } = address;
  return {
    address: address.address,
    prefixLength: address.prefixLength,
    interface: address.interface,
    scope: typeof scope === "number" ? "global" : scope,
    kind: "address",
    mark: mark !== null && isMarked(address, mark) ? "ours" : "other",
  };
}

function localRoute(route: KernelRoute, mark: OwnershipMark | null): HostAddress {
  const [address = "", length = "0"] = route.destination.split("/");
  return {
    address,
    prefixLength: Number(length),
    interface: route.nextHops[0]?.interface ?? "",
    scope: "host",
    kind: "route",
    mark: mark !== null && isMarkedRoute(route, mark) ? "ours" : "other",
  };
}

function hostLink({ name, up }: KernelLink): HostLink {
  return { name, up };
}
