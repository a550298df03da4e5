import type { RouterSession } from "@vipcast/lab";
import {
  bothFamilies,
  type DaemonDriver,
  type DaemonSpec,
  type FamilyName,
  familyOfPrefix,
  type NeighbourSpec,
  type OwnRoute,
  type Place,
  type ReceivedRoute,
  readAsPath,
  readCommunity,
  readJson,
  readOrigin,
} from "./driver.ts";

/** OpenBGPD's portable edition, which has no forwarding table on Linux. */
export const openbgpd: DaemonDriver = {
  name: "openbgpd",
  title: "OpenBGPD",
  programs: ["/usr/sbin/bgpd", "/usr/sbin/bgpctl"],
  lacks: {
    "link-bandwidth": "does not weigh paths by it",
    "kernel-routes": "the portable edition installs no routes",
    "offers-no-hold-time": "cannot be configured without a hold time",
    "helps-restart": "knows of graceful restart only End-of-RIB",
    "helps-restart-notified": "knows of graceful restart only End-of-RIB",
    "resets-bridged": "knows of graceful restart only End-of-RIB",
    "answers-refresh": "takes the families of every request for not negotiated, BIRD's too",
    "enhanced-refresh": "offers it only when told, and took the families of our request for not negotiated",
    "restarts-gracefully": "knows of graceful restart only End-of-RIB",
    "extended-next-hop": "does not know RFC 8950",
    "md5-accepting": "has no keys on its listening sockets on Linux",
    "originates-ipv6-over-ipv4": "sends ::1 as the next hop",
  },
  needsRoot: "cannot give up its privileges in a user namespace",
  version: { argv: ["/usr/sbin/bgpd", "-V"], pattern: /OpenBGPD (\S+)/ },
  files: (spec, place) => [
    { path: `${place.folder}/bgpd.conf`, text: openbgpdConfig(spec, place), mode: 0o600 },
    // It changes its root to this folder, and the package leaves it to systemd to make it.
    { path: "/run/openbgpd/.made", text: "" },
  ],
  start: (_spec, place) => [{ name: "bgpd", argv: ["/usr/sbin/bgpd", "-d", "-f", `${place.folder}/bgpd.conf`] }],
  ready: async (daemon) => (await daemon.ask(bgpctl(daemon.place, "show", "summary"))).startsWith("{"),
  refresh: (place, { address }) => bgpctl(place, "neighbor", address, "refresh"),
  shutDown: (place, _spec, { address }, text) => bgpctl(place, "neighbor", address, "down", text),
  sessions: async (daemon) => parseOpenbgpdNeighbors(await daemon.ask(bgpctl(daemon.place, "show", "neighbor"))),
  received: async (daemon, family) => {
    const words = family === "ipv4-unicast" ? "inet" : "inet6";
    return parseOpenbgpdRib(await daemon.ask(bgpctl(daemon.place, "show", "rib", "detail", words)));
  },
};

function bgpctl(place: Place, ...command: readonly string[]): readonly string[] {
  return ["/usr/sbin/bgpctl", "-j", "-s", `${place.folder}/bgpd.sock`, ...command];
}

/** bgpd.conf for a spec. */
function openbgpdConfig(spec: DaemonSpec, place: Place): string {
  return `AS ${spec.asn}
router-id ${spec.routerId}
fib-update no
socket "${place.folder}/bgpd.sock"
connect-retry 1
nexthop qualify via default
listen on 0.0.0.0
listen on ::
${(spec.routes ?? []).map((route) => openbgpdNetwork(spec, route)).join("")}${spec.neighbours.map(openbgpdNeighbour).join("")}allow from any
allow to any
`;
}

function openbgpdNetwork(spec: DaemonSpec, route: OwnRoute): string {
  const nextHop = familyOfPrefix(route.prefix) === "ipv4-unicast" ? spec.addresses.ipv4 : spec.addresses.ipv6;
  const attributes = [
    `nexthop ${nextHop}`,
    ...(route.med === undefined ? [] : [`med ${route.med}`]),
    ...(route.communities ?? []).map((text) => `community ${text}`),
    ...(route.largeCommunities ?? []).map((text) => `large-community ${text}`),
  ];
  return `network ${route.prefix} set { ${attributes.join(" ")} }\n`;
}

