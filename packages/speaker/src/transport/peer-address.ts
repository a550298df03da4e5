import { formatAddress, parseAddress } from "@vipcast/bgp";

/** An address of a peer or of ours, in the one form that can be compared: no brackets, no IPv4-mapped IPv6, RFC 5952. */
export interface PeerAddress {
  /** 4 or 16 octets. */
  readonly bytes: Uint8Array;
  /** Interface of a link-local address, or null. */
  readonly zone: string | null;
  /** With zone; equal for equal addresses. */
  readonly text: string;
}

/** Reads `192.0.2.1`, `2001:db8::1`, `fe80::1%eth0` or `::ffff:192.0.2.1`; null when it is none of these. */
export function readPeerAddress(text: string): PeerAddress | null {
  const at = text.indexOf("%");
  const zone = at === -1 ? null : text.slice(at + 1);
  const parsed = parseAddress(at === -1 ? text : text.slice(0, at));
  if (parsed === undefined || zone === "") return null;
  const bytes = unmapped(parsed);
  if (zone !== null && !isLinkLocal(bytes)) return null;
  return { bytes, zone, text: formatPeerAddress(bytes, zone) };
}

/** `fe80::1%eth0`, or without zone. */
export function formatPeerAddress(bytes: Uint8Array, zone: string | null): string {
  return zone === null ? formatAddress(bytes) : `${formatAddress(bytes)}%${zone}`;
}

/** fe80::/10 */
export function isLinkLocal(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
}

/** 127.0.0.0/8 or ::1 */
export function isLoopback(bytes: Uint8Array): boolean {
  if (bytes.length === 4) return bytes[0] === 127;
  return bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

/** Neither unspecified, multicast nor broadcast: something that a session or a next hop can have. */
export function isUnicast(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  if (bytes.length === 4) return first !== 0 && first < 224;
  return first !== 0xff && bytes.some((byte) => byte !== 0);
}

/** `host:port`, IPv6 in brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An IPv6 listener reports IPv4 peers as `::ffff:a.b.c.d`. */
function unmapped(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 16 || bytes[10] !== 0xff || bytes[11] !== 0xff) return bytes;
  return bytes.subarray(0, 10).every((byte) => byte === 0) ? bytes.slice(12) : bytes;
}
