import { formatAddress } from "@vipcast/bgp";
import { type Packet, u16, u32 } from "./packet.ts";

/** A TCP segment; its data, `bytes[start, end)`, may be shorter than it was when the capture cut packets off. */
export interface TcpSegment {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  /** The acknowledgement number means something. */
  readonly ack: boolean;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Why a packet holds no TCP segment for us. */
export type NoSegment = "other" | "fragment" | "link-type";

const ethernet = 1;
const linuxCooked = 113;
const linuxCooked2 = 276;
const nullLoopback = 0;
const openBsdLoopback = 108;
/** Raw IP: its own number, and what some systems write instead. */
const rawIp = [101, 12, 14, 228, 229];

const etherIpv4 = 0x0800;
const etherIpv6 = 0x86dd;
const vlanTags = [0x8100, 0x88a8, 0x9100];

/** The TCP segment in a packet, whatever link it was captured on. */
export function tcpSegment(packet: Packet): TcpSegment | NoSegment {
  const { bytes, end } = packet;
  const at = ipStart(packet);
  if (at === "other" || at === "link-type") return at;
  if (at >= end) return "other";
  const version = bytes[at]! >> 4;
  if (version === 4) return inIpv4(bytes, at, end);
  return version === 6 ? inIpv6(bytes, at, end) : "other";
}

function ipStart({ linkType, bytes, start, end }: Packet): number | "other" | "link-type" {
  switch (linkType) {
    case ethernet:
      return behindEtherType(bytes, start + 12, end);
    case linuxCooked:
      return behindEtherType(bytes, start + 14, end);
    case linuxCooked2:
      return isIp(bytes, start, end) ? start + 20 : "other";
    // Four octets with the address family, in the byte order of the machine that captured: the version of IP says the same.
    case nullLoopback:
    case openBsdLoopback:
      return start + 4;
    default:
      return rawIp.includes(linkType) ? start : "link-type";
  }
}

/** Behind the EtherType at `at`, and VLAN tags (IEEE 802.1Q and 802.1ad) where they are. */
function behindEtherType(bytes: Uint8Array, at: number, end: number): number | "other" {
  let type = at;
  while (type + 2 <= end && vlanTags.includes(u16(bytes, type))) type += 4;
  return isIp(bytes, type, end) ? type + 2 : "other";
}

function isIp(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 2 > end) return false;
  const type = u16(bytes, at);
  return type === etherIpv4 || type === etherIpv6;
}

/** RFC 791 §3.1. */
function inIpv4(bytes: Uint8Array, at: number, end: number): TcpSegment | NoSegment {
  if (at + 20 > end) return "other";
  const header = (bytes[at]! & 0x0f) * 4;
  if (header < 20 || bytes[at + 9] !== 6) return "other";
  if ((u16(bytes, at + 6) & 0x3fff) !== 0) return "fragment";
  // The rest is padding of a short frame. Segments that the network card cuts up later may have no length.
  const total = u16(bytes, at + 2);
  const dataEnd = total === 0 ? end : Math.min(end, at + total);
  return inTcp(bytes, at + header, dataEnd, () => [formatAddress(bytes, at + 12, 4), formatAddress(bytes, at + 16, 4)]);
}

/** RFC 8200 §3, §4: TCP may stand behind extension headers. */
function inIpv6(bytes: Uint8Array, at: number, end: number): TcpSegment | NoSegment {
  if (at + 40 > end) return "other";
  const total = u16(bytes, at + 4);
  const dataEnd = total === 0 ? end : Math.min(end, at + 40 + total);
  let next = bytes[at + 6]!;
  let header = at + 40;
  while (next !== 6) {
    if (header + 8 > dataEnd) return "other";
    const octets = extensionLength(next, bytes, header);
    if (octets === 0) return "other";
    // The offset and the flag "more": both zero in an atomic fragment, which is whole.
    if (next === 44 && (u16(bytes, header + 2) & 0xfff9) !== 0) return "fragment";
    next = bytes[header]!;
    header += octets;
  }
  return inTcp(bytes, header, dataEnd, () => [formatAddress(bytes, at + 8, 16), formatAddress(bytes, at + 24, 16)]);
}

/** Octets of the extension header of this type, or 0 where what follows cannot be read or is none. */
function extensionLength(type: number, bytes: Uint8Array, at: number): number {
  switch (type) {
    // Hop-by-hop options, routing, destination options, mobility, host identity, shim6.
    case 0:
    case 43:
    case 60:
    case 135:
    case 139:
    case 140:
      return (bytes[at + 1]! + 1) * 8;
    case 44:
      return 8;
    // Authentication (RFC 4302 §2.2).
    case 51:
      return (bytes[at + 1]! + 2) * 4;
    default:
      return 0;
  }
}

/** RFC 9293 §3.1. */
function inTcp(
  bytes: Uint8Array,
  at: number,
  end: number,
  addresses: () => readonly [source: string, destination: string],
): TcpSegment | "other" {
  if (at + 20 > end) return "other";
  const start = at + (bytes[at + 12]! >> 4) * 4;
  if (start < at + 20) return "other";
  const [source, destination] = addresses();
  const flags = bytes[at + 13]!;
  return {
    source,
    destination,
    sourcePort: u16(bytes, at),
    destinationPort: u16(bytes, at + 2),
    sequence: u32(bytes, at + 4),
    acknowledgement: u32(bytes, at + 8),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
    ack: (flags & 16) !== 0,
    bytes,
    start: Math.min(start, end),
    end,
  };
}
