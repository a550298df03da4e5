import type { RouterSession } from "@vipcast/lab";
import {
  bothFamilies,
  type DaemonDriver,
  type DaemonSpec,
  type NeighbourSpec,
  type OwnRoute,
  type ReceivedRoute,
  readJson,
} from "./driver.ts";

const api = ["--api-hosts", "127.0.0.1:50051"];

/** GoBGP; it has no configuration for routes of its own, so they are added over its API once it runs. */
export const gobgp: DaemonDriver = {
  name: "gobgp",
  title: "GoBGP",
  programs: ["gobgpd", "gobgp"],
  lacks: {
    "sends-loops": "keeps back routes with the neighbour's AS number in their path",
    "link-bandwidth": "installs no routes without zebra",
    "kernel-routes": "installs no routes without zebra",
    "offers-no-hold-time": "takes 0 for not configured",
    role: "does not know roles",
    "extended-next-hop-off": "offers it on every IPv6 session",
    "originates-many": "takes routes of its own only one by one over its API",
    "resets-bridged": "takes a neighbour back only half a minute after its own reset",
    "enhanced-refresh": "does not know RFC 7313",
    refreshes: "goes through what it has kept instead of asking again",
    "tells-received-errors": "does not say which NOTIFICATION it received before a session was up",
    "two-octet-as": "always announces capability 65",
    "two-octet-as-for-four-octet-neighbour": "always announces capability 65",
  },
  // Five to nine seconds, drawn at random.
  dialsAfterMs: 5000,
  backAfterMs: 5000,
  version: { argv: ["gobgpd", "--version"], pattern: /version (\S+)/ },
  files: (spec, place) => [{ path: `${place.folder}/gobgpd.toml`, text: gobgpConfig(spec) }],
  start: (spec, place) => {
    // Every start is a restart, which is what sets the R and F bits.
    const restarts = spec.neighbours.some(({ gracefulRestart }) => gracefulRestart !== undefined) ? ["-r"] : [];
    return [{ name: "gobgpd", argv: ["gobgpd", "-f", `${place.folder}/gobgpd.toml`, ...restarts, ...api] }];
  },
  ready: async (daemon) => {
    if (!(await daemon.ask(["gobgp", "neighbor", "-j"])).startsWith("[")) return false;
    for (const route of daemon.spec.routes ?? []) await daemon.ask(gobgpAdd(daemon.spec, route));
    return true;
  },
  reset: (_place, { address }) => ["gobgp", "neighbor", address, "reset"],
  shutDown: (_place, _spec, { address }, text) => ["gobgp", "neighbor", address, "shutdown", "--reason", text],
  sessions: async (daemon) => parseGobgpNeighbors(await daemon.ask(["gobgp", "neighbor", "-j"]), daemon.log()),
  received: async (daemon, family) => {
    const words = family === "ipv4-unicast" ? "ipv4" : "ipv6";
    return parseGobgpTable(await daemon.ask(["gobgp", "global", "rib", "-a", words, "-j"]));
  },
};

/** gobgpd's TOML for a spec. */
export function gobgpConfig(spec: DaemonSpec): string {
  return `[global.config]
as = ${spec.asn}
router-id = "${spec.routerId}"
local-address-list = ["0.0.0.0", "::"]
${spec.neighbours.map(gobgpNeighbour).join("")}`;
}

function gobgpNeighbour(neighbour: NeighbourSpec): string {
  const holdTime = neighbour.holdTime ?? 90;
  const password = neighbour.password === undefined ? "" : `auth-password = ${JSON.stringify(neighbour.password)}\n`;
  const multihop =
    neighbour.multihop === undefined
      ? ""
      : `[neighbors.ebgp-multihop.config]\nenabled = true\nmultihop-ttl = ${neighbour.multihop}\n`;
  const ttlSecurity =
    neighbour.ttlSecurityHops === undefined
      ? ""
      : `[neighbors.ttl-security.config]\nenabled = true\nttl-min = ${256 - neighbour.ttlSecurityHops}\n`;
  const { addPath } = neighbour;
  const receives = addPath === "receive" || addPath === "both";
  const sendMax = addPath === "send" || addPath === "both" ? 8 : 0;
  const paths =
    addPath === undefined
      ? ""
      : `[neighbors.afi-safis.add-paths.config]\nreceive = ${receives}\nsend-max = ${sendMax}\n`;
  const limit =
    neighbour.maxPrefixes === undefined
      ? ""
      : `[neighbors.afi-safis.prefix-limit.config]\nmax-prefixes = ${neighbour.maxPrefixes}\n`;
  const { gracefulRestart } = neighbour;
  const knows = neighbour.helpsRestart === true || gracefulRestart !== undefined;
  const restarts = knows ? "[neighbors.afi-safis.mp-graceful-restart.config]\nenabled = true\n" : "";
  const restart = knows
    ? `[neighbors.graceful-restart.config]\nenabled = true\nnotification-enabled = true\nrestart-time = ${gracefulRestart ?? 10}\n`
    : "";
  const families = (neighbour.families ?? bothFamilies).map(
    (family) =>
      `[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = "${family}"\n${restarts}${paths}${limit}`,
  );
  return `[[neighbors]]
[neighbors.config]
neighbor-address = "${neighbour.address}"
peer-as = ${neighbour.asn}
${password}[neighbors.timers.config]
hold-time = ${holdTime}
keepalive-interval = ${Math.floor(holdTime / 3)}
connect-retry = 1
idle-hold-time-after-reset = 1
[neighbors.transport.config]
passive-mode = ${neighbour.passive ?? true}
local-address = "${neighbour.localAddress}"
${multihop}${ttlSecurity}${restart}${families.join("")}`;
}

