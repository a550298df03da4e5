import { parseAddress as addressBytes, formatAddress } from "@vipcast/bgp";
import { Address6 } from "ip-address";
import ipaddr from "ipaddr.js";

/** An address or prefix in normal form. */
export interface ParsedPrefix {
  /** RFC 5952 form of the address as written, host bits included. */
  readonly address: string;
  readonly prefixLength: number;
  readonly family: 4 | 6;
  /** The first address of the prefix; equal to `address` where no host bit is set. */
  readonly network: string;
}

/** Bits of an address of this family. */
export function fullLength(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

/** Parses `192.0.2.10`, `192.0.2.0/24` and their IPv6 forms; no zone. Returns null for anything else, shorthand and octal IPv4 included. */
export function parsePrefix(text: string): ParsedPrefix | null {
  if (!/^[0-9A-Fa-f.:]+(\/(0|[1-9][0-9]{0,2}))?$/.test(text)) return null;
  if (!text.includes(":")) return parseIpv4(text);
  try {
    const parsed = new Address6(text);
    return {
      address: parsed.correctForm(),
      prefixLength: parsed.subnetMask,
      family: 6,
      network: parsed.startAddress().correctForm(),
    };
  } catch {
    // ip-address reports bad text by throwing.
    return null;
  }
}

/** Without ip-address, which takes some 60 µs for each: an intent of ten thousand VIPs is parsed in one go. */
function parseIpv4(text: string): ParsedPrefix | null {
  const [address = "", lengthText = "32"] = text.split("/");
  const bytes = addressBytes(address);
  const prefixLength = Number(lengthText);
  if (bytes === undefined || prefixLength > 32) return null;
  const network = bytes.map((octet, index) => octet & (0xff00 >> Math.min(8, Math.max(0, prefixLength - 8 * index))));
  return { address, prefixLength, family: 4, network: formatAddress(network) };
}

/** Parses one address without length or zone into RFC 5952 form; null for anything else. */
export function parseAddress(text: string): string | null {
  return text.includes("/") ? null : (parsePrefix(text)?.address ?? null);
}

/** An address without its zone, in RFC 5952 form: how peers are compared with VIPs. Text that is no address is returned as it is. */
export function withoutZone(text: string): string {
  const bare = text.split("%", 1)[0] ?? text;
  return parseAddress(bare) ?? bare;
}

/** Whether `address` lies inside `network/prefixLength`. False across families, and for text that is no address. */
export function contains(network: string, prefixLength: number, address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const outer = ipaddr.parse(network);
  const inner = ipaddr.parse(address);
  return outer.kind() === inner.kind() && inner.match([outer, prefixLength]);
}

/** A prefix made ready for many comparisons. */
export interface Network {
  /** First address, RFC 5952 form. */
  readonly network: string;
  readonly prefixLength: number;
  readonly parsed: ipaddr.IPv4 | ipaddr.IPv6;
}

/** Makes a network of an address and a length; null when the text is no address. */
export function networkOf(address: string, prefixLength: number): Network | null {
  const prefix = parsePrefix(`${address}/${prefixLength}`);
  return prefix === null ? null : { network: prefix.network, prefixLength, parsed: ipaddr.parse(prefix.network) };
}

/** Whether two networks share an address. */
export function overlaps(a: Network, b: Network): boolean {
  return a.parsed.kind() === b.parsed.kind() && a.parsed.match([b.parsed, Math.min(a.prefixLength, b.prefixLength)]);
}

/** The last address of an IPv4 prefix. */
export function broadcastOf(network: string, prefixLength: number): string {
  return ipaddr.IPv4.broadcastAddressFromCIDR(`${network}/${prefixLength}`).toString();
}

/** What an address is for, where that forbids it as a VIP; null where it does not. */
export type SpecialUse =
  | "unspecified"
  | "loopback"
  | "link-local"
  | "multicast"
  | "broadcast"
  | "reserved"
  | "ipv4-mapped"
  | "ipv4-compatible";

/** Classifies one address in normal form. Documentation, private and benchmarking ranges are ordinary addresses here. */
export function specialUse(address: string): SpecialUse | null {
  const parsed = ipaddr.parse(address);
  switch (parsed.range()) {
    case "unspecified":
      return "unspecified";
    case "loopback":
      return "loopback";
    case "linkLocal":
      return "link-local";
    case "multicast":
      return "multicast";
    case "broadcast":
      return "broadcast";
    case "ipv4Mapped":
      return "ipv4-mapped";
    default:
      // RFC 4291 §2.5.5.1: "The 'IPv4-Compatible IPv6 address' is now deprecated"; ipaddr.js takes it for an ordinary one.
      if (parsed.kind() === "ipv6" && parsed.match([ipaddr.parse("::"), 96])) return "ipv4-compatible";
      // RFC 1112 §4: 240.0.0.0/4. ipaddr.js counts documentation ranges as reserved too, and those are fine.
      return parsed.kind() === "ipv4" && parsed.toByteArray()[0]! >= 240 ? "reserved" : null;
  }
}

const SPECIAL_PREFIXES: readonly (readonly [network: string, prefixLength: number])[] = [
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["::", 96],
  ["::ffff:0:0", 96],
  ["fe80::", 10],
  ["ff00::", 8],
];

/** The special-use address range that an aggregate covers, or null. */
export function specialUseWithin(network: string, prefixLength: number): SpecialUse | null {
  const aggregate = networkOf(network, prefixLength);
  for (const [special, length] of SPECIAL_PREFIXES) {
    const range = networkOf(special, length);
    if (aggregate !== null && range !== null && overlaps(aggregate, range)) return specialUse(special) ?? "reserved";
  }
  return null;
}
