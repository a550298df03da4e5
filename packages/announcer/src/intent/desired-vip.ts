import type { Check, CheckInput } from "../health/check.ts";

/** One virtual IP as a user declares it. Only `prefix` is required. */
export interface VipInput {
  /** `192.0.2.10`, `192.0.2.10/32`, `2001:db8::10/128`. A bare address is a host route. */
  readonly prefix: string;
  /** The interface to bind on; default `lo`. */
  readonly interface?: string;
  /**
   * `true` (default): vipcast adds the address. `false`: vipcast adds nothing and announces only while somebody else has the
   * address, with full length, on `interface`.
   */
  readonly bind?: boolean;
  /**
   * Only with `bind: false`: announce although no such address can be seen, because something else answers for it (DNAT, IPVS, another network
   * namespace). The operator then vouches for what vipcast otherwise checks. Default false.
   */
  readonly assumeBound?: boolean;
  /** Announce an address that is there already and not ours; it is never deleted. Default false. */
  readonly adopt?: boolean;
  /** Accept a VIP inside a subnet that the host is connected to. Default false. */
  readonly allowOnLink?: boolean;
  /** Accept a prefix shorter than /32 or /128; it is bound as a `local` route. Default false. */
  readonly allowAggregates?: boolean;
  /** `"self"` (default) or an address of either family. */
  readonly nextHop?: string;
  /** MULTI_EXIT_DISC, 0..4294967295; default: not sent. */
  readonly med?: number;
  /** LOCAL_PREF, 0..4294967295; internal peers only, default 100. */
  readonly localPref?: number;
  /** Extra copies of our AS in AS_PATH, 0..16; external peers only, default 0. */
  readonly prepend?: number;
  /** `65000:100` or a well-known name such as `no-export`. */
  readonly communities?: readonly string[];
  /** `65000:1:2` */
  readonly largeCommunities?: readonly string[];
  /**
   * How the node stands to the others that announce the VIP. `all-active` (default): equal to them, so that routers form ECMP.
   */
  readonly ecmp?: "all-active" | EcmpInput;
  /**
   * What routers may give this node in proportion to the others, bits per second, 8,000..10^15; default: no weight. All nodes or none: FRR drops every
   * weight when one path has none. Every change moves flows.
   */
  readonly weight?: number;
  /** How long a drain announces worst preference before the withdrawal, milliseconds 0..86400000; default: the policy's. */
  readonly drainMs?: number;
  /** What must be healthy for the VIP to be announced; a list means all of them. Default: nothing, the VIP counts as healthy. */
  readonly check?: CheckInput | readonly CheckInput[];
  /** Whether an unhealthy VIP stays on its interface; default `keep-bound`, since a service may need the address to start. */
  readonly whenUnhealthy?: WhenUnhealthy;
  /**
   * An unhealthy VIP is withdrawn only when another node is seen to announce it; until then it has the worst preference. Default false: needs a
   * `RoutePort` that knows `siblings`, and keeps a dead service reachable when that sees nobody.
   */
  readonly lastNodeGuard?: boolean;
  /** The VIP is drained while this file exists. An absolute path. */
  readonly maintenanceFile?: string;
}

/** A node that is not equal to the others. */
export interface EcmpInput {
  /** `active` (default): preference 10. `standby`: preference 0, announced all the same; takes over when no better node is left. */
  readonly role?: "active" | "standby";
  /** 0..10, higher is better, 10 is the default; instead of `role`. Routers use the nodes with the highest there is. */
  readonly preference?: number;
  /**
   * A node that becomes able to serve, at its first start too, is announced as standby for so long before it takes its place, milliseconds
   * 0..86400000; default 0.
   */
  readonly failbackMs?: number;
}

/** What happens to the address of an unhealthy VIP once its route is withdrawn. */
export type WhenUnhealthy = "keep-bound" | "unbind";

/** A validated VIP: everything in normal form, nothing absent. Made by `parseVip`. */
export interface DesiredVip {
  /** Normal form with length; the key of the VIP everywhere. */
  readonly prefix: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly family: 4 | 6;
  readonly interface: string;
  readonly bind: boolean;
  readonly assumeBound: boolean;
  readonly adopt: boolean;
  readonly allowOnLink: boolean;
  readonly allowAggregates: boolean;
  readonly nextHop: string;
  /** null: not sent. */
  readonly med: number | null;
  /** null: 100 towards internal peers. */
  readonly localPref: number | null;
  readonly prepend: number;
  /** 32-bit integers, ascending, no duplicates. */
  readonly communities: readonly number[];
  /** Ascending, no duplicates. */
  readonly largeCommunities: readonly string[];
  /** 0..10, higher is better. */
  readonly preference: number;
  /** How long the VIP is announced as standby when it becomes able to serve. */
  readonly failbackMs: number;
  /** Bits per second; null: no weight. */
  readonly weight: number | null;
  /** null: the policy's. */
  readonly drainMs: number | null;
  /** null: counts as healthy. */
  readonly check: Check | null;
  readonly whenUnhealthy: WhenUnhealthy;
  readonly lastNodeGuard: boolean;
  readonly maintenanceFile: string | null;
}

/** Stable names of the rules that refuse a VIP. */
export type RefusalRule =
  /** Not an address or prefix, or an option that makes no sense or is out of range. */
  | "syntax"
  | "option"
  | "host-bits"
  | "default-route"
  | "aggregate"
  | "unspecified"
  | "loopback"
  | "link-local"
  | "multicast"
  | "broadcast"
  | "reserved"
  | "ipv4-mapped"
  | "ipv4-compatible"
  | "duplicate"
  | "next-hop"
  | "peer-address"
  | "host-address"
  | "already-present"
  | "on-link"
  | "unknown-interface";

/** Why a VIP is refused: one sentence that names the rule and what to write instead. */
export interface Refusal {
  /** As the user wrote it where it cannot be parsed, else its normal form. */
  readonly vip: string;
  readonly rule: RefusalRule;
  readonly message: string;
}
