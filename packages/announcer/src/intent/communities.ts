import {
  formatCommunity as formatNumbers,
  parseLargeCommunity as parseLarge,
  parseCommunity as parseNumbers,
  WELL_KNOWN_COMMUNITIES,
} from "@vipcast/bgp";

/** A parsed value, or a sentence that says what is wrong and what to write instead. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** Parses `65000:100` or a well-known name into a 32-bit integer (RFC 1997). */
export function parseCommunity(text: string): Parsed<number> {
  const value = WELL_KNOWN_COMMUNITIES.get(text.toLowerCase()) ?? parseNumbers(text);
  if (value !== undefined) return { ok: true, value };
  const names = [...WELL_KNOWN_COMMUNITIES.keys()].join(", ");
  return {
    ok: false,
    message: /^\d+:\d+$/.test(text)
      ? `the community "${text}" is out of range: write both parts as 0..65535 without leading zeros, or use a large community (A:B:C) for a four-octet AS`
      : `"${text}" is not a community: write two numbers such as 65000:100, or one of ${names}`,
  };
}

/** Parses `65000:1:2` into normal form (RFC 8092 §4). */
export function parseLargeCommunity(text: string): Parsed<string> {
  const value = parseLarge(text);
  if (value !== undefined) return { ok: true, value: value.join(":") };
  return {
    ok: false,
    message: /^\d+:\d+:\d+$/.test(text)
      ? `the large community "${text}" is out of range: write every part as 0..4294967295 without leading zeros`
      : `"${text}" is not a large community: write three numbers such as 65000:1:2`,
  };
}

/** `65000:100`, or the name of a well-known community. */
export function formatCommunity(community: number): string {
  for (const [name, value] of WELL_KNOWN_COMMUNITIES) if (value === community) return name;
  return formatNumbers(community);
}

/** Orders large communities by their numbers. */
export function compareLargeCommunities(a: string, b: string): number {
  const [left, right] = [a.split(":").map(Number), b.split(":").map(Number)];
  for (let part = 0; part < 3; part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
