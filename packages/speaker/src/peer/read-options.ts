/** Single options of a peer, from text to what the speaker works with. Each throws `ERR_SPEAKER_OPTION` in words. */
import {
  type Family,
  familyFromName,
  familyName,
  type MaxPrefixes,
  type PeerConfig,
  type RemoteAs,
} from "@vipcast/bgp";
import type { AddPathMode, FamilyName, PeerGroup, PrefixLimit } from "../peer-options.ts";
import type { SocketProtection } from "../transport/options.ts";
import { isLinkLocal, isUnicast, type PeerAddress, readPeerAddress } from "../transport/peer-address.ts";
import { checkInteger, checkNumber, inWords, refuseOption } from "./check.ts";
import { checkNumbersOf } from "./option-types.ts";

const allFamilies: readonly FamilyName[] = ["ipv4-unicast", "ipv6-unicast"];

/** Where a dial comes from: an address, or any that an interface has at that moment. */
export type Source = { readonly address: PeerAddress } | { readonly interface: string };

export function readAddress(options: PeerGroup & { readonly address: string }): PeerAddress {
  const address = readPeerAddress(options.address);
  if (address === null)
    refuseOption(`address "${options.address}" is not an IP address; a link-local one looks like fe80::1%eth0`);
  if (!isUnicast(address.bytes))
    refuseOption(
      `address ${address.text} cannot be a peer: it is unspecified, multicast or broadcast; give the address that the router has on the way to us`,
    );
  if (!isLinkLocal(address.bytes) || address.zone !== null) return address;
  const zone = options.interface;
  if (zone === undefined)
    refuseOption(`address ${address.text} is link-local: say on which interface, ${address.text}%eth0`);
  return { ...address, zone, text: `${address.text}%${zone}` };
}

export function readRemoteAs(asn: RemoteAs | undefined): RemoteAs {
  if (asn === undefined) refuseOption('asn is missing: give the AS of the peer, or "external" or "internal" for any');
  if (typeof asn === "number") checkInteger("asn", asn, 1, 0xffff_ffff);
  else if (asn !== "external" && asn !== "internal")
    refuseOption(
      `asn is ${typeof asn === "string" ? asn : inWords(asn)}; it must be a whole number of 1..4294967295, "external" or "internal"`,
    );
  return asn;
}

export function readPassword(password: string): string {
  if (typeof password !== "string")
    refuseOption("password is no text; TCP MD5 takes a text of 1..80 octets (RFC 2385)");
  const octets = Buffer.byteLength(password);
  if (octets < 1 || octets > 80)
    refuseOption(
      `password has ${octets} octets; TCP MD5 takes 1..80 (RFC 2385): ${octets === 0 ? "leave it out for no password" : "shorten it at both ends"}`,
    );
  return password;
}

export function readProtection(options: SocketProtection, address: PeerAddress): SocketProtection {
  const { password, ttlSecurity, multihop, trafficClass, userTimeout } = options;
  if (ttlSecurity !== undefined) checkInteger("ttlSecurity", ttlSecurity, 1, 254);
  if (multihop !== undefined) checkInteger("multihop", multihop, 1, 255);
  if (ttlSecurity !== undefined && multihop !== undefined)
    refuseOption(
      `ttlSecurity is ${ttlSecurity} and multihop is ${multihop}, which exclude each other: the first sends with TTL 255; leave one of them out`,
    );
  if (trafficClass !== undefined) checkInteger("trafficClass", trafficClass, 0, 255);
  if (userTimeout !== undefined) checkNumber("userTimeout", userTimeout, 1, 65535);
  if (options.interface !== undefined && !isInterfaceName(options.interface))
    refuseOption(
      `interface "${options.interface}" is not the name of an interface: 1..15 characters without / : and blanks`,
    );
  return {
    ...(password === undefined ? {} : { password: readPassword(password) }),
    ...(ttlSecurity === undefined ? {} : { ttlSecurity }),
    ...(multihop === undefined ? {} : { multihop }),
    // The zone of a link-local address pins the interface already, without any socket option.
    ...(options.interface === undefined || address.zone !== null ? {} : { interface: options.interface }),
    ...(trafficClass === undefined ? {} : { trafficClass }),
    ...(userTimeout === undefined ? {} : { userTimeout }),
  };
}

