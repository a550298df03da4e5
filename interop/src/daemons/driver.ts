import type { BgpPath, DaemonProgram, Isolation, RouterSession } from "@vipcast/lab";

/** The daemons there is a driver for. */
export type DaemonName = "bird" | "frr" | "gobgp" | "openbgpd" | "exabgp";

export type FamilyName = "ipv4-unicast" | "ipv6-unicast";

/** What a case may need of a daemon. A driver says in words why its daemon lacks one. */
export type Ability =
  /** Takes the role of the one who waits for a connection. */
  | "listens"
  /** Opens the connection itself. */
  | "dials"
  | "ipv6-transport"
  /** Takes IPv6 routes on an IPv4 session and the other way round. */
  | "other-family-routes"
  /** Can leave capability 65 (four-octet AS numbers) out of its OPEN. */
  | "two-octet-as"
  /** The same towards a neighbour whose own number has four octets. */
  | "two-octet-as-for-four-octet-neighbour"
  /** Takes several neighbours in one configuration and says which path it prefers. */
  | "several-neighbours"
  /** Sends a neighbour routes with that neighbour's AS number in their path. */
  | "sends-loops"
  /** Divides traffic by the link bandwidth extended community. */
  | "link-bandwidth"
  /** Puts what it learns into the kernel's routing table. */
  | "kernel-routes"
  /** Announces IPv6 routes of its own on an IPv4 session. */
  | "originates-ipv6-over-ipv4"
  | "md5"
  /** The same on connections it accepts. */
  | "md5-accepting"
  | "gtsm"
  /** Negotiates a hold time below 9 seconds. */
  | "short-hold-time"
  /** Takes several paths to one prefix (RFC 7911). */
  | "add-path-receive"
  /** Sends its routes with path identifiers. */
  | "add-path-send"
  /** Can leave the offer to receive several paths out of its OPEN. */
  | "add-path-off"
  /** Runs a session over link-local addresses. */
  | "link-local"
  /** The same where it opens the connection. */
  | "dials-link-local"
  /** Takes an IPv6 next hop for IPv4 routes (RFC 8950). */
  | "extended-next-hop"
  /** Can leave the offer to do so out of its OPEN on an IPv6 session. */
  | "extended-next-hop-off"
  /** Ends a session with too many prefixes. */
  | "max-prefixes"
  /** Knows roles (RFC 9234). */
  | "role"
  /** Asks for the routes again on a command (RFC 2918). */
  | "refreshes"
  /** Sends its routes again when it is asked (RFC 2918). */
  | "answers-refresh"
  /** Announces a thousand routes of its own. */
  | "originates-many"
  /** Marks where the answer to such a command, or to ours, begins and ends (RFC 7313). */
  | "enhanced-refresh"
  /** Keeps the routes of a neighbour that restarts (RFC 4724 §4.2). */
  | "helps-restart"
  /** The same after a NOTIFICATION that is no Hard Reset (RFC 8538). */
  | "helps-restart-notified"
  /** Restarts itself with its forwarding state preserved (RFC 4724 §4.1). */
  | "restarts-gracefully"
  /** Resets a session with a Cease that graceful restart bridges, on a command (RFC 8538 §4). */
  | "resets-bridged"
  /** Sends a text with a shutdown (RFC 9003), on a command. */
  | "shutdown-text"
  /** Offers a hold time of 0. */
  | "offers-no-hold-time"
  /** Says after an OPEN of its own was refused, in a command's output or a log, why. */
  | "tells-received-errors";

/** One neighbour, in no daemon's language. */
export interface NeighbourSpec {
  /** Letters, digits and underscores. */
  readonly name: string;
  readonly address: string;
  readonly asn: number;
  /** The daemon's own end of the session. */
  readonly localAddress: string;
  /** Wait for the neighbour to connect. Default true. */
  readonly passive?: boolean;
  /** Seconds, 0 or 3..65535. Default 90. */
  readonly holdTime?: number;
  /** Default both. */
  readonly families?: readonly FamilyName[];
  /** TCP MD5 key (RFC 2385). */
  readonly password?: string;
  /** TTL of the packets sent, for a neighbour that is not on the link. */
  readonly multihop?: number;
  /** Most hops the neighbour may be away (RFC 5082). */
  readonly ttlSecurityHops?: number;
  /** Offer ADD-PATH (RFC 7911) for all families, as the daemon sees it. Default not at all. */
  readonly addPath?: "send" | "receive" | "both";
  /** Restart gracefully itself, with so many seconds for it. Default not at all. */
  readonly gracefulRestart?: number;
  /** Keep the neighbour's routes while it restarts, where that has to be said. Default false. */
  readonly helpsRestart?: boolean;
  /** Most prefixes of each family; one more ends the session. Default no limit. */
  readonly maxPrefixes?: number;
  /** The daemon's own role towards this neighbour (RFC 9234). Default none. */
  readonly role?: "provider" | "customer";
  /** Take IPv6 next hops for IPv4 routes (RFC 8950). Default false. */
  readonly extendedNextHop?: boolean;
  /** Offer messages beyond 4,096 octets (RFC 8654), where that can be chosen. Default false. */
  readonly extendedMessages?: boolean;
  /** Do not announce capability 65 (RFC 6793). Default false. */
  readonly twoOctetAs?: boolean;
  /** Send it what other neighbours sent, where that has to be said. Default false. */
  readonly passesOn?: boolean;
}

