/** Address families (IANA "Address Family Numbers" and "SAFI Values"), RFC 4760 §3. */

/** One AFI/SAFI pair as a single integer: `afi * 256 + safi`. Compare with `===`; show with {@link familyName}. */
export type Family = number;

/** The families this package knows by name. Any other pair is a valid {@link Family} that travels as opaque bytes. */
export const Family = {
  Ipv4Unicast: 0x0001_01,
  Ipv6Unicast: 0x0002_01,
} as const;

export function familyOf(afi: number, safi: number): Family {
  return afi * 256 + safi;
}

export function afiOf(family: Family): number {
  return Math.floor(family / 256);
}

export function safiOf(family: Family): number {
  return family & 0xff;
}
