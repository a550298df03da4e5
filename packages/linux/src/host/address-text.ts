/** Addresses between text and octets. Text out is RFC 5952. */
import { isIPv4, isIPv6 } from "node:net";
import type { AddressFamily } from "../netlink/types.ts";

/** The family of an address literal, or undefined when it is none. A zone ("%eth0") is accepted with IPv6. */
export function addressFamily(text: string): AddressFamily | undefined {
  if (isIPv4(text)) return "ipv4";
  return isIPv6(text) ? "ipv6" : undefined;
}

/** The number of bits of an address of the family. */
export function addressBits(family: AddressFamily): 32 | 128 {
  return family === "ipv4" ? 32 : 128;
}

/** 4 or 16 octets of an address literal; undefined when `text` is not one. A zone is left out. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split("."), Number);
  if (!isIPv6(text)) return undefined;
  return parseIpv6(withoutZone(text));
}

function withoutZone(text: string): string {
  const percent = text.indexOf("%");
  return percent < 0 ? text : text.slice(0, percent);
}

/** The zone of an IPv6 literal ("eth0" of "fe80::1%eth0"), "" when there is none. */
export function zoneOf(text: string): string {
  const percent = text.indexOf("%");
  return percent < 0 ? "" : text.slice(percent + 1);
}

// The caller has checked the syntax with node:net.
function parseIpv6(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  const [head = "", tail] = text.split("::");
  const front = groups(head);
  bytes.set(front, 0);
  if (tail !== undefined) {
    const back = groups(tail);
    bytes.set(back, 16 - back.length);
  }
  return bytes;
}

function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** RFC 5952 text of 4 or 16 octets; "" for any other length. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  return bytes.length === 16 ? formatIpv6(bytes) : "";
}

function formatIpv6(bytes: Uint8Array): string {
  const fields: number[] = [];
  for (let i = 0; i < 16; i += 2) fields.push((bytes[i]! << 8) | bytes[i + 1]!);
  // RFC 5952 §5: a well-known embedding prefix shows the IPv4 part in dotted form.
  if (fields.slice(0, 5).every((field) => field === 0) && fields[5] === 0xffff) {
    return `::ffff:${bytes.subarray(12).join(".")}`;
  }
  // RFC 5952 §4.2.3: the longest run of zeros is shortened, the first of equals, and never a single field.
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && fields[end] === 0) end++;
    if (end - start > bestLength) {
      bestStart = start;
      bestLength = end - start;
    }
    if (end > start) start = end;
  }
  const text = (part: readonly number[]): string => part.map((field) => field.toString(16)).join(":");
  if (bestStart < 0) return text(fields);
  return `${text(fields.slice(0, bestStart))}::${text(fields.slice(bestStart + bestLength))}`;
}

/** A prefix as octets and length. */
export interface ParsedPrefix {
  readonly family: AddressFamily;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** "192.0.2.0/24" or a bare address (full length); undefined when it is neither, or when bits past the length are set. */
export function parsePrefix(text: string): ParsedPrefix | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  if (address.includes("%")) return undefined;
  const bytes = parseAddress(address);
  if (bytes === undefined) return undefined;
  const bits = bytes.length * 8;
  const lengthText = slash < 0 ? String(bits) : text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(lengthText)) return undefined;
  const length = Number(lengthText);
  if (length > bits || maskedBytes(bytes, length).some((octet, i) => octet !== bytes[i])) return undefined;
  return { family: bits === 32 ? "ipv4" : "ipv6", bytes, length };
}

/** A copy of `bytes` with every bit past `length` cleared. */
export function maskedBytes(bytes: Uint8Array, length: number): Uint8Array {
  return bytes.map((octet, i) => octet & (0xff00 >> Math.min(8, Math.max(0, length - i * 8))) & 0xff);
}

/** Text of the prefix that `address` of `length` bits lies in: "192.0.2.0/24". "" when `address` is no address. */
export function networkOf(address: string, length: number): string {
  const bytes = parseAddress(address);
  return bytes === undefined ? "" : `${formatAddress(maskedBytes(bytes, length))}/${length}`;
}
