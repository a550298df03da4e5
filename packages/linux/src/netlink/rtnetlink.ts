/** Addresses, links and routes of the network namespace this process is in. */
import { release } from "node:os";
import { formatAddress } from "../host/address-text.ts";
import { AF, ERRNO, IOCTL } from "../libc/constants.ts";
import { LITTLE_ENDIAN, viewOf } from "../libc/host-order.ts";
import { systemLibc } from "../libc/koffi.ts";
import type { Libc } from "../libc/libc.ts";
import { LinuxError } from "../libc/linux-error.ts";
import { isMarked, keepsAddressProto, type MarkMethod, type OwnershipMark } from "../ownership/mark.ts";
import { decodeAddress, encodeDelAddress, encodeGetAddresses, encodeNewAddress } from "./address-codec.ts";
import { RTM } from "./constants.ts";
import { decodeLink, encodeGetLinks, encodeSetLinkUp } from "./link-codec.ts";
import { attributeText } from "./message.ts";
import { RequestSocket } from "./request-socket.ts";
import { addressReferenceWire, addressText, addressWire, interfaceText, routeWire } from "./requests.ts";
import { decodeRoute, encodeDelRoute, encodeGetRoutes, encodeReplaceRoute } from "./route-codec.ts";
import type {
  AddressFamily,
  AddressFilter,
  AddressReference,
  AddressRequest,
  InterfaceReference,
  KernelAddress,
  KernelChange,
  KernelLink,
  KernelRoute,
  RouteFilter,
  RouteRequest,
  Watch,
  WatchOptions,
} from "./types.ts";
import { startWatch } from "./watch.ts";

/** How to make an `Rtnetlink`. */
export interface RtnetlinkOptions {
  /** The C library to call; default: this process's own, through koffi. */
  readonly libc?: Libc;
  /** How to mark addresses; default: found out at the first marked address. */
  readonly markMethod?: MarkMethod;
}

/**
 * The kernel's addresses, links and routes. Calls are synchronous and take microseconds; every failure is a thrown
 * `LinuxError` whose `code` is the kernel's (EEXIST: address is there; EADDRNOTAVAIL: it is not; ESRCH: no such route;
 * ENODEV: no such interface; EPERM: CAP_NET_ADMIN is missing) and whose message holds the kernel's own words.
 */
export class Rtnetlink {
  readonly #libc: () => Libc;
  readonly #socket: RequestSocket;
  readonly #watches = new Set<Watch>();
  #markMethod: MarkMethod | undefined;
  #markProven = false;

  constructor(options: RtnetlinkOptions = {}) {
    this.#libc = () => options.libc ?? systemLibc();
    this.#socket = new RequestSocket(this.#libc);
    this.#markMethod = options.markMethod;
    this.#markProven = options.markMethod !== undefined;
  }

