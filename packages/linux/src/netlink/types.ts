import type { OwnershipMark } from "../ownership/mark.ts";

/** The two address families the kernel keeps routes and addresses for. */
export type AddressFamily = "ipv4" | "ipv6";

/** Where an address is valid (rtnetlink's RT_SCOPE_*); a number where the kernel reports a user-defined scope. */
export type AddressScope = "global" | "site" | "link" | "host" | "nowhere" | number;

/** One address on one interface, as the kernel reports it. Every field is always present. */
export interface KernelAddress {
  readonly family: AddressFamily;
  /** RFC 5952 text without a zone. */
  readonly address: string;
  /** 0..32 or 0..128. */
  readonly prefixLength: number;
  readonly ifindex: number;
  /** The interface's name; "" when it was gone before its name could be read. */
  readonly interface: string;
  readonly scope: AddressScope;
  /** IFA_F_* bits. */
  readonly flags: number;
  /** IFA_PROTO; 0 when unset or when the kernel has none (before 5.18). Kernel values are 1 to 3. */
  readonly proto: number;
  /** IFA_RT_PRIORITY; 0 when unset. */
  readonly rtPriority: number;
  /** IFA_LABEL, IPv4 only; "" when unset. The kernel sets it to the interface's name. */
  readonly label: string;
  /** Seconds; Infinity for "for ever", 0 for deprecated. */
  readonly preferredLifetime: number;
  /** Seconds; Infinity for "for ever". */
  readonly validLifetime: number;
  /** The far end of a point-to-point address in RFC 5952 text; "" when there is none. */
  readonly peer: string;
}

/** One network interface, as the kernel reports it. */
export interface KernelLink {
  readonly ifindex: number;
  readonly name: string;
  /** IFF_UP: administratively up. */
  readonly up: boolean;
  /** IFF_LOWER_UP: the carrier is there. */
  readonly carrier: boolean;
  readonly loopback: boolean;
  readonly pointToPoint: boolean;
  /** IFF_* bits. */
  readonly flags: number;
  readonly mtu: number;
  /** Lower-case hex with colons; "" when the link has no address. */
  readonly hardwareAddress: string;
  /** Interface index of the bridge, bond or VRF this one belongs to; 0 for none. */
  readonly master: number;
  /** The driver's kind ("veth", "bridge", …); "" for physical devices and `lo`. */
  readonly kind: string;
}

/** rtnetlink's RTN_* in words. */
export type RouteType =
  | "unspecified"
  | "unicast"
  | "local"
  | "broadcast"
  | "anycast"
  | "multicast"
  | "blackhole"
  | "unreachable"
  | "prohibit"
  | "throw"
  | "nat"
  | "xresolve";

/** One way a route's packets may leave. */
export interface KernelNextHop {
  /** RFC 5952 text; "" for a directly connected destination. May be IPv6 in an IPv4 route (RTA_VIA, RFC 8950). */
  readonly gateway: string;
  readonly ifindex: number;
  /** The interface's name; "" when it was gone before its name could be read. */
  readonly interface: string;
  /** 1..256; share of the flows relative to the other next hops. */
  readonly weight: number;
  /** RTNH_F_* bits (dead 1, onlink 4, linkdown 16). */
  readonly flags: number;
}

/** One route, as the kernel reports it. */
export interface KernelRoute {
  readonly family: AddressFamily;
  /** "192.0.2.0/24"; "0.0.0.0/0" and "::/0" for default routes. */
  readonly destination: string;
  /** 254 is `main`, 255 is `local`. */
  readonly table: number;
  readonly type: RouteType;
  /** rtm_protocol: who installed it (2 kernel, 3 boot, 4 static, 186 BGP, …). */
  readonly protocol: number;
  readonly scope: AddressScope;
  /** The metric; 0 when unset. */
  readonly priority: number;
  /** Preferred source in RFC 5952 text; "" when unset. */
  readonly source: string;
  readonly nextHops: readonly KernelNextHop[];
}

/** An interface named one of two ways; the index wins where both are given. */
export interface InterfaceReference {
  readonly interface?: string;
  readonly ifindex?: number;
}

