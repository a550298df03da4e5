import { frrFolder, frrPrograms, frrRequired, parseFrrNeighbors, type RouterSession, vtyshCommand } from "@vipcast/lab";
import {
  bothFamilies,
  type DaemonDriver,
  type DaemonSpec,
  type FamilyName,
  familyOfPrefix,
  isLinkLocal,
  type NeighbourSpec,
  type OwnRoute,
  type Place,
  type ReceivedRoute,
  readCommunity,
  readJson,
  readOrigin,
} from "./driver.ts";

/** FRR's bgpd with zebra; without real root bgpd alone, because zebra wants to become the user `frr`. */
export const frr: DaemonDriver = {
  name: "frr",
  title: "FRR",
  programs: frrRequired,
  // It leaves out capability 65 only together with all others.
  lacks: {
    "add-path-off": "always offers to receive several paths",
    "dials-link-local": "does not dial a link-local neighbour that is configured by its address",
  },
  lacksRootless: { "kernel-routes": "zebra needs root" },
  version: { argv: [`${frrFolder}/bgpd`, "--version"], pattern: /version (\S+)/ },
  owner: "frr:frr",
  files: (spec, place) => [
    { path: `${place.folder}/bgpd.conf`, text: frrConfig(spec) },
    { path: `${place.folder}/zebra.conf`, text: "hostname peer\nlog stdout\n" },
  ],
  start: (_spec, place) => frrPrograms(place.folder, place.isolation),
  ready: async (daemon, program) => (await daemon.ask(vtysh(daemon.place, program, "show version"))).includes("FRR"),
  refresh: (place, { address }) => vtysh(place, "bgpd", `clear bgp ${bare(address)} soft in`),
  reset: (place, { address }) => vtysh(place, "bgpd", `clear bgp ${bare(address)}`),
  shutDown: (place, { asn }, { address }, text) => {
    const lines = ["configure terminal", `router bgp ${asn}`, `neighbor ${bare(address)} shutdown message ${text}`];
    return ["vtysh", "--vty_socket", place.folder, "-d", "bgpd", ...lines.flatMap((line) => ["-c", line])];
  },
  sessions: async (daemon) =>
    frrSessions(await daemon.ask(vtysh(daemon.place, "bgpd", "show bgp neighbors json")), daemon.log()),
  received: async (daemon, family) => {
    const words = family === "ipv4-unicast" ? "ipv4" : "ipv6";
    return parseFrrTable(await daemon.ask(vtysh(daemon.place, "bgpd", `show bgp ${words} unicast json detail`)));
  },
};

function vtysh(place: Place, program: string, command: string): readonly string[] {
  return vtyshCommand(place.folder, program, command);
}

/** bgpd's configuration for a spec. */
export function frrConfig(spec: DaemonSpec): string {
  const family = (name: FamilyName): readonly string[] => [
    ` address-family ${name === "ipv4-unicast" ? "ipv4" : "ipv6"} unicast`,
    "  maximum-paths 64",
    "  maximum-paths ibgp 64",
    ...spec.neighbours
      .filter((neighbour) => (neighbour.families ?? bothFamilies).includes(name))
      .map((neighbour) => ({ ...neighbour, address: bare(neighbour.address) }))
      .flatMap(({ address, addPath, maxPrefixes }) => [
        `  neighbor ${address} activate`,
        ...(maxPrefixes === undefined ? [] : [`  neighbor ${address} maximum-prefix ${maxPrefixes}`]),
        // It offers to receive several paths whatever is configured.
        ...(addPath === "send" || addPath === "both" ? [`  neighbor ${address} addpath-tx-all-paths`] : []),
      ]),
    ...(spec.routes ?? [])
      .filter((route) => familyOfPrefix(route.prefix) === name)
      .map((route) => `  network ${route.prefix}${isPlain(route) ? "" : ` route-map ${mapName(route)}`}`),
    " exit-address-family",
  ];
  const lines = [
    "hostname peer",
    "log stdout",
    // Before the networks that use them: a map that comes later is applied only after a delay of five seconds.
    ...(spec.routes ?? []).filter((route) => !isPlain(route)).flatMap(frrRouteMap),
    `router bgp ${spec.asn}`,
    ` bgp router-id ${spec.routerId}`,
    " no bgp ebgp-requires-policy",
    " no bgp network import-check",
    " no bgp default ipv4-unicast",
    " bgp bestpath as-path multipath-relax",
    // Without it nothing tells which NOTIFICATION ended an attempt.
    " bgp log-neighbor-changes",
    ...frrRestart(spec),
    ...spec.neighbours.flatMap(frrNeighbour),
    ...family("ipv4-unicast"),
    ...family("ipv6-unicast"),
    "exit",
  ];
  return `${lines.join("\n")}\n`;
}

/** Helping others is its default. */
function frrRestart({ neighbours }: DaemonSpec): readonly string[] {
  const time = neighbours.find(({ gracefulRestart }) => gracefulRestart !== undefined)?.gracefulRestart;
  if (time === undefined) return [];
  return [
    " bgp graceful-restart",
    ` bgp graceful-restart restart-time ${time}`,
    " bgp graceful-restart preserve-fw-state",
    // Its own reset on a command is a Hard Reset otherwise (RFC 8538 §3.1).
    " bgp graceful-restart notification",
    " no bgp hard-administrative-reset",
  ];
}

