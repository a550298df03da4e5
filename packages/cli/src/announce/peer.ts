import type { Timers } from "@vipcast/announcer";
import type { AddPathMode } from "@vipcast/speaker";
import type { Completion } from "../arguments/option.ts";
import type { Parsed, Problem } from "../arguments/problem.ts";
import { accept, refuse, shown } from "../arguments/problem.ts";
import { didYouMean } from "../arguments/suggest.ts";
import { isUnicast, parseAddress } from "../values/address.ts";
import { parseAsn, parseHoldTime, parseInteger } from "../values/numbers.ts";
import { readPeerAddress } from "../values/peer-address.ts";
import type { TimerOverrides } from "./timers.ts";
import { parseConnectRetry, parseKeepalive, parseTimerPreset } from "./timers.ts";

export type FamilyName = "ipv4-unicast" | "ipv6-unicast";

/** A `--peer` as written; timers that are null follow the ones of all peers. */
export interface PeerArgument extends TimerOverrides {
  /** Canonical, with `%zone` when the address is link-local. */
  readonly address: string;
  readonly version: 4 | 6;
  readonly asn: number;
  /** What its timers begin with instead of those of all peers; null: those. */
  readonly profile: Timers | null;
  readonly port: number;
  readonly passive: boolean;
  readonly passwordFile: string | null;
  readonly ttlSecurity: number | null;
  readonly multihop: number | null;
  readonly source: string | null;
  readonly interface: string | null;
  /** Empty: both. */
  readonly families: readonly FamilyName[];
  /** For all its families. */
  readonly addPath: AddPathMode | null;
  /** Seconds that the peer keeps our routes when the session breaks, 1..10; null: graceful restart is not offered. */
  readonly gracefulRestart: number | null;
  /** Seconds between two announcements of a route, 1..600; null: none (RFC 4271 §9.2.1.1). */
  readonly advertisementInterval: number | null;
  readonly description: string | null;
}

const families: Readonly<Record<string, FamilyName>> = {
  ipv4: "ipv4-unicast",
  ipv6: "ipv6-unicast",
  "ipv4-unicast": "ipv4-unicast",
  "ipv6-unicast": "ipv6-unicast",
};

function parseFamilies(text: string): Parsed<readonly FamilyName[]> {
  const names = text.split("+");
  const wrong = names.find((name) => families[name] === undefined);
  if (wrong !== undefined) {
    return refuse(
      "families are ipv4 and ipv6, joined by +",
      "write families=ipv4, families=ipv6 or families=ipv4+ipv6",
    );
  }
  return accept([...new Set(names.map((name) => families[name]!))]);
}

function parseAddPath(text: string): Parsed<AddPathMode> {
  if (text === "send" || text === "receive" || text === "both") return accept(text);
  return refuse(
    "is send, receive or both, for all families of the peer (RFC 7911)",
    "write add-path=send to send path identifiers",
  );
}

function parseGracefulRestart(text: string): Parsed<number> {
  const words = "the seconds that the peer keeps our routes when the session breaks (RFC 4724)";
  return parseInteger(text, 0, 10, words, "graceful-restart=10, or leave it out");
}

function parseAdvertisementInterval(text: string): Parsed<number> {
  const words = "the least seconds between two announcements of a route (RFC 4271 §9.2.1.1)";
  return parseInteger(text, 0, 600, words, "advertisement-interval=5, or leave it out");
}

/** A device name as the kernel takes it: 1..15 octets without `/`, `:` and white space. */
export function parseInterface(text: string): Parsed<string> {
  const valid = /^[^\s/:]+$/.test(text) && text !== "." && text !== ".." && new TextEncoder().encode(text).length <= 15;
  return valid
    ? accept(text)
    : refuse("an interface name has 1 to 15 characters, none of them a space, / or :", "see ip link for the names");
}

export function parseSource(text: string): Parsed<string> {
  const address = parseAddress(text);
  if (address === null || !isUnicast(address))
    return refuse("the source is an IPv4 or IPv6 address of this host", "see ip address for them");
  return accept(address.zone === null ? address.text : `${address.text}%${address.zone}`);
}

function parseBoolean(text: string): Parsed<boolean> {
  if (text === "" || text === "true" || text === "yes") return accept(true);
  if (text === "false" || text === "no") return accept(false);
  return refuse("is true or false", "write passive alone, or leave it out");
}

const path = (text: string): Parsed<string> =>
  text === "" ? refuse("is the path of a file", "write password-file=PATH") : accept(text);

/** Every key of `--peer`, in the order of the documentation. `null` parsers belong to keys that another reads. */
const keyParsers = {
  asn: (text: string) => parseAsn(text, "asn=65000"),
  port: (text: string) => parseInteger(text, 1, 65535, "a TCP port", "port=179"),
  passive: parseBoolean,
  "password-file": path,
  "ttl-security": (text: string) =>
    parseInteger(text, 1, 254, "the number of hops the peer may be away", "ttl-security=1"),
  multihop: (text: string) => parseInteger(text, 1, 255, "the TTL of our packets", "multihop=2"),
  source: parseSource,
  interface: parseInterface,
  timers: parseTimerPreset,
  "hold-time": (text: string) => parseHoldTime(text, "hold-time=9"),
  keepalive: parseKeepalive,
  "connect-retry": parseConnectRetry,
  families: parseFamilies,
  "add-path": parseAddPath,
  "graceful-restart": parseGracefulRestart,
  "advertisement-interval": parseAdvertisementInterval,
  description: (text: string): Parsed<string> => accept(text),
};

