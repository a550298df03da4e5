import { Family, familyFromName, type ImportPolicy, type PeerConfig, peerConfig } from "@vipcast/bgp";
import { SpeakerError } from "../errors.ts";
import type { AddPathMode, FamilyName, PeerOptions } from "../options.ts";
import type { DialOptions, ListenPeer } from "../transport/options.ts";
import { isLinkLocal, isUnicast, type PeerAddress, readPeerAddress } from "../transport/peer-address.ts";

/** {@link PeerOptions}, checked and with all defaults. */
export interface PeerSettings {
  readonly address: PeerAddress;
  readonly asn: number;
  readonly description: string | null;
  readonly config: PeerConfig;
  readonly dial: DialOptions;
  readonly listen: ListenPeer;
  readonly importPolicy: ImportPolicy | null;
  readonly nextHopSelf: readonly Uint8Array[];
}

/** What every peer of one speaker shares. */
export interface LocalSettings {
  readonly asn: number;
  readonly routerId: number;
}

const bgpPort = 179;
const defaultHoldTime = 9;
const defaultConnectRetry = 5;
const allFamilies: readonly FamilyName[] = ["ipv4-unicast", "ipv6-unicast"];

/** Throws `ERR_SPEAKER_OPTION` with a sentence on the first option that is wrong. */
export function peerSettings(options: PeerOptions, local: LocalSettings): PeerSettings {
  const address = readAddress(options);
  const { asn, holdTime = defaultHoldTime, connectRetry = defaultConnectRetry, port = bgpPort } = options;
  checkInteger("asn", asn, 1, 0xffff_ffff);
  checkInteger("port", port, 1, 65535);
  checkInteger("holdTime", holdTime, 0, 65535);
  if (holdTime === 1 || holdTime === 2)
    fail(`holdTime is ${holdTime}; it must be 0 (no keepalives) or at least 3 seconds (RFC 4271 §4.2)`);
  checkNumber("connectRetry", connectRetry, 1, 65535);
  if (options.keepalive !== undefined) {
    checkNumber("keepalive", options.keepalive, 1, 65535);
    if (holdTime === 0) fail("keepalive is given, but holdTime 0 means that no KEEPALIVEs are sent");
    if (options.keepalive >= holdTime)
      fail(`keepalive is ${options.keepalive}; it must be smaller than the holdTime of ${holdTime}`);
  }
  const protection = readProtection(options, address);
  const families = readFamilies(options.families ?? allFamilies);
  const overIpv6 = address.bytes.length === 16;
  const extended = (options.extendedNextHop ?? overIpv6) && families.includes(Family.Ipv4Unicast);
  const config = peerConfig({
    localAs: local.asn,
    remoteAs: asn,
    routerId: local.routerId,
    holdTime,
    keepalive: options.keepalive ?? null,
    connectRetry,
    passive: options.passive ?? false,
    families,
    description: options.description ?? "",
    capabilities: {
      extendedNextHop: extended ? [Family.Ipv4Unicast] : [],
      addPath: readAddPath(options.addPath, families),
    },
  });
  const source = options.source === undefined ? null : readSource(options.source, address);
  return {
    address,
    asn,
    description: options.description ?? null,
    config,
    dial: { host: address.text, port, ...(source === null ? {} : { localAddress: source.text }), ...protection },
    listen: { address: address.text, ...protection },
    importPolicy: options.importPolicy ?? null,
    nextHopSelf: (options.nextHopSelf ?? []).map(readNextHop),
  };
}

function readAddress(options: PeerOptions): PeerAddress {
  const address = readPeerAddress(options.address);
  if (address === null)
    fail(`address "${options.address}" is not an IP address; a link-local one looks like fe80::1%eth0`);
  if (!isUnicast(address.bytes))
    fail(`address ${address.text} cannot be a peer: it is unspecified, multicast or broadcast`);
  if (!isLinkLocal(address.bytes) || address.zone !== null) return address;
  const zone = options.interface;
  if (zone === undefined) fail(`address ${address.text} is link-local: say on which interface, ${address.text}%eth0`);
  return { ...address, zone, text: `${address.text}%${zone}` };
}

function readProtection(options: PeerOptions, address: PeerAddress): Omit<ListenPeer, "address"> {
  const { password, ttlSecurity, multihop } = options;
  if (password !== undefined) {
    const octets = Buffer.byteLength(password);
    if (octets < 1 || octets > 80) fail(`password has ${octets} octets; TCP MD5 takes 1..80 (RFC 2385)`);
  }
  if (ttlSecurity !== undefined) checkInteger("ttlSecurity", ttlSecurity, 1, 254);
  if (multihop !== undefined) checkInteger("multihop", multihop, 1, 255);
  if (ttlSecurity !== undefined && multihop !== undefined)
    fail("ttlSecurity and multihop exclude each other: one sends with TTL 255, the other with less");
  return {
    ...(password === undefined ? {} : { password }),
    ...(ttlSecurity === undefined ? {} : { ttlSecurity }),
    ...(multihop === undefined ? {} : { multihop }),
    // The zone of a link-local address pins the interface already, without any socket option.
    ...(options.interface === undefined || address.zone !== null ? {} : { interface: options.interface }),
  };
}

function readFamilies(names: readonly FamilyName[]): readonly Family[] {
  if (names.length === 0) fail("families is empty; a session needs at least one");
  return [...new Set(names)].map((name) => {
    const family = familyFromName(name);
    if (family === undefined || !allFamilies.includes(name))
      fail(`family "${name}" is not one of ${allFamilies.join(", ")}`);
    return family;
  });
}

function readAddPath(
  wanted: PeerOptions["addPath"],
  families: readonly Family[],
): PeerConfig["capabilities"]["addPath"] {
  if (wanted === undefined) return [];
  if (typeof wanted === "string") return families.map((family) => offer(family, wanted));
  return Object.entries(wanted).map(([name, mode]) => {
    const family = familyFromName(name);
    if (family === undefined || !families.includes(family)) fail(`addPath names "${name}", which is not in families`);
    return offer(family, mode);
  });
}

function offer(family: Family, mode: AddPathMode): PeerConfig["capabilities"]["addPath"][number] {
  switch (mode) {
    case "send":
      return { family, send: true, receive: false };
    case "receive":
      return { family, send: false, receive: true };
    case "both":
      return { family, send: true, receive: true };
    default:
      mode satisfies never;
      return fail(`addPath is "${String(mode)}"; it must be send, receive or both`);
  }
}

function readSource(text: string, peer: PeerAddress): PeerAddress {
  const source = readPeerAddress(text);
  if (source === null) fail(`source "${text}" is not an IP address`);
  if (source.bytes.length !== peer.bytes.length)
    fail(`source ${source.text} and address ${peer.text} are not of the same IP version`);
  if (!isLinkLocal(source.bytes) || source.zone !== null || peer.zone === null) return source;
  return { ...source, zone: peer.zone, text: `${source.text}%${peer.zone}` };
}

function readNextHop(text: string): Uint8Array {
  const address = readPeerAddress(text);
  if (address === null || !isUnicast(address.bytes)) fail(`nextHopSelf "${text}" is not a unicast address`);
  return address.bytes;
}

/** Throws `ERR_SPEAKER_OPTION` unless `value` is a whole number in the range. */
export function checkInteger(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value)) fail(`${name} is ${value}; it must be a whole number of ${low}..${high}`);
  checkNumber(name, value, low, high);
}

function checkNumber(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high)) fail(`${name} is ${value}; it must be ${low}..${high}`);
}

function fail(message: string): never {
  throw new SpeakerError("ERR_SPEAKER_OPTION", message);
}
