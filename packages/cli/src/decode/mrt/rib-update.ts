import {
  AttributeCode,
  AttributeFlag,
  afiOf,
  type CodecContext,
  decodeMessage,
  Family,
  headerLength,
  type MalformedMessage,
  type Message,
  MessageType,
  maxExtendedMessageLength,
  safiOf,
  type Writer,
} from "@vipcast/bgp";

/** The NLRI of one path: the octets `bytes[start, end)`, path identifier not included. */
export interface RibNlri {
  readonly family: Family;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** RFC 7911 path identifier, or -1. */
  readonly pathId: number;
}

/**
 * The UPDATE that would have carried one path of a RIB dump, decoded. Attributes in a dump are those of an UPDATE but for
 * MP_REACH_NLRI, which holds the next hop alone (RFC 6396 §4.3.4); some writers leave it whole, and both are taken. Null when there are
 * more octets than a message can have. Borrows the writer's buffer.
 */
export function ribUpdate(
  w: Writer,
  attributes: Uint8Array,
  start: number,
  end: number,
  nlri: RibNlri,
  context: CodecContext,
): Message | MalformedMessage | null {
  w.length = 0;
  for (let i = 0; i < 4; i++) w.u32(0xffff_ffff);
  w.u16(0);
  w.u8(MessageType.Update);
  w.u16(0);
  const attributesLength = w.length;
  w.u16(0);
  const reach = writeAttributes(w, attributes, start, end, nlri);
  const length = w.length - attributesLength - 2;
  if (!reach && nlri.family === Family.Ipv4Unicast) writeNlri(w, nlri);
  if (length > 0xffff || w.length > maxExtendedMessageLength) return null;
  w.patchU16(attributesLength, length);
  w.patchU16(headerLength - 3, w.length);
  return decodeMessage(w.bytes, 0, w.length, context);
}

/** Copies the attributes, MP_REACH_NLRI made whole; returns whether it was there. What cannot be told apart is copied as it is. */
function writeAttributes(w: Writer, bytes: Uint8Array, start: number, end: number, nlri: RibNlri): boolean {
  let reach = false;
  let at = start;
  while (at < end) {
    const extended = (bytes[at]! & AttributeFlag.ExtendedLength) !== 0;
    const value = at + (extended ? 4 : 3);
    const next = value + (extended ? (bytes[at + 2]! << 8) | bytes[at + 3]! : bytes[at + 2]!);
    if (value > end || next > end) break;
    if (bytes[at + 1] === AttributeCode.MpReachNlri) {
      reach = true;
      const nextHop = nextHopOf(bytes, value, next);
      if (nextHop === null) w.copy(bytes, at, next);
      else writeReach(w, bytes, bytes[at]!, nextHop, nlri);
    } else {
      w.copy(bytes, at, next);
    }
    at = next;
  }
  w.copy(bytes, at, end);
  return reach;
}

/** Where the next hop is, its length octet not included; null when the value is neither form. */
function nextHopOf(bytes: Uint8Array, start: number, end: number): { start: number; end: number } | null {
  if (end > start && bytes[start] === end - start - 1) return { start: start + 1, end };
  if (end - start < 5) return null;
  const nextHop = start + 4;
  const nextHopEnd = nextHop + bytes[start + 3]!;
  return nextHopEnd < end ? { start: nextHop, end: nextHopEnd } : null;
}

function writeReach(
  w: Writer,
  bytes: Uint8Array,
  flags: number,
  nextHop: { start: number; end: number },
  nlri: RibNlri,
): void {
  w.u8(flags | AttributeFlag.ExtendedLength);
  w.u8(AttributeCode.MpReachNlri);
  const lengthAt = w.length;
  w.u16(0);
  w.u16(afiOf(nlri.family));
  w.u8(safiOf(nlri.family));
  w.u8(nextHop.end - nextHop.start);
  w.copy(bytes, nextHop.start, nextHop.end);
  w.u8(0);
  writeNlri(w, nlri);
  w.patchU16(lengthAt, w.length - lengthAt - 2);
}

function writeNlri(w: Writer, { bytes, start, end, pathId }: RibNlri): void {
  if (pathId >= 0) w.u32(pathId);
  w.copy(bytes, start, end);
}