function openbgpdNeighbour(neighbour: NeighbourSpec): string {
  const has = (family: FamilyName): string =>
    (neighbour.families ?? bothFamilies).includes(family) ? "unicast" : "none";
  const options = [
    `remote-as ${neighbour.asn}`,
    `descr "${neighbour.name}"`,
    `local-address ${neighbour.localAddress}`,
    `holdtime ${neighbour.holdTime ?? 90}`,
    `announce IPv4 ${has("ipv4-unicast")}`,
    `announce IPv6 ${has("ipv6-unicast")}`,
    ...((neighbour.passive ?? true) ? ["passive"] : []),
    ...(neighbour.password === undefined ? [] : [`tcp md5sig password ${JSON.stringify(neighbour.password)}`]),
    ...(neighbour.multihop === undefined ? [] : [`multihop ${neighbour.multihop}`]),
    ...(neighbour.ttlSecurityHops === undefined ? [] : ["ttl-security yes"]),
    ...(neighbour.twoOctetAs === true ? ["announce as-4byte no"] : []),
    ...(neighbour.maxPrefixes === undefined ? [] : [`max-prefix ${neighbour.maxPrefixes}`]),
    ...(neighbour.role === undefined ? [] : [`announce policy ${neighbour.role}`]),
    ...(neighbour.addPath === "receive" || neighbour.addPath === "both" ? ["announce add-path recv yes"] : []),
    ...(neighbour.addPath === "send" || neighbour.addPath === "both" ? ["announce add-path send all"] : []),
  ];
  return `neighbor ${neighbour.address} {\n${options.map((option) => `  ${option}\n`).join("")}}\n`;
}

interface OpenbgpdNeighbor {
  readonly remote_addr?: string;
  readonly state?: string;
  readonly session?: { readonly holdtime?: number };
  readonly stats?: { readonly last_error_sent?: string; readonly last_error_received?: string };
  readonly last_error_sent?: string;
  readonly last_error_received?: string;
}

/** Reads `bgpctl -j show neighbor`. */
function parseOpenbgpdNeighbors(text: string): readonly RouterSession[] {
  const { neighbors = [] } = (readJson(text) ?? {}) as { readonly neighbors?: readonly OpenbgpdNeighbor[] };
  return neighbors.map((neighbor) => {
    const state = (neighbor.state ?? "idle").toLowerCase();
    const sent = neighbor.last_error_sent ?? neighbor.stats?.last_error_sent;
    const received = neighbor.last_error_received ?? neighbor.stats?.last_error_received;
    const errors = [
      ...(sent === undefined ? [] : [`sent ${sent}`]),
      ...(received === undefined ? [] : [`received ${received}`]),
    ];
    return {
      peer: neighbor.remote_addr ?? "",
      state,
      holdTime: state === "established" ? (neighbor.session?.holdtime ?? null) : null,
      lastError: errors.length === 0 ? null : errors.join(", "),
    };
  });
}

interface OpenbgpdRoute {
  readonly prefix: string;
  readonly aspath?: string;
  readonly exit_nexthop?: string;
  readonly neighbor?: { readonly description?: string; readonly remote_addr?: string };
  readonly best?: boolean;
  readonly origin?: string;
  readonly metric?: number;
  readonly localpref?: number;
  readonly communities?: readonly string[];
  readonly large_communities?: readonly string[];
}

/** Reads `bgpctl -j show rib detail`; its own routes come from a neighbour called LOCAL. */
function parseOpenbgpdRib(text: string): readonly ReceivedRoute[] {
  const { rib = [] } = (readJson(text) ?? {}) as { readonly rib?: readonly OpenbgpdRoute[] };
  return rib
    .filter((route) => route.neighbor?.description !== "LOCAL")
    .map((route) => ({
      prefix: route.prefix,
      peer: route.neighbor?.remote_addr ?? "",
      nextHop: route.exit_nexthop ?? "",
      asPath: readAsPath(route.aspath),
      origin: readOrigin(route.origin),
      med: route.metric ?? null,
      localPref: route.localpref ?? null,
      communities: (route.communities ?? []).map(readCommunity),
      largeCommunities: route.large_communities ?? [],
      best: route.best === true,
    }));
}