function frrNeighbour(neighbour: NeighbourSpec): readonly string[] {
  const holdTime = neighbour.holdTime ?? 90;
  const options = [
    `remote-as ${neighbour.asn}`,
    ...(isLinkLocal(neighbour.address)
      ? [`interface ${neighbour.address.split("%")[1]}`]
      : [`update-source ${neighbour.localAddress}`]),
    `timers ${Math.floor(holdTime / 3)} ${holdTime}`,
    "timers connect 1",
    // Without it a route waits up to this many seconds before it is sent to an eBGP neighbour.
    "advertisement-interval 0",
    ...((neighbour.passive ?? true) ? ["passive"] : []),
    ...(neighbour.password === undefined ? [] : [`password ${neighbour.password}`]),
    ...(neighbour.multihop === undefined ? [] : [`ebgp-multihop ${neighbour.multihop}`]),
    ...(neighbour.ttlSecurityHops === undefined ? [] : [`ttl-security hops ${neighbour.ttlSecurityHops}`]),
    ...(neighbour.twoOctetAs === true ? ["dont-capability-negotiate"] : []),
    ...(neighbour.role === undefined ? [] : [`local-role ${neighbour.role}`]),
    ...(neighbour.extendedNextHop === true ? ["capability extended-nexthop"] : []),
  ];
  return options.map((option) => ` neighbor ${bare(neighbour.address)} ${option}`);
}

/** It wants the interface of a link-local neighbour told apart. */
function bare(address: string): string {
  return address.split("%")[0] ?? address;
}

/** A route that needs no map: with a map for each of a thousand routes bgpd takes too long to start. */
function isPlain({ med, communities, largeCommunities }: OwnRoute): boolean {
  return med === undefined && communities === undefined && largeCommunities === undefined;
}

function mapName(route: OwnRoute): string {
  return `own-${route.prefix.replace(/[^0-9a-f]/g, "-")}`;
}

function frrRouteMap(route: OwnRoute): readonly string[] {
  return [
    `route-map ${mapName(route)} permit 10`,
    ...(route.med === undefined ? [] : [` set metric ${route.med}`]),
    ...(route.communities === undefined ? [] : [` set community ${route.communities.join(" ")}`]),
    ...(route.largeCommunities === undefined ? [] : [` set large-community ${route.largeCommunities.join(" ")}`]),
    "exit",
  ];
}

interface FrrPath {
  readonly aspath?: { readonly segments?: readonly { readonly list?: readonly number[] }[] };
  readonly origin?: string;
  readonly metric?: number;
  readonly locPrf?: number;
  readonly bestpath?: { readonly overall?: boolean };
  readonly sourced?: boolean;
  readonly community?: { readonly list?: readonly string[] };
  readonly largeCommunity?: { readonly list?: readonly string[] };
  readonly nexthops?: readonly { readonly ip?: string; readonly scope?: string }[];
  readonly peer?: { readonly peerId?: string };
}

/** Reads `show bgp ipv4 unicast json detail`: each prefix has a header object, then its paths. */
function parseFrrTable(text: string): readonly ReceivedRoute[] {
  const { routes = {} } = (readJson(text) ?? {}) as { readonly routes?: Record<string, readonly FrrPath[]> };
  return Object.entries(routes).flatMap(([prefix, entries]) =>
    entries
      .filter((entry) => entry.aspath !== undefined && entry.sourced !== true)
      .map((path) => {
        const hop = path.nexthops?.find(({ scope }) => scope !== "link-local") ?? path.nexthops?.[0];
        return {
          prefix,
          peer: path.peer?.peerId ?? "",
          nextHop: hop?.ip ?? "",
          asPath: (path.aspath?.segments ?? []).flatMap((segment) => segment.list ?? []),
          origin: readOrigin(path.origin),
          med: path.metric ?? null,
          localPref: path.locPrf ?? null,
          communities: (path.community?.list ?? []).map(readCommunity),
          largeCommunities: path.largeCommunity?.list ?? [],
          best: path.bestpath?.overall === true,
        };
      }),
  );
}

/** Reads `show bgp neighbors json`. NOTIFICATIONs of attempts that came to nothing are only in its log. */
function frrSessions(text: string, log: readonly string[]): readonly RouterSession[] {
  return parseFrrNeighbors(text).map((session) => ({ ...session, lastError: lastNotification(log, session.peer) }));
}

/** `%NOTIFICATION: sent to neighbor 10.0.0.1 2/2 (OPEN Message Error/Bad Peer AS) 2 bytes`. */
function lastNotification(log: readonly string[], peer: string): string | null {
  const found = log.map((line) => line.match(/%NOTIFICATION: (\w+ (?:to|from) neighbor (\S+) [^)]*\))/));
  return found.findLast((match) => match?.[2] === peer)?.[1] ?? null;
}
