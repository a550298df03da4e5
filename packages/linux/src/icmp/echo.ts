/** Echo messages (RFC 792, RFC 4443 §4). Pure. */
import { viewOf } from "../libc/host-order.ts";

const HEADER = 8;

/** Type of an echo request and of its reply, by IP version. */
const TYPES = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } } as const;

/** An echo request. The kernel fills in the checksum of ICMPv6, and the identifier where it hands out the socket; neither hurts there. */
export function encodeEchoRequest(
  version: 4 | 6,
  identifier: number,
  sequence: number,
  payload: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(HEADER + payload.length);
  const view = viewOf(bytes);
  view.setUint8(0, TYPES[version].request);
  view.setUint16(4, identifier);
  view.setUint16(6, sequence);
  bytes.set(payload, HEADER);
  view.setUint16(2, checksum(bytes));
  return bytes;
}

/** Whether a packet is the reply to a request with that payload. `raw` packets of IPv4 begin with the IP header (RFC 791 §3.1). */
export function isEchoReply(version: 4 | 6, raw: boolean, packet: Uint8Array, payload: Uint8Array): boolean {
  const withHeader = raw && version === 4;
  const start = withHeader ? ((packet[0] ?? 0) & 0x0f) * 4 : 0;
  if (withHeader && start < 20) return false;
  if (packet.length !== start + HEADER + payload.length) return false;
  if (packet[start] !== TYPES[version].reply || packet[start + 1] !== 0) return false;
  return payload.every((octet, index) => packet[start + HEADER + index] === octet);
}

/** The Internet checksum (RFC 1071). */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
