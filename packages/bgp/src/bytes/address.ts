import { readU16 } from "./reader.ts";

/**
 * Text of an IPv4 or IPv6 address: dotted decimal, or RFC 5952 (lower case, the longest run of two or more zero groups
 * shortened, the first of equal runs; IPv4-mapped addresses as `::ffff:192.0.2.1`, RFC 5952 §5).
 * @param length 4 or 16 octets, read from `offset` on.
 */
export function formatAddress(bytes: Uint8Array, offset = 0, length: number = bytes.length - offset): string {
  return length === 4 ? formatIpv4(bytes, offset) : formatIpv6(bytes, offset);
}

function formatIpv4(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

function formatIpv6(bytes: Uint8Array, at: number): string {
  let bestStart = -1;
  let bestLength = 1;
  let runStart = -1;
  for (let group = 0; group < 8; group++) {
    if (readU16(bytes, at + 2 * group) !== 0) {
      runStart = -1;
      continue;
    }
    if (runStart < 0) runStart = group;
    if (group - runStart + 1 > bestLength) {
      bestStart = runStart;
      bestLength = group - runStart + 1;
    }
  }
  if (bestStart === 0 && bestLength === 5 && readU16(bytes, at + 10) === 0xffff) {
    return `::ffff:${formatIpv4(bytes, at + 12)}`;
  }
  let text = "";
  for (let group = 0; group < 8; group++) {
    if (group === bestStart) {
      text += "::";
      group += bestLength - 1;
      continue;
    }
    if (text !== "" && !text.endsWith(":")) text += ":";
    text += readU16(bytes, at + 2 * group).toString(16);
  }
  return text;
}

/**
 * Octets of an address in text: 4 for IPv4, 16 for IPv6. Strict: four decimal octets without leading zeros; RFC 4291 §2.2
 * forms of IPv6, an embedded IPv4 tail included. No zone, no brackets, no prefix length, no white space: undefined.
 */
export function parseAddress(text: string): Uint8Array | undefined {
  if (text.includes(":")) return parseIpv6(text);
  const bytes = new Uint8Array(4);
  return parseIpv4Into(text, bytes, 0) ? bytes : undefined;
}

function parseIpv4Into(text: string, into: Uint8Array, at: number): boolean {
  const parts = text.split(".");
  if (parts.length !== 4) return false;
  for (let i = 0; i < 4; i++) {
    const part = parts[i]!;
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part)) return false;
    const value = Number(part);
    if (value > 255) return false;
    into[at + i] = value;
  }
  return true;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16);
  let rest = text;
  let available = 16;
  const lastColon = text.lastIndexOf(":");
  if (text.includes(".")) {
    if (!parseIpv4Into(text.slice(lastColon + 1), bytes, 12)) return undefined;
    available = 12;
    // Keep one colon of a trailing "::", it still marks the gap.
    rest = text.endsWith("::", lastColon + 1) ? text.slice(0, lastColon + 1) : text.slice(0, lastColon);
  }
  const gap = rest.indexOf("::");
  if (gap >= 0 && rest.indexOf("::", gap + 1) >= 0) return undefined;
  const head = parseGroups(gap < 0 ? rest : rest.slice(0, gap));
  const tail = parseGroups(gap < 0 ? "" : rest.slice(gap + 2));
  if (head === undefined || tail === undefined) return undefined;
  const written = 2 * (head.length + tail.length);
  // RFC 4291 §2.2: "::" stands for one or more groups of zeros.
  if (gap < 0 ? written !== available : written > available - 2) return undefined;
  for (let i = 0; i < head.length; i++) writeGroup(bytes, 2 * i, head[i]!);
  for (let i = 0; i < tail.length; i++) writeGroup(bytes, available - 2 * (tail.length - i), tail[i]!);
  return bytes;
}

function parseGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  for (const part of text.split(":")) {
    if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
    groups.push(Number.parseInt(part, 16));
  }
  return groups.length > 8 ? undefined : groups;
}

function writeGroup(bytes: Uint8Array, at: number, group: number): void {
  bytes[at] = group >> 8;
  bytes[at + 1] = group;
}

/** A BGP Identifier (unsigned 32-bit integer, RFC 6286) as dotted text. */
export function formatRouterId(routerId: number): string {
  return `${routerId >>> 24}.${(routerId >>> 16) & 255}.${(routerId >>> 8) & 255}.${routerId & 255}`;
}

/** The unsigned 32-bit integer of a BGP Identifier in dotted text, or undefined. Zero is returned as it is: not valid in an OPEN. */
export function parseRouterId(text: string): number | undefined {
  const bytes = new Uint8Array(4);
  if (!parseIpv4Into(text, bytes, 0)) return undefined;
  return ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0;
}