type Key = keyof typeof keyParsers;
type Values = { -readonly [K in Key]?: (typeof keyParsers)[K] extends (text: string) => Parsed<infer T> ? T : never };

/** The keys `--peer` takes, for suggestions and the documentation. */
export const peerKeys: readonly string[] = Object.keys(keyParsers);

/** What a shell may complete the value of a key with, and `null` for a key that stands alone; of the others nothing is known. */
export const peerKeyCompletions: Readonly<Partial<Record<Key, Completion | null>>> = {
  passive: null,
  "password-file": "file",
  interface: "interface",
  timers: ["wan", "datacenter", "fast"],
  families: ["ipv4", "ipv6", "ipv4+ipv6"],
  "add-path": ["send", "receive", "both"],
};

/** Reads `ADDR,asn=N[,key=value...]`. Reports every problem it finds; null when there was one. */
export function parsePeer(text: string, report: (problem: Problem) => void): PeerArgument | null {
  let valid = true;
  const [addressText = "", ...pairs] = text.split(",");
  const name = `--peer ${shown(addressText)}`;
  const refused = (subject: string, rule: string, remedy: string): void => {
    valid = false;
    report({ subject, rule, remedy });
  };

  const values: Values = {};
  for (const pair of pairs) readPair(values, pair, name, refused);
  const read = readPeerAddress(addressText, values.interface, {
    examples: "--peer 10.0.0.254,asn=65000 or --peer [2001:db8::1],asn=65000",
    written: (text) => `--peer ${text}`,
  });
  if (!read.ok) refused(name, read.rule, read.remedy);
  const address = read.ok ? read.value : null;
  if (values.asn === undefined && !pairs.some((pair) => /^(asn|as)=/.test(pair))) {
    refused(
      name,
      "needs the AS number of the peer",
      `write --peer ${addressText === "" ? "10.0.0.254" : addressText},asn=65000`,
    );
  }
  if (values["ttl-security"] !== undefined && values.multihop !== undefined) {
    refused(
      `${name},ttl-security=${values["ttl-security"]},multihop=${values.multihop}`,
      "ttl-security and multihop exclude each other",
      "keep one of them",
    );
  }
  const source = values.source === undefined ? null : parseAddress(values.source);
  if (source !== null && address !== null && source.version !== address.version) {
    refused(
      `${name},source=${values.source}`,
      `the source must be an IPv${address.version} address like the peer's`,
      "write one, or leave source out",
    );
  }
  if (!valid || address === null || values.asn === undefined) return null;
  return {
    address: address.zone === null ? address.text : `${address.text}%${address.zone}`,
    version: address.version,
    asn: values.asn,
    port: values.port ?? 179,
    passive: values.passive ?? false,
    passwordFile: values["password-file"] ?? null,
    ttlSecurity: values["ttl-security"] ?? null,
    multihop: values.multihop ?? null,
    source: values.source ?? null,
    interface: values.interface ?? null,
    profile: values.timers ?? null,
    holdTime: values["hold-time"] ?? null,
    keepalive: values.keepalive ?? null,
    connectRetry: values["connect-retry"] ?? null,
    families: values.families ?? [],
    addPath: values["add-path"] ?? null,
    gracefulRestart: values["graceful-restart"] || null,
    advertisementInterval: values["advertisement-interval"] || null,
    description: values.description ?? null,
  };
}

function readPair(
  values: Values,
  pair: string,
  peer: string,
  refused: (subject: string, rule: string, remedy: string) => void,
): void {
  const [, keyText = pair, valueText = ""] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
  const key = keyText === "as" ? "asn" : keyText;
  if (key === "password") {
    // The value is never repeated: it is a secret, and already in the list of processes.
    refused(
      `${peer},password=…`,
      "a password is never an argument, because every user can list them",
      "write password-file=PATH, or set VIPCAST_PEER_PASSWORD",
    );
  } else if (key === "bfd") {
    refused(
      `${peer},bfd`,
      "is not there yet",
      "leave it out, and use --timers fast to notice a failure within 3 seconds",
    );
  } else if (!isKey(key)) {
    refused(`${peer},${shown(keyText)}`, "is not a key of --peer", didYouMean(keyText, peerKeys));
  } else if (values[key] !== undefined) {
    refused(`${peer},${keyText}`, "is given more than once", "keep one of them");
  } else {
    const parsed: Parsed<unknown> = keyParsers[key](valueText);
    if (parsed.ok) Object.assign(values, { [key]: parsed.value });
    else refused(`${peer},${keyText}=${shown(valueText)}`, parsed.rule, parsed.remedy);
  }
}

function isKey(text: string): text is Key {
  return Object.hasOwn(keyParsers, text);
}