function gobgpAdd(spec: DaemonSpec, route: OwnRoute): readonly string[] {
  const six = route.prefix.includes(":");
  return [
    ...["gobgp", "global", "rib", "add", route.prefix, "origin", "igp"],
    ...["nexthop", six ? spec.addresses.ipv6 : spec.addresses.ipv4],
    ...(route.med === undefined ? [] : ["med", String(route.med)]),
    ...(route.communities === undefined ? [] : ["community", route.communities.join(",")]),
    ...(route.largeCommunities === undefined ? [] : ["large-community", route.largeCommunities.join(",")]),
    ...["-a", six ? "ipv6" : "ipv4"],
  ];
}

/** One attribute as `gobgp -j` prints it: the code, and fields that depend on it. */
interface GobgpAttribute {
  readonly type: number;
  readonly value?: unknown;
  readonly nexthop?: string;
  readonly metric?: number;
  readonly as_paths?: readonly { readonly asns?: readonly number[] }[];
  readonly communities?: readonly number[];
}

interface GobgpPath {
  readonly best?: boolean;
  readonly attrs?: readonly GobgpAttribute[];
  readonly "neighbor-ip"?: string;
}

/** Reads `gobgp global rib -j`; paths without a neighbour are its own. */
function parseGobgpTable(text: string): readonly ReceivedRoute[] {
  const table = (readJson(text) ?? {}) as Record<string, readonly GobgpPath[]>;
  return Object.entries(table).flatMap(([prefix, paths]) =>
    paths
      .filter((path) => path["neighbor-ip"] !== undefined)
      .map((path) => ({
        ...readAttributes(path.attrs ?? []),
        prefix,
        peer: path["neighbor-ip"] ?? "",
        best: path.best === true,
      })),
  );
}

function readAttributes(attributes: readonly GobgpAttribute[]): Omit<ReceivedRoute, "prefix" | "peer" | "best"> {
  const find = (code: number): GobgpAttribute | undefined => attributes.find(({ type }) => type === code);
  const large = (find(32)?.value ?? []) as readonly { ASN: number; LocalData1: number; LocalData2: number }[];
  return {
    nextHop: find(14)?.nexthop ?? find(3)?.nexthop ?? "",
    asPath: (find(2)?.as_paths ?? []).flatMap((segment) => segment.asns ?? []),
    origin: (["igp", "egp", "incomplete"] as const)[Number(find(1)?.value)] ?? "incomplete",
    // Protocol buffers leave out zeroes: an attribute without its number has the number 0.
    med: find(4) === undefined ? null : (find(4)?.metric ?? 0),
    localPref: find(5) === undefined ? null : Number(find(5)?.value ?? 0),
    communities: (find(8)?.communities ?? []).map((value) => `${value >>> 16}:${value & 0xffff}`),
    largeCommunities: large.map((value) => `${value.ASN}:${value.LocalData1}:${value.LocalData2}`),
  };
}

interface GobgpNeighbor {
  readonly conf?: { readonly neighbor_address?: string };
  readonly state?: { readonly neighbor_address?: string; readonly session_state?: number };
  readonly timers?: { readonly state?: { readonly negotiated_hold_time?: number } };
}

const stateNames = ["unknown", "idle", "connect", "active", "opensent", "openconfirm", "established"];

/** Reads `gobgp neighbor -j`. Why a session ended is only in its log, one JSON object per line. */
function parseGobgpNeighbors(text: string, log: readonly string[]): readonly RouterSession[] {
  return ((readJson(text) ?? []) as readonly GobgpNeighbor[]).map((neighbor) => {
    const peer = neighbor.state?.neighbor_address ?? neighbor.conf?.neighbor_address ?? "";
    const state = stateNames[neighbor.state?.session_state ?? 0] ?? "unknown";
    const hold = neighbor.timers?.state?.negotiated_hold_time;
    return {
      peer,
      state,
      holdTime: state === "established" ? (hold ?? 0) : null,
      lastError: lastLoggedError(log, peer),
    };
  });
}

function lastLoggedError(log: readonly string[], peer: string): string | null {
  for (const line of log.toReversed()) {
    const entry = readJson(line) as Readonly<Record<string, unknown>> | null;
    if (entry?.["Key"] !== peer || (entry["Data"] === undefined && entry["Reason"] === undefined)) continue;
    return [
      entry["msg"],
      entry["error"],
      entry["Reason"],
      entry["Data"] === undefined ? "" : JSON.stringify(entry["Data"]),
    ]
      .filter((word) => word !== undefined && word !== "")
      .join(" ");
  }
  return null;
}
