/** How the embedded router puts its decisions into the kernel of its namespace. */
import { spawnSync } from "node:child_process";
import { type AttributeValues, formatAddress, formatPrefix, type LocRibChange, pathShares } from "@vipcast/bgp";
import { LinuxError, Rtnetlink } from "@vipcast/linux";
import type { ResilientGroups } from "../router/router.ts";

/** rtm_protocol of the routes this router installs, so that it removes no others. */
const routeProtocol = 118;
/** The router's interface to the nodes, as the topology names it. */
const device = "lan";

/** The routes of a router in the kernel. */
export interface InstalledRoutes {
  /** Puts one decision into the kernel; no next hop means that the route goes. What the kernel refuses is said on standard error. */
  apply(change: LocRibChange): void;
  /** Removes all of them. */
  clear(): void;
}

/** A next hop and its share. */
export interface WeightedGateway {
  readonly gateway: string;
  /** 1..256. */
  readonly weight: number;
}

/** The next hop as text; of a pair with a link-local address (RFC 2545 §3) the global one. */
export function gatewayOf({ nextHop }: AttributeValues): string | undefined {
  return nextHop === undefined ? undefined : formatAddress(nextHop, 0, nextHop.length === 4 ? 4 : 16);
}

/**
 * Next hops with their weights from the link-bandwidth extended community (draft-ietf-idr-link-bandwidth §2). As in FRR, one path
 * without it makes all weights equal.
 */
export function weightedGateways(paths: readonly AttributeValues[]): readonly WeightedGateway[] {
  const shares = pathShares(paths);
  return paths.flatMap((attributes, index) => {
    const gateway = gatewayOf(attributes);
    return gateway === undefined ? [] : [{ gateway, weight: shares[index] ?? 1 }];
  });
}

/** Ordinary multipath routes: the kernel divides the hash space anew whenever the set of next hops changes. */
export class MultipathRoutes implements InstalledRoutes {
  readonly #netlink = new Rtnetlink();

  /** What a predecessor that was killed has left is removed. */
  constructor() {
    this.clear();
  }

  apply({ prefix, multipath }: LocRibChange): void {
    const destination = formatPrefix(prefix);
    const family = destination.includes(":") ? "ipv6" : "ipv4";
    const nextHops = weightedGateways(multipath.map(({ attributes }) => attributes));
    try {
      if (nextHops.length === 0) this.#netlink.deleteRoute({ family, destination, protocol: routeProtocol });
      else this.#netlink.replaceRoute({ family, destination, protocol: routeProtocol, nextHops });
    } catch (error) {
      // A next hop that cannot be reached is the neighbour's mistake: the router says so and goes on.
      if (!(error instanceof LinuxError)) throw error;
      process.stderr.write(`${error.message}\n`);
    }
  }

  clear(): void {
    for (const { family, destination, priority } of this.#netlink.routes({ protocol: routeProtocol }))
      this.#netlink.deleteRoute({ family, destination, priority, protocol: routeProtocol });
  }
}

/** Routes over resilient next-hop groups (Linux 5.13): a member that leaves takes its own buckets along, and nobody else's. */
export class ResilientRoutes implements InstalledRoutes {
  readonly #settings: ResilientGroups;
  readonly #ids = new Map<string, number>();

  constructor(settings: ResilientGroups) {
    this.#settings = settings;
    this.clear();
  }

  apply({ prefix, multipath }: LocRibChange): void {
    const destination = formatPrefix(prefix);
    const members = weightedGateways(multipath.map(({ attributes }) => attributes));
    const known = this.#ids.has(destination);
    const group = this.#id(destination);
    if (members.length === 0) {
      if (known) ip([`route del ${destination} proto ${routeProtocol}`, `nexthop del id ${group}`]);
      this.#ids.delete(destination);
      return;
    }
    const hops = members.map(({ gateway, weight }) => ({ id: this.#id(gateway), gateway, weight }));
    const { buckets, idleSeconds } = this.#settings;
    ip([
      ...hops.map(({ id, gateway }) => `nexthop replace id ${id} via ${gateway} dev ${device}`),
      `nexthop replace id ${group} group ${hops.map(({ id, weight }) => `${id},${weight}`).join("/")} type resilient buckets ${buckets} idle_timer ${idleSeconds}`,
      // The route keeps pointing to the group, whatever the group consists of.
      ...(known ? [] : [`route replace ${destination} nhid ${group} proto ${routeProtocol}`]),
    ]);
  }

  clear(): void {
    // Routes go with the groups they point to; nobody else in this namespace has next-hop objects.
    ip(["nexthop flush"]);
    this.#ids.clear();
  }

  /** One number for each next hop and each group. */
  #id(name: string): number {
    const id = this.#ids.get(name) ?? this.#nextId++;
    this.#ids.set(name, id);
    return id;
  }

  #nextId = 1;
}

function ip(commands: readonly string[]): void {
  const { status, stderr } = spawnSync("ip", ["-batch", "-"], { input: `${commands.join("\n")}\n`, encoding: "utf8" });
  if (status !== 0) process.stderr.write(`ip: ${stderr.trim()}\n`);
}
