import type { Timers } from "@vipcast/announcer";
import type { RawArguments } from "../arguments/option.ts";
import type { Parsed, Problem } from "../arguments/problem.ts";
import { accept, refuse, shown } from "../arguments/problem.ts";
import { ArgumentReader } from "../arguments/reader.ts";
import { didYouMean } from "../arguments/suggest.ts";
import { isUnicast, parseAddress } from "../values/address.ts";
import { parseCommunity, parseLargeCommunity } from "../values/community.ts";
import { parseInstance } from "../values/instance.ts";
import { type ListenSettings, listenConflict, listenText, parseListen } from "../values/listen.ts";
import { type LogLevel, logLevels } from "../values/log-level.ts";
import { durationText, parseAsn, parseDuration, parseInteger } from "../values/numbers.ts";
import { parseRouterId } from "../values/router-id.ts";
import { type HealthSettings, readChecks } from "./checks.ts";
import { type EcmpSettings, readEcmp } from "./ecmp.ts";
import type { FamilyName, PeerArgument } from "./peer.ts";
import { parseInterface, parsePeer } from "./peer.ts";
import { overriddenTimers, readTimers } from "./timers.ts";

/** A peer with nothing left open. */
export interface PeerSettings extends Omit<PeerArgument, keyof Timers | "profile" | "families"> {
  readonly timers: Timers;
  readonly families: readonly FamilyName[];
  /** How many of the routes that it sends are kept to be shown; absent or 0: none. */
  readonly keepReceived?: number;
}

/** What `vipcast announce` was asked to do, checked as far as that is possible without looking at the host. */
export interface AnnounceSettings extends EcmpSettings {
  /** As written, not empty; the rules for virtual IPs are the announcer's. */
  readonly prefixes: readonly string[];
  readonly asn: number;
  /** Dotted, or null for automatic. */
  readonly routerId: string | null;
  readonly peers: readonly PeerSettings[];
  readonly listen: readonly ListenSettings[];
  readonly interface: string;
  readonly bind: boolean;
  readonly adopt: boolean;
  readonly allowOnLink: boolean;
  /** Null: the default. */
  readonly stateDir: string | null;
  /** Null: named after the state folder. */
  readonly instance: string | null;
  readonly nextHops: { readonly 4: string | null; readonly 6: string | null };
  readonly med: number | null;
  readonly localPref: number | null;
  readonly prepend: number;
  readonly communities: readonly string[];
  readonly largeCommunities: readonly string[];
  readonly drainMs: number;
  /** A drain ends early when no packet has arrived for so long; null: never. */
  readonly drainIdleMs: number | null;
  readonly stopTimeoutMs: number;
  /** Checks and what they do. */
  readonly health: HealthSettings;
  readonly json: boolean;
  /** Null: info, or warn when both outputs are one terminal and would say everything twice. */
  readonly logLevel: LogLevel | null;
}

const dayMs = 86_400_000;
const u32 = 4294967295;
const bothFamilies: readonly FamilyName[] = ["ipv4-unicast", "ipv6-unicast"];

/** Checks everything that was written; with any problem the settings must not be used. */
export function readSettings(raw: RawArguments): {
  readonly settings: AnnounceSettings;
  readonly problems: readonly Problem[];
} {
  const reader = new ArgumentReader(raw);
  if (raw.operands.length === 0)
    reader.report(
      "vipcast announce",
      "needs at least one virtual IP",
      "write for example vipcast announce 192.0.2.10/32",
    );
  const asn = reader.one("asn", (text) => parseAsn(text, "--asn 65001"), null);
  if (!reader.has("asn")) reader.report("--asn", "is missing", "write our AS number, for example --asn 65001");

  const timers = readTimers(reader);
  const peers = reader.manyDetailed("peer", parsePeer).map((peer) => completePeer(peer, timers, reader));
  if (!reader.has("peer")) reader.report("--peer", "is missing", "write for example --peer 10.0.0.254,asn=65000");
  reportTwins(peers, reader);

  const listen = reader.many("listen", (text) =>
    parseListen(text, "--listen 0.0.0.0, --listen 10.0.0.1:1179 or --listen [::]:179"),
  );
  reportListenConflicts(listen, reader);
  const passive = peers.find((peer) => peer.passive);
  if (passive !== undefined && !reader.has("listen")) {
    reader.report(
      `--peer ${passive.address},passive`,
      "a passive peer connects to us, and nothing listens",
      "add --listen 0.0.0.0 or --listen [::]",
    );
  }

  const drainMs = reader.one("drain", (text) => parseDuration(text, 0, dayMs, "--drain 10"), 0);
  const settings: AnnounceSettings = {
    prefixes: raw.operands,
    asn: asn ?? 0,
    routerId: reader.one("router-id", (text) => parseRouterId(text, "--router-id 10.0.0.1, or leave it out"), null),
    peers,
    listen,
    interface: reader.one("interface", parseInterface, "lo"),
    bind: !reader.has("no-bind"),
    adopt: reader.has("adopt"),
    allowOnLink: reader.has("allow-on-link"),
    stateDir: reader.one("state-dir", parseStateDir, null),
    instance: reader.one("instance", (text) => parseInstance(text, "--instance blue"), null),
    nextHops: readNextHops(reader),
    med: reader.one("med", (text) => parseInteger(text, 0, u32, "MULTI_EXIT_DISC", "--med 100"), null),
    localPref: reader.one("local-pref", (text) => parseInteger(text, 0, u32, "LOCAL_PREF", "--local-pref 200"), null),
    prepend: reader.one(
      "prepend",
      (text) => parseInteger(text, 0, 16, "the number of additional AS numbers", "--prepend 2"),
      0,
    ),
    ...readEcmp(reader),
    health: readChecks(reader),
    communities: reader.many("community", parseCommunity),
    largeCommunities: reader.many("large-community", parseLargeCommunity),
    drainMs,
    drainIdleMs: reader.one("drain-idle", (text) => parseDuration(text, 100, dayMs, "--drain-idle 1"), null),
    stopTimeoutMs: reader.one(
      "stop-timeout",
      (text) => parseDuration(text, 1000, 2 * dayMs, "--stop-timeout 20"),
      drainMs + 10_000,
    ),
    json: reader.has("json"),
    logLevel: reader.one("log-level", parseLogLevel, null),
  };
  if (!settings.bind && settings.adopt) {
    reader.report("--no-bind --adopt", "exclude each other: without binding nothing is adopted", "keep one of them");
  }
  if (settings.drainIdleMs !== null && settings.drainMs === 0) {
    reader.report(
      `--drain-idle ${durationText(settings.drainIdleMs)}`,
      "ends a drain early, and there is none",
      "add --drain S, the longest it may take",
    );
  }
  if (settings.drainMs > settings.stopTimeoutMs) {
    reader.report(
      `--drain ${durationText(settings.drainMs)} --stop-timeout ${durationText(settings.stopTimeoutMs)}`,
      "the drain is longer than the stop may take, and would be cut short",
      `write --stop-timeout ${durationText(settings.drainMs + 10_000)}, or a shorter drain`,
    );
  }
  checkCommunities(settings, reader);
  return { settings, problems: reader.problems };
}

