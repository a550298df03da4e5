/** Names of IANA's "BGP Well-known Communities" that a sender has a use for. */
const wellKnown: ReadonlyMap<string, number> = new Map([
  ["graceful-shutdown", 0xffff_0000],
  ["accept-own", 0xffff_0001],
  ["llgr-stale", 0xffff_0006],
  ["no-llgr", 0xffff_0007],
  ["blackhole", 0xffff_029a],
  ["no-export", 0xffff_ff01],
  ["no-advertise", 0xffff_ff02],
  ["no-export-subconfed", 0xffff_ff03],
  ["no-peer", 0xffff_ff04],
]);

/** `65000:100` or a well-known name as an unsigned 32-bit integer (RFC 1997); null when it is neither. */
export function readCommunity(text: string): number | null {
  const named = wellKnown.get(text.toLowerCase());
  if (named !== undefined) return named;
  const parts = readNumbers(text, 2, 0xffff);
  return parts === null ? null : (parts[0] ?? 0) * 65536 + (parts[1] ?? 0);
}

/** `65000:1:2` (RFC 8092 §3); null when it is not. */
export function readLargeCommunity(text: string): readonly [number, number, number] | null {
  const parts = readNumbers(text, 3, 0xffff_ffff);
  return parts === null ? null : [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
}

function readNumbers(text: string, count: number, maximum: number): readonly number[] | null {
  const parts = text.split(":");
  if (parts.length !== count || !parts.every((part) => /^(0|[1-9][0-9]{0,9})$/.test(part))) return null;
  const numbers = parts.map(Number);
  return numbers.every((number) => number <= maximum) ? numbers : null;
}