  /** Every address that passes the filter. */
  addresses(filter: AddressFilter = {}): KernelAddress[] {
    const operation = "list addresses";
    const wanted =
      filter.interface === undefined && filter.ifindex === undefined ? 0 : this.#resolve(filter, operation);
    const name = this.#nameLookup();
    return this.#socket.dump(
      operation,
      (sequence) => encodeGetAddresses(familyNumber(filter.family), wanted, sequence),
      (message) => {
        // Kernels without strict checking dump every interface.
        const address = message.type === RTM.newAddress ? decodeAddress(message, name) : undefined;
        return address !== undefined && (wanted === 0 || address.ifindex === wanted) ? address : undefined;
      },
    );
  }

  /** Every link. */
  links(): KernelLink[] {
    return this.#socket.dump("list links", encodeGetLinks, (message) =>
      message.type === RTM.newLink ? decodeLink(message) : undefined,
    );
  }

  /** The link of that name, or undefined. */
  link(name: string): KernelLink | undefined {
    return this.links().find((link) => link.name === name);
  }

  /** Every route that passes the filter. */
  routes(filter: RouteFilter = {}): KernelRoute[] {
    const name = this.#nameLookup();
    return this.#socket.dump(
      "list routes",
      (sequence) => encodeGetRoutes(familyNumber(filter.family), sequence),
      (message) => {
        const route = message.type === RTM.newRoute ? decodeRoute(message, name) : undefined;
        return route !== undefined && passes(route, filter) ? route : undefined;
      },
    );
  }

  /** Adds an address. EEXIST when it is there already and `replace` is not set. */
  addAddress(request: AddressRequest): void {
    const operation = `add address ${addressText(request, "to")}`;
    const { mark } = request;
    if (mark === undefined) {
      this.#add(operation, request);
      return;
    }
    const method = this.markMethod();
    this.#add(operation, { ...request, ...markFields(method, mark) });
    if (method === "proto" && !this.#markProven) this.#proveMark(operation, request, mark);
  }

  #add(operation: string, request: AddressRequest): void {
    const wire = addressWire(operation, request, (reference) => this.#resolve(reference, operation));
    this.#socket.request(operation, (sequence) => encodeNewAddress(wire, request.replace ?? false, sequence));
  }

  // Kernels pass over attributes they do not know, so the first marked address is read back: without its mark the
  // kernel has no IFA_PROTO whatever its version says, and the address is marked the other way.
  #proveMark(operation: string, request: AddressRequest, mark: OwnershipMark): void {
    const wire = addressWire(operation, request, (reference) => this.#resolve(reference, operation));
    const back = this.addresses({ family: request.family, ifindex: wire.ifindex }).find(
      (address) => address.prefixLength === wire.prefixLength && address.address === formatAddress(wire.octets),
    );
    if (back === undefined) return;
    this.#markProven = true;
    if (isMarked(back, mark)) return;
    this.#markMethod = "rt-priority";
    this.#add(operation, { ...request, ...markFields("rt-priority", mark), replace: true });
  }

  /**
   * The way marked addresses are marked here: as the options say, else by the kernel's version, corrected by what the
   * first marked address reads back as.
   */
  markMethod(): MarkMethod {
    this.#markMethod ??= keepsAddressProto(release()) ? "proto" : "rt-priority";
    return this.#markMethod;
  }

  /** Deletes an address. EADDRNOTAVAIL when it is not there. */
  deleteAddress(reference: AddressReference): void {
    const operation = `delete address ${addressText(reference, "from")}`;
    const wire = addressReferenceWire(operation, reference, (which) => this.#resolve(which, operation));
    this.#socket.request(operation, (sequence) => encodeDelAddress(wire, sequence));
  }

  /** Installs a route, or replaces the one with the same destination, table and priority. */
  replaceRoute(request: RouteRequest): void {
    const operation = `install route ${request.destination}`;
    const wire = routeWire(operation, request, (reference) => this.#resolve(reference, operation));
    this.#socket.request(operation, (sequence) => encodeReplaceRoute(wire, sequence));
  }

  /**
   * Removes a route with all its next hops: the one with this destination, table and type, and with this protocol and
   * priority where they are given. ESRCH when there is none.
   */
  deleteRoute(request: Omit<RouteRequest, "nextHops" | "source" | "interface" | "ifindex">): void {
    const operation = `remove route ${request.destination}`;
    const wire = routeWire(operation, { ...request, nextHops: [{ ifindex: 1 }] }, () => 1);
    const protocol = request.protocol ?? 0;
    this.#socket.request(operation, (sequence) => encodeDelRoute({ ...wire, protocol }, sequence));
  }

  /** Sets a link up, or down. */
  setLinkUp(reference: InterfaceReference, up = true): void {
    const operation = `set ${interfaceText(reference)} ${up ? "up" : "down"}`;
    const ifindex = this.#resolve(reference, operation);
    this.#socket.request(operation, (sequence) => encodeSetLinkUp(ifindex, up, sequence));
  }

  /**
   * Calls `listener` for every change, ours included, from the event loop. Watching starts before this returns, so a list
   * read afterwards misses nothing. The kernel announces IPv6 additions from a work queue: a little after the address is
   * there, and not at all when it is removed at once. Throws `LinuxError` when the kernel cannot be watched; later trouble is a `resync`.
   */
  watch(listener: (change: KernelChange) => void, options: WatchOptions = {}): Watch {
    const watch = startWatch(
      this.#libc(),
      (ifindex) => this.interfaceName(ifindex),
      listener,
      options,
      () => {
        this.#watches.delete(watch);
      },
    );
    this.#watches.add(watch);
    return watch;
  }

  /** The index of the interface of that name (alternative names count), or 0. */
  interfaceIndex(name: string): number {
    const request = new Uint8Array(40);
    const encoded = new TextEncoder().encode(name);
    // ifr_name holds 15 bytes and a zero; a longer name cannot be asked for this way.
    if (encoded.length > 15) return this.link(name)?.ifindex ?? 0;
    request.set(encoded);
    if (this.#libc().ioctl(this.#socket.descriptor(), IOCTL.interfaceIndex, request) === -1) return 0;
    return viewOf(request).getInt32(16, LITTLE_ENDIAN);
  }

  /** The name of the interface with that index, or "" when there is none. */
  interfaceName(ifindex: number): string {
    const request = new Uint8Array(40);
    viewOf(request).setInt32(16, ifindex, LITTLE_ENDIAN);
    if (this.#libc().ioctl(this.#socket.descriptor(), IOCTL.interfaceName, request) === -1) return "";
    return attributeText(request.subarray(0, 16));
  }

  // One system call for each interface in a list, however many entries it has.
  #nameLookup(): (ifindex: number) => string {
    const names = new Map<number, string>();
    return (ifindex) => {
      let name = names.get(ifindex);
      if (name === undefined) {
        name = this.interfaceName(ifindex);
        names.set(ifindex, name);
      }
      return name;
    };
  }

  #resolve(reference: InterfaceReference, operation: string): number {
    if (reference.ifindex !== undefined) return reference.ifindex;
    const name = reference.interface ?? "";
    const ifindex = name === "" ? 0 : this.interfaceIndex(name);
    if (ifindex !== 0) return ifindex;
    const detail = name === "" ? "no interface is named" : `there is no interface "${name}"`;
    throw new LinuxError({ errno: ERRNO.ENODEV, operation, detail });
  }

  /** Ends all watches and frees the socket; later calls throw EBADF. Closing twice is harmless. */
  close(): void {
    for (const watch of this.#watches) watch.close();
    this.#socket.close();
  }
}

function familyNumber(family: AddressFamily | undefined): number {
  switch (family) {
    case undefined:
      return AF.unspec;
    case "ipv4":
      return AF.inet;
    case "ipv6":
      return AF.inet6;
  }
}

function markFields(method: MarkMethod, mark: OwnershipMark): Pick<AddressRequest, "proto" | "rtPriority"> {
  switch (method) {
    case "proto":
      return { proto: mark.proto };
    case "rt-priority":
      return { rtPriority: mark.rtPriority };
  }
}

function passes(route: KernelRoute, filter: RouteFilter): boolean {
  return (
    (filter.family === undefined || route.family === filter.family) &&
    (filter.table === undefined || route.table === filter.table) &&
    (filter.type === undefined || route.type === filter.type) &&
    (filter.protocol === undefined || route.protocol === filter.protocol) &&
    (filter.destination === undefined || route.destination === filter.destination)
  );
}