/** What is left for communities in a message of 4096 octets (RFC 4271 §4.1) when everything else in it is as long as it gets. */
const communityOctets = 3000;

function checkCommunities({ communities, largeCommunities }: AnnounceSettings, reader: ArgumentReader): void {
  const octets = 4 * communities.length + 12 * largeCommunities.length;
  if (octets <= communityOctets) return;
  reader.report(
    `--community and --large-community, ${communities.length + largeCommunities.length} of them`,
    `take ${octets} octets, and a BGP message has room for ${communityOctets} (RFC 4271 §4.1)`,
    `keep at most ${communityOctets / 4} communities or ${communityOctets / 12} large ones`,
  );
}

function completePeer(peer: PeerArgument, base: Timers, reader: ArgumentReader): PeerSettings {
  const { timers, problem } = overriddenTimers(peer.profile ?? base, peer);
  if (problem !== null)
    reader.report(`--peer ${peer.address},keepalive=${timers.keepalive}`, problem.rule, problem.remedy);
  const { profile: _profile, holdTime: _hold, keepalive: _keepalive, connectRetry: _retry, ...rest } = peer;
  return { ...rest, timers, families: peer.families.length === 0 ? bothFamilies : peer.families };
}

function reportTwins(peers: readonly PeerSettings[], reader: ArgumentReader): void {
  const seen = new Set<string>();
  for (const { address } of peers) {
    if (seen.has(address)) reader.report(`--peer ${address}`, "is given more than once", "keep one of them");
    seen.add(address);
  }
}

/** One address and port can be listened on once, and an address for all takes in every other one of its version. */
function reportListenConflicts(listen: readonly ListenSettings[], reader: ArgumentReader): void {
  listen.forEach((one, index) => {
    const conflict = listenConflict(listen, index);
    if (conflict === null) return;
    const subject = `--listen ${listenText(one)}`;
    if (conflict.same) reader.report(subject, "is given more than once", "keep one of them");
    else
      reader.report(
        `--listen ${listenText(conflict.other)} ${subject}`,
        "the one takes in the other",
        "keep one of them",
      );
  });
}

function parseStateDir(text: string): Parsed<string> {
  return text === ""
    ? refuse("is the path of a folder", "write for example --state-dir /var/lib/vipcast")
    : accept(text);
}

function parseLogLevel(text: string): Parsed<LogLevel> {
  const level = logLevels.find((name) => name === text);
  return level === undefined ? refuse("is no log level", didYouMean(text, logLevels)) : accept(level);
}

function readNextHops(reader: ArgumentReader): AnnounceSettings["nextHops"] {
  const hops: { 4: string | null; 6: string | null } = { 4: null, 6: null };
  for (const hop of reader.many("next-hop", parseNextHop)) {
    if (hop === "self") continue;
    if (hops[hop.version] === null) hops[hop.version] = hop.text;
    else
      reader.report(`--next-hop ${shown(hop.text)}`, `is a second next hop for IPv${hop.version}`, "keep one of them");
  }
  return hops;
}

function parseNextHop(text: string): Parsed<"self" | { readonly text: string; readonly version: 4 | 6 }> {
  if (text === "self") return accept("self");
  const address = parseAddress(text);
  const usable =
    address !== null && isUnicast(address) && address.range !== "loopback" && address.range !== "linkLocal";
  if (!usable) {
    return refuse(
      "the next hop is self, or a unicast address that routers can reach, not loopback and not link-local",
      "write for example --next-hop 10.0.0.1, or leave it out",
    );
  }
  return accept({ text: address.text, version: address.version });
}