export function readFamilies(names: readonly FamilyName[] = allFamilies): readonly Family[] {
  if (names.length === 0)
    refuseOption(
      `families is empty; a session needs at least one: name some of ${allFamilies.join(", ")}, or leave it out for both`,
    );
  return [...new Set(names)].map((name) => {
    const family = allFamilies.includes(name) ? familyFromName(name) : undefined;
    if (family === undefined) refuseOption(`family "${String(name)}" is not one of ${allFamilies.join(", ")}`);
    return family;
  });
}

export function readAddPath(
  wanted: PeerGroup["addPath"],
  families: readonly Family[],
): PeerConfig["capabilities"]["addPath"] {
  if (wanted === undefined) return [];
  if (typeof wanted === "string") return families.map((family) => offer(family, wanted));
  return Object.entries(wanted).map(([name, mode]) => {
    const family = familyFromName(name);
    if (family === undefined || !families.includes(family)) refuseFamily("addPath", name, families);
    return offer(family, mode);
  });
}

function refuseFamily(option: "addPath" | "maxPrefixes", name: string, families: readonly Family[]): never {
  const known = families.map(familyName).join(", ");
  refuseOption(`${option} names "${name}", which is not in families (${known}): add it there, or leave it out here`);
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
      return refuseOption(`addPath is "${String(mode)}"; it must be send, receive or both`);
  }
}

/** Longer than that a route to a host that is dead must not be kept. */
const maxRestartTime = 10;

export function readGracefulRestart(
  wanted: PeerGroup["gracefulRestart"],
  families: readonly Family[],
): PeerConfig["capabilities"]["gracefulRestart"] {
  if (wanted === undefined) return null;
  const { restartTime, notification = true } = typeof wanted === "number" ? { restartTime: wanted } : wanted;
  checkInteger("gracefulRestart.restartTime", restartTime, 0, maxRestartTime);
  if (typeof notification !== "boolean")
    refuseOption(`gracefulRestart.notification is ${inWords(notification)}; it must be true or false`);
  return {
    restarted: false,
    notification,
    restartTime,
    // RFC 4724 §4: who does not ask for help itself announces the capability without families.
    families: restartTime === 0 ? [] : families.map((family) => ({ family, forwarding: false })),
  };
}

const defaultWarningPercent = 75;

export function readMaxPrefixes(wanted: PeerGroup["maxPrefixes"], families: readonly Family[]): readonly MaxPrefixes[] {
  if (wanted === undefined) return [];
  if (typeof wanted === "number" || "limit" in wanted) return families.map((family) => prefixLimit(family, wanted));
  return Object.entries(wanted).map(([name, limit]) => {
    const family = familyFromName(name);
    if (family === undefined || !families.includes(family)) refuseFamily("maxPrefixes", name, families);
    return prefixLimit(family, limit);
  });
}

function prefixLimit(family: Family, wanted: number | PrefixLimit): MaxPrefixes {
  if (typeof wanted !== "number") checkNumbersOf("maxPrefixes", wanted);
  const {
    limit,
    warningPercent = defaultWarningPercent,
    restart,
  } = typeof wanted === "number" ? { limit: wanted } : wanted;
  return { family, limit, warningPercent, restart: restart ?? null };
}

export function readSource(text: string, peer: PeerAddress): Source {
  const source = readPeerAddress(text);
  if (source === null) {
    // What looks like an address gone wrong is not taken for an interface.
    if (!isInterfaceName(text) || /^[\d.]+$/.test(text))
      refuseOption(
        `source "${text}" is neither an IP address nor the name of an interface: give an address of this host, or a name such as eth0`,
      );
    return { interface: text };
  }
  if (source.bytes.length !== peer.bytes.length)
    refuseOption(
      `source ${source.text} and address ${peer.text} are not of the same IP version: give an IPv${peer.bytes.length === 4 ? 4 : 6} address of this host, or leave source out`,
    );
  if (!isLinkLocal(source.bytes) || source.zone !== null || peer.zone === null) return { address: source };
  return { address: { ...source, zone: peer.zone, text: `${source.text}%${peer.zone}` } };
}

export function readNextHop(text: string): Uint8Array {
  const address = typeof text === "string" ? readPeerAddress(text) : null;
  if (address === null || !isUnicast(address.bytes))
    refuseOption(
      `nextHopSelf "${String(text)}" is not a unicast address: give one that reaches us, such as 10.0.0.1 or fd00::1`,
    );
  return address.bytes;
}

/** As the kernel takes it. */
function isInterfaceName(text: string): boolean {
  return /^[^\s/:]+$/.test(text) && text !== "." && text !== ".." && Buffer.byteLength(text) <= 15;
}