/** An address to add. */
export interface AddressRequest extends InterfaceReference {
  readonly family: AddressFamily;
  /** Text without a zone. */
  readonly address: string;
  /** Default: 32 or 128. */
  readonly prefixLength?: number;
  /** Default: global. VIPs of IPv4 are bound at scope host, so that they are not chosen as a source address. */
  readonly scope?: AddressScope;
  /** Marks the address by whichever way the kernel keeps; then leave `proto` and `rtPriority` out. */
  readonly mark?: OwnershipMark;
  /** IFA_PROTO, 1..255 (kernel ≥ 5.18; ignored by older ones). */
  readonly proto?: number;
  /** IFA_RT_PRIORITY, 1..4294967295. */
  readonly rtPriority?: number;
  /** IFA_LABEL, IPv4 only, 1..15 bytes. */
  readonly label?: string;
  /** Seconds; Infinity (default) for ever, 0 for deprecated: IPv6 then avoids it as a source. */
  readonly preferredLifetime?: number;
  /** Seconds, at least 1; Infinity (default) for ever. */
  readonly validLifetime?: number;
  /** IFA_F_* bits, as `IFA_F.nodad`. */
  readonly flags?: number;
  /** Change an existing address instead of failing with EEXIST. */
  readonly replace?: boolean;
}

/** An address to delete. */
export interface AddressReference extends InterfaceReference {
  readonly family: AddressFamily;
  readonly address: string;
  /** Default: 32 or 128. */
  readonly prefixLength?: number;
  /** When given, only an address with this label matches (IPv4). */
  readonly label?: string;
}

/** A next hop to install: a gateway, an interface, or both. */
export interface NextHopRequest extends InterfaceReference {
  readonly gateway?: string;
  /** 1..256, default 1. */
  readonly weight?: number;
  /** Treat the gateway as reachable on the interface even when no connected subnet holds it. */
  readonly onlink?: boolean;
}

/** A route to install. Without next hops only `local`, `blackhole`, `unreachable`, `prohibit` and `throw` make sense. */
export interface RouteRequest extends InterfaceReference {
  readonly family: AddressFamily;
  /** "192.0.2.0/24"; host bits must be zero. */
  readonly destination: string;
  /** Default unicast. */
  readonly type?: RouteType;
  /** Default 254 (main), 255 (local) for type `local`. */
  readonly table?: number;
  /** rtm_protocol 1..255, default 4 (static); an ownership mark's `proto` marks the route. */
  readonly protocol?: number;
  readonly priority?: number;
  readonly source?: string;
  readonly nextHops?: readonly NextHopRequest[];
}

/** Which routes to list; every given field must match. */
export interface RouteFilter {
  readonly family?: AddressFamily;
  readonly table?: number;
  readonly type?: RouteType;
  readonly protocol?: number;
  readonly destination?: string;
}

/** Which addresses to list; every given field must match. */
export interface AddressFilter extends InterfaceReference {
  readonly family?: AddressFamily;
}

/**
 * Something that changed in the kernel. `resync` means that changes may have been missed: read everything again. It comes
 * after an overflow, and repeatedly while the kernel cannot be watched (`reason` says why).
 */
export type KernelChange =
  | { readonly kind: "address-added"; readonly address: KernelAddress }
  | { readonly kind: "address-removed"; readonly address: KernelAddress }
  | { readonly kind: "link"; readonly link: KernelLink; readonly removed: boolean }
  | { readonly kind: "route-added"; readonly route: KernelRoute }
  | { readonly kind: "route-removed"; readonly route: KernelRoute }
  | { readonly kind: "resync"; readonly reason: string };

/** Which changes of routes to report; the kernel keeps all others out of the queue. */
export interface WatchedRoutes {
  /** 0..255. */
  readonly table: number;
  /** rtm_protocol, 0..255. */
  readonly protocol: number;
}

/** What to watch, and how. */
export interface WatchOptions {
  /** Routes as well; default false (a router's churn would drown the rest). */
  readonly routes?: boolean | WatchedRoutes;
  /** Bytes the kernel may queue for us; default 16 MiB with CAP_NET_ADMIN, else what `net.core.rmem_max` allows. */
  readonly receiveBufferBytes?: number;
  /** A watch does not keep the process alive when false; default true. */
  readonly keepAlive?: boolean;
}

/** A running watch. */
export interface Watch {
  /** Stops it; no change is delivered afterwards. Closing twice is harmless. */
  close(): void;
}
