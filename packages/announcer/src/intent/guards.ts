import ipaddr from "ipaddr.js";
import { isOurs, ledgerKey, type Subnet, subnetOf } from "../host/host-index.ts";
import type { HostAddress, HostLink, LedgerEntry } from "../ports.ts";
import { broadcastOf, contains, fullLength, type Network, overlaps, withoutZone } from "./address.ts";
import type { DesiredVip, Refusal, RefusalRule } from "./desired-vip.ts";

/** What the guards need to know of the world. {@link HostIndex} is one; `hostFacts` makes one of a dump. */
export interface HostFacts {
  /** Everything with this address, whatever its length and interface. */
  at(address: string): readonly HostAddress[];
  /** Addresses that put a subnet on-link. */
  readonly subnets: Iterable<Subnet>;
  link(name: string): HostLink | undefined;
}

/** The world around the intent. */
export interface GuardContext {
  readonly host: HostFacts;
  readonly inLedger: (key: string) => boolean;
  /** Addresses of the configured peers in RFC 5952 form, without zone. */
  readonly peers: readonly string[];
}

const networks = new WeakMap<DesiredVip, Network | null>();

function networkOfVip(vip: DesiredVip): Network | null {
  let network = networks.get(vip);
  if (network === undefined) {
    // A VIP has no bits beyond its length: `parseVip` sees to that.
    const { address, prefixLength } = vip;
    network = ipaddr.isValid(address) ? { network: address, prefixLength, parsed: ipaddr.parse(address) } : null;
    networks.set(vip, network);
  }
  return network;
}

/**
 * The rules of promise 4 that depend on the host and its peers; those that do not are `parseVip`'s. Returns the first rule that refuses the VIP,
 * or null. Pure, so that it is asked again whenever the host changes.
 */
export function guardVip(vip: DesiredVip, context: GuardContext): Refusal | null {
  const refuse = (rule: RefusalRule, message: string): Refusal => ({ vip: vip.prefix, rule, message });
  const full = fullLength(vip.family);
  const aggregate = vip.prefixLength < full;

  const peer = context.peers.find((address) =>
    aggregate ? contains(vip.address, vip.prefixLength, address) : address === vip.address,
  );
  if (peer !== undefined)
    return aggregate
      ? refuse(
          "peer-address",
          `${vip.prefix} contains the address of the peer ${peer}, which would no longer be reachable: write a prefix without it`,
        )
      : refuse(
          "peer-address",
          `${vip.prefix} is the address of the peer ${peer}: write an address that no router or host has of its own`,
        );

  const present = context.host.at(vip.address).filter((address) => !isOurs(address, context.inLedger));
  const samePlace = (address: HostAddress): boolean =>
    address.interface === vip.interface &&
    address.prefixLength === vip.prefixLength &&
    (address.kind === "route") === aggregate;
  const own = aggregate ? undefined : present.find((address) => address.kind === "address" && !samePlace(address));
  if (own !== undefined)
    return refuse(
      "host-address",
      `${vip.prefix} is an address of this host (${own.address}/${own.prefixLength} on ${own.interface}): write an address that no host has of its own${
        own.prefixLength === full
          ? `, or name the interface ${own.interface}${vip.bind ? " and adopt it" : ""} if that one is meant to be the VIP`
          : ""
      }`,
    );
  if (vip.bind && !vip.adopt && present.some(samePlace))
    return refuse(
      "already-present",
      `${vip.prefix} is on ${vip.interface} already and vipcast did not add it: remove it, or adopt it (adopt: true in a configuration file, else --adopt), then it is announced and never deleted`,
    );

  if (context.host.link(vip.interface) === undefined && vip.bind)
    return refuse(
      "unknown-interface",
      `${vip.prefix} is meant for the interface ${vip.interface}, which this host does not have: write the name of one that it has, such as lo`,
    );

  let wanted: Network | null = null;
  let onLink: Refusal | null = null;
  for (const subnet of context.host.subnets) {
    wanted ??= networkOfVip(vip);
    if (wanted === null || !overlaps(wanted, subnet) || isOurs(subnet.address, context.inLedger)) continue;
    const { network, address: own } = subnet;
    const edge = edgeOf(vip, network, subnet.prefixLength);
    if (edge !== null)
      return refuse(
        "broadcast",
        `${vip.prefix} is the ${edge} address of ${network}/${subnet.prefixLength} on ${own.interface}: write another address`,
      );
    if (!vip.allowOnLink)
      onLink ??= refuse("on-link", onLinkMessage(vip, `${network}/${subnet.prefixLength}`, own.interface));
  }
  return onLink;
}

/** Whether a subnet that comes or goes can change what {@link guardVip} says of a VIP. */
export function concerns(subnet: Subnet, vip: DesiredVip): boolean {
  const network = networkOfVip(vip);
  return network !== null && overlaps(network, subnet);
}

/** `network` or `broadcast` when an IPv4 VIP is one of the two addresses of a subnet that no host may have (RFC 1122 §3.2.1.3). */
function edgeOf(vip: DesiredVip, network: string, prefixLength: number): "network" | "broadcast" | null {
  if (vip.family !== 4 || vip.prefixLength !== 32 || prefixLength > 30) return null;
  if (vip.address === network) return "network";
  return vip.address === broadcastOf(network, prefixLength) ? "broadcast" : null;
}

function onLinkMessage(vip: DesiredVip, subnet: string, name: string): string {
  const ask =
    vip.family === 4
      ? "neighbours there ask for it by ARP instead of routing to it: with arp_ignore=1 they get no answer and lose it, without they stick to one node"
      : "neighbours there ask for it by neighbour discovery instead of routing to it, and lose it or stick to one node";
  return `${vip.prefix} is inside ${subnet}, which ${name} is connected to, so ${ask}; write an address outside every connected subnet, or allow it (allowOnLink: true in a configuration file, else --allow-on-link)`;
}

/** Facts from one dump, for a check before anything runs. */
export function hostFacts(state: {
  readonly addresses: readonly HostAddress[];
  readonly links: readonly HostLink[];
}): HostFacts {
  const byAddress = new Map<string, HostAddress[]>();
  for (const address of state.addresses) {
    const same = byAddress.get(address.address);
    if (same === undefined) byAddress.set(address.address, [address]);
    else same.push(address);
  }
  const links = new Map(state.links.map((link) => [link.name, link]));
  return {
    at: (address) => byAddress.get(address) ?? [],
    subnets: state.addresses.map(subnetOf).filter((subnet) => subnet !== null),
    link: (name) => links.get(name),
  };
}

/**
 * Checks a whole intent against the host as it is now: what a command does before it binds anything or opens a session.
 * `ledger` holds the entries of the ledger, `peers` the addresses of the configured peers.
 */
export function checkVips(
  vips: readonly DesiredVip[],
  world: {
    readonly host: { readonly addresses: readonly HostAddress[]; readonly links: readonly HostLink[] };
    readonly ledger: readonly LedgerEntry[];
    readonly peers: readonly string[];
  },
): readonly Refusal[] {
  const keys = new Set(world.ledger.map(ledgerKey));
  const context: GuardContext = {
    host: hostFacts(world.host),
    inLedger: (key) => keys.has(key),
    peers: world.peers.map(withoutZone),
  };
  return vips.map((vip) => guardVip(vip, context)).filter((refusal) => refusal !== null);
}
