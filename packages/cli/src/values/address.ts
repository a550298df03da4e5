import { contains } from "@vipcast/announcer";
import ipaddr from "ipaddr.js";

/** An address that was written as text and is valid. */
export interface IpAddress {
  /** Canonical: dotted decimal, or RFC 5952. Without zone. */
  readonly text: string;
  readonly version: 4 | 6;
  /** The zone of `fe80::1%eth0`, else null. */
  readonly zone: string | null;
  /** What ipaddr.js calls its kind: `unicast`, `linkLocal`, `loopback`, `multicast`, `unspecified`, `broadcast`, … */
  readonly range: string;
}

/** Reads an IPv4 or IPv6 address, IPv6 with or without brackets, with or without a zone; null when it is none. */
export function parseAddress(text: string): IpAddress | null {
  const inner = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (inner === text && ipaddr.IPv4.isValidFourPartDecimal(text)) {
    const address = ipaddr.IPv4.parse(text);
    return { text: address.toString(), version: 4, zone: null, range: address.range() };
  }
  const [bare, zone, more] = inner.split("%");
  if (bare === undefined || more !== undefined || zone === "" || !bare.includes(":") || !ipaddr.IPv6.isValid(bare))
    return null;
  const address = ipaddr.IPv6.parse(bare);
  return { text: address.toRFC5952String(), version: 6, zone: zone ?? null, range: address.range() };
}

/** Whether an IPv6 address is an IPv4 one in another form: mapped (`::ffff:0:0/96`), or the deprecated `::/96` (RFC 4291 §2.5.5). */
export function embedsIpv4({ version, text, range }: IpAddress): boolean {
  if (version === 4 || range === "loopback" || range === "unspecified") return false;
  return contains("::ffff:0:0", 96, text) || contains("::", 96, text);
}

/** Whether an address can be the other end of a session or a next hop: not unspecified, multicast, broadcast, of 240.0.0.0/4, or IPv4 in the form of IPv6. */
export function isUnicast(address: IpAddress): boolean {
  const { text, version, range } = address;
  if (embedsIpv4(address)) return false;
  // ipaddr.js calls the documentation ranges reserved as well, and those serve in examples and laboratories.
  if (version === 4 && Number.parseInt(text, 10) >= 240) return false;
  return range !== "unspecified" && range !== "multicast" && range !== "broadcast";
}
