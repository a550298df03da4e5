import { LabError } from "../errors.ts";
import type { LabMode } from "../scenario/result.ts";

/** The most nodes a lab can have. */
export const maxNodes = 32;

/** A host's two addresses. In loopback mode there is no IPv6 address. */
export interface HostAddresses {
  readonly ipv4: string;
  readonly ipv6: string | null;
}

/** Where one node lives. */
export interface NodePlan {
  /** `node1` …; also the name of its network namespace. */
  readonly name: string;
  /** 1..32. */
  readonly index: number;
  readonly addresses: HostAddresses;
  /** Link-local address of its interface, from its fixed hardware address; a router may choose it as a next hop. */
  readonly linkLocal: string | null;
  readonly hardwareAddress: string;
  readonly asn: number;
  /**
   * Addresses of the router from which a packet to a VIP goes to this very node, whatever the routing table says: the
   * vantage point from which a promise is checked. Null where there are no namespaces.
   */
  readonly vantage: HostAddresses | null;
}

/** Every address of a lab. */
export interface Plan {
  readonly mode: LabMode;
  readonly ipv6: boolean;
  readonly nodes: readonly NodePlan[];
  readonly router: {
    readonly asn: number;
    readonly routerId: string;
    readonly lan: HostAddresses;
    readonly port: number;
  };
  readonly client: { readonly addresses: HostAddresses; readonly gateway: HostAddresses };
  /** VIPs as prefixes, in normal form. */
  readonly vips: readonly string[];
  /** Port of the service that answers on every VIP. */
  readonly servicePort: number;
}

/** What decides a plan. */
export interface PlanOptions {
  readonly mode: LabMode;
  readonly nodes: number;
  readonly vips: readonly string[];
  readonly ipv6: boolean;
  readonly routerAsn: number;
  /** AS of each node by its index, 1 first. */
  readonly nodeAsn: (index: number) => number;
  /** The router's BGP port. */
  readonly routerPort: number;
  readonly servicePort: number;
}

/** Lays out a lab's addresses. Throws `bad-option` on a number of nodes outside 1..32 and on a lab without a VIP. */
export function planLab(options: PlanOptions): Plan {
  if (!Number.isInteger(options.nodes) || options.nodes < 1 || options.nodes > maxNodes)
    throw new LabError("bad-option", `a lab has 1 to ${maxNodes} nodes, not ${options.nodes}`);
  const namespaces = options.mode === "namespaces";
  const ipv6 = options.ipv6 && namespaces;
  const vips = options.vips.filter((vip) => ipv6 || !vip.includes(":"));
  if (vips.length === 0)
    throw new LabError("bad-option", "a lab needs at least one VIP it can reach (IPv6 is off here)");
  const six = (address: string): string | null => (ipv6 ? address : null);
  const nodes = Array.from({ length: options.nodes }, (_, offset): NodePlan => {
    const index = offset + 1;
    return {
      name: `node${index}`,
      index,
      addresses: { ipv4: namespaces ? `10.0.0.${index}` : `127.0.0.${index + 10}`, ipv6: six(`fd00::${index}`) },
      linkLocal: six(`fe80::ff:fe00:${index.toString(16)}`),
      hardwareAddress: `02:00:00:00:00:${index.toString(16).padStart(2, "0")}`,
      asn: options.nodeAsn(index),
      vantage: namespaces ? { ipv4: `10.0.8.${index}`, ipv6: six(`fd00:8::${index}`) } : null,
    };
  });
  return {
    mode: options.mode,
    ipv6,
    nodes,
    router: {
      asn: options.routerAsn,
      routerId: "10.0.0.254",
      lan: { ipv4: namespaces ? "10.0.0.254" : "127.0.0.254", ipv6: six("fd00::254") },
      port: options.routerPort,
    },
    client: {
      addresses: { ipv4: "10.0.9.2", ipv6: six("fd00:9::2") },
      gateway: { ipv4: "10.0.9.1", ipv6: six("fd00:9::1") },
    },
    vips,
    servicePort: options.servicePort,
  };
}

/** The node a next hop belongs to, or the address itself when it is nobody's. */
export function nodeOfNextHop(plan: Plan, via: string): string {
  const node = plan.nodes.find(
    ({ addresses, linkLocal }) => addresses.ipv4 === via || addresses.ipv6 === via || linkLocal === via,
  );
  return node?.name ?? via;
}

/** The address part of a prefix. */
export function addressOf(prefix: string): string {
  return prefix.split("/")[0] ?? prefix;
}

/** Key of the vantage point's target for one node's way to one VIP. */
export function vantageKey(node: string, vip: string): string {
  return `${node} ${vip}`;
}