/** A route the daemon announces as its own. */
export interface OwnRoute {
  readonly prefix: string;
  /** 0..4294967295; default none. */
  readonly med?: number;
  /** `a:b`. */
  readonly communities?: readonly string[];
  /** `a:b:c`. */
  readonly largeCommunities?: readonly string[];
}

/** Everything a daemon is told before it starts. */
export interface DaemonSpec {
  readonly asn: number;
  /** A dotted quad. */
  readonly routerId: string;
  /** Addresses of the daemon's host: the next hops of its own routes. */
  readonly addresses: { readonly ipv4: string; readonly ipv6: string };
  readonly neighbours: readonly NeighbourSpec[];
  readonly routes?: readonly OwnRoute[];
}

/** A route as the daemon received and accepted it. */
export interface ReceivedRoute extends Omit<BgpPath, "multipath"> {
  readonly prefix: string;
}

/** Where one daemon runs. */
export interface Place {
  /** Its private folder, in which configuration, sockets and logs lie. */
  readonly folder: string;
  readonly isolation: Isolation;
}

/** A file to write before the daemon starts. */
export interface DaemonFile {
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
  /** Default 0o644. */
  readonly mode?: number;
}

/** A running daemon as a driver sees it. */
export interface RunningDaemon {
  readonly place: Place;
  readonly spec: DaemonSpec;
  /** Runs a command on the daemon's host and returns its standard output, empty when it failed. */
  ask(argv: readonly string[]): Promise<string>;
  /** A file's text, empty when it is not there. */
  read(path: string): Promise<string>;
  /** What the daemon wrote on its standard output and error since its last start, `program: line`. */
  log(): readonly string[];
}

/** All that is particular to one daemon; everything else about its life is in `PeerDaemon`. */
export interface DaemonDriver {
  readonly name: DaemonName;
  /** As its makers write it. */
  readonly title: string;
  /** Programs that must be installed. */
  readonly programs: readonly string[];
  /** What it cannot do, each with the reason in a few words. */
  readonly lacks: Readonly<Partial<Record<Ability, string>>>;
  /** Additional abilities that are missing without real root, each with the reason. */
  readonly lacksRootless?: Readonly<Partial<Record<Ability, string>>>;
  /** Set when it does not run in a user namespace at all, with the reason. */
  readonly needsRoot?: string;
  /** Command that prints the version, and how to read it. */
  readonly version: { readonly argv: readonly string[]; readonly pattern: RegExp };
  /**
   * How the neighbour's AS number is written for a daemon that does not announce capability 65 itself: some look at the
   * neighbour's all the same. Default the true number.
   */
  readonly oldKnowsAs?: "as-trans";
  /** It waits at least so long before it dials, whatever its configuration says. */
  readonly dialsAfterMs?: number;
  /** It refuses a neighbour for so long after a session with it ended. */
  readonly backAfterMs?: number;
  /** User and group that must own its folder. */
  readonly owner?: string;
  /** Written before each start. */
  files(spec: DaemonSpec, place: Place): readonly DaemonFile[];
  /** In the order of their start. */
  start(spec: DaemonSpec, place: Place): readonly DaemonProgram[];
  /** True once the program answers. */
  ready(daemon: RunningDaemon, program: string): Promise<boolean>;
  sessions(daemon: RunningDaemon): Promise<readonly RouterSession[]>;
  received(daemon: RunningDaemon, family: FamilyName): Promise<readonly ReceivedRoute[]>;
  /** Commands for one neighbour, where there are such. */
  readonly refresh?: (place: Place, neighbour: NeighbourSpec) => readonly string[];
  readonly reset?: (place: Place, neighbour: NeighbourSpec) => readonly string[];
  readonly shutDown?: (place: Place, spec: DaemonSpec, neighbour: NeighbourSpec, text: string) => readonly string[];
}

export const bothFamilies: readonly FamilyName[] = ["ipv4-unicast", "ipv6-unicast"];

/** `fe80::1%eth0` */
export function isLinkLocal(address: string): boolean {
  return address.startsWith("fe80:");
}

export function familyOfPrefix(prefix: string): FamilyName {
  return prefix.includes(":") ? "ipv6-unicast" : "ipv4-unicast";
}

/** `IGP`, `Incomplete` and `i` in every daemon's spelling. */
export function readOrigin(text: string | undefined): ReceivedRoute["origin"] {
  const word = (text ?? "").toLowerCase();
  return word === "igp" || word === "egp" ? word : "incomplete";
}

/** `65000 65001 {65002 65003}` as a flat list. */
export function readAsPath(text: string | undefined): readonly number[] {
  return (text ?? "")
    .split(/[^0-9]+/)
    .filter((word) => word !== "")
    .map(Number);
}

/** Communities that daemons show by name (IANA "BGP Well-known Communities"). */
const wellKnown: Readonly<Record<string, string>> = {
  gracefulshutdown: "65535:0",
  acceptown: "65535:1",
  llgrstale: "65535:6",
  nollgr: "65535:7",
  blackhole: "65535:666",
  noexport: "65535:65281",
  noadvertise: "65535:65282",
  noexportsubconfed: "65535:65283",
  localas: "65535:65283",
  nopeer: "65535:65284",
};

/** `65000:1`, `no-export`, `NO_EXPORT` or `noExport` as two numbers. */
export function readCommunity(text: string): string {
  return wellKnown[text.toLowerCase().replace(/[^a-z]/g, "")] ?? text;
}

/** The JSON value in a text that may have other lines before it, or null. */
export function readJson(text: string): unknown {
  const start = text.search(/[[{]/);
  if (start < 0) return null;
  try {
    return JSON.parse(text.slice(start));
  } catch {
    return null;
  }
}
