import type { DesiredVip, HostAddress, HostState } from "@vipcast/announcer";
import { contains } from "@vipcast/announcer";
import { LinuxError, readSysctl } from "@vipcast/linux";
import type { Problem } from "../arguments/problem.ts";
import type { IpAddress } from "../values/address.ts";
import { parseAddress } from "../values/address.ts";
import type { ListenSettings } from "../values/listen.ts";
import type { AnnounceSettings, PeerSettings } from "./settings.ts";

/** What the command line says about this host, and this host does not bear out. Reads one kernel setting. */
export function hostProblems(
  settings: AnnounceSettings,
  vips: readonly DesiredVip[],
  host: HostState,
): readonly Problem[] {
  const facts = new HostFacts(host, vips);
  return [
    ...settings.peers.flatMap((peer) => peerProblems(peer, facts)),
    ...settings.listen.flatMap((listen) => listenProblems(listen, facts)),
  ];
}

function peerProblems(peer: PeerSettings, facts: HostFacts): Problem[] {
  const name = `--peer ${peer.address}`;
  const problems: Problem[] = [];
  const address = parseAddress(peer.address);
  if (address === null) return [];
  const loopback = address.range === "loopback";
  const zone = address.zone;
  const zoneMissing = zone !== null && !facts.hasLink(zone);
  if (zoneMissing) problems.push(missingLink(name, zone));
  if (peer.interface !== null && peer.interface !== zone && !facts.hasLink(peer.interface))
    problems.push(missingLink(`${name},interface=${peer.interface}`, peer.interface));
  if (!loopback && facts.isOwn(address)) {
    const rule = "is an address of this host, and the peer is another one";
    const remedy = `write the router's address, or ${address.version === 4 ? "127.0.0.1" : "::1"} for a BGP daemon on this very host`;
    problems.push({ subject: name, rule, remedy });
  }
  const source = peer.source === null ? null : parseAddress(peer.source);
  if (source === null) return problems;
  const subject = `${name},source=${peer.source}`;
  if (facts.isVirtual(source)) {
    problems.push({
      subject,
      rule: "is a virtual IP, and a session must not depend on one",
      remedy: "write the host's own address",
    });
  } else if (source.range === "loopback" && !loopback) {
    const rule = "is a loopback address, from which no other host can be reached";
    problems.push({ subject, rule, remedy: "write the host's own address, or leave source out" });
  } else if (!facts.canUse(source)) {
    const rule = "is no address of this host";
    problems.push({ subject, rule, remedy: "write one that ip address shows, or leave source out" });
  }
  return problems;
}

function listenProblems({ host, port }: ListenSettings, facts: HostFacts): Problem[] {
  const address = parseAddress(host);
  if (address === null || address.range === "unspecified" || facts.canUse(address)) return [];
  const any = address.version === 4 ? "0.0.0.0" : "[::]";
  const shown = address.version === 4 ? host : `[${host}]`;
  return [
    {
      subject: `--listen ${shown}:${port}`,
      rule: facts.isVirtual(address)
        ? "is a virtual IP, and a session must not depend on one"
        : "is no address of this host",
      remedy: `write one that ip address shows, or --listen ${any} for all of them`,
    },
  ];
}

function missingLink(subject: string, link: string): Problem {
  return {
    subject,
    rule: `this host has no interface ${link}`,
    remedy: "write one that ip link shows, or leave it out",
  };
}

/** The host's own addresses and interfaces, virtual IPs and what we left behind not counted. */
class HostFacts {
  readonly #own: readonly HostAddress[];
  readonly #links: ReadonlySet<string>;
  readonly #virtual: ReadonlySet<string>;

  constructor({ addresses, links }: HostState, vips: readonly DesiredVip[]) {
    this.#virtual = new Set(vips.map(({ address }) => address));
    this.#own = addresses.filter(({ address, mark }) => mark !== "ours" && !this.#virtual.has(address));
    this.#links = new Set(links.map(({ name }) => name));
  }

  hasLink(name: string): boolean {
    return this.#links.has(name);
  }

  isVirtual({ text }: IpAddress): boolean {
    return this.#virtual.has(text);
  }

  isOwn({ text, zone }: IpAddress): boolean {
    return this.#own.some(
      ({ kind, address, interface: name }) =>
        kind === "address" && address === text && (zone === null || name === zone || !this.#links.has(zone)),
    );
  }

  /** Whether a socket can be bound to it: an address, all of 127.0.0.0/8, or what a local route takes in. */
  canUse(address: IpAddress): boolean {
    if (this.isOwn(address) || (address.version === 4 && address.range === "loopback")) return true;
    const { text } = address;
    const routed = this.#own.some(
      (route) => route.kind === "route" && contains(route.address, route.prefixLength, text),
    );
    return routed || (!this.isVirtual(address) && mayBindAnything(address.version));
  }
}

/** The kernel lets sockets have addresses that are not there (yet), as hosts with VRRP want it. */
function mayBindAnything(version: 4 | 6): boolean {
  try {
    return readSysctl(`net.ipv${version}.ip_nonlocal_bind`) === "1";
  } catch (error) {
    if (error instanceof LinuxError) return false;
    throw error;
  }
}
