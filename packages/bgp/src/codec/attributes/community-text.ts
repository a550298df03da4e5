/** The 32-bit value of a community written `A:B`, both 0..65535 (RFC 1997); undefined for anything else. */
export function parseCommunity(text: string): number | undefined {
  const parts = parseParts(text, 2, 0xffff);
  return parts === undefined ? undefined : parts[0]! * 0x1_0000 + parts[1]!;
}

/** `A:B`, the high and the low 16 bits. */
export function formatCommunity(community: number): string {
  return `${community >>> 16}:${community & 0xffff}`;
}

/** A large community written `A:B:C`, each 0..4294967295 without leading zeros (RFC 8092 §4); undefined for anything else. */
export function parseLargeCommunity(text: string): readonly [number, number, number] | undefined {
  const parts = parseParts(text, 3, 0xffff_ffff);
  return parts === undefined ? undefined : [parts[0]!, parts[1]!, parts[2]!];
}

/** `A:B:C` (RFC 8092 §4). */
export function formatLargeCommunity([globalAdministrator, local1, local2]: readonly [number, number, number]): string {
  return `${globalAdministrator}:${local1}:${local2}`;
}

function parseParts(text: string, count: number, max: number): number[] | undefined {
  const parts = text.split(":");
  if (parts.length !== count) return undefined;
  const values: number[] = [];
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,9})$/.test(part) || Number(part) > max) return undefined;
    values.push(Number(part));
  }
  return values;
}
