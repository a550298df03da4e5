/** Address families (IANA "Address Family Numbers" and "SAFI Values"), RFC 4760 §3. */

/** One AFI/SAFI pair as a single integer: `afi * 256 + safi`. Compare with `===`; show with {@link familyName}. */
export type Family = number;

/** The families this package knows by name. Any other pair is a valid {@link Family} that travels as opaque bytes. */
export const Family = {
  Ipv4Unicast: 0x0001_01,
  Ipv6Unicast: 0x0002_01,
  Ipv4Multicast: 0x0001_02,
  Ipv6Multicast: 0x0002_02,
  /** RFC 8277. */
  Ipv4LabelledUnicast: 0x0001_04,
  Ipv6LabelledUnicast: 0x0002_04,
  /** RFC 4364. */
  Ipv4Vpn: 0x0001_80,
  /** RFC 4659. */
  Ipv6Vpn: 0x0002_80,
} as const;

/** The family of an AFI (0..65535) and a SAFI (0..255). Numbers out of range give a family that means nothing. */
export function familyOf(afi: number, safi: number): Family {
  return afi * 256 + safi;
}

/** The AFI of a family, 0..65535. */
export function afiOf(family: Family): number {
  return Math.floor(family / 256);
}

/** The SAFI of a family, 0..255. */
export function safiOf(family: Family): number {
  return family & 0xff;
}

const afiNames: Readonly<Record<number, string>> = { 1: "ipv4", 2: "ipv6", 25: "l2vpn", 16388: "bgp-ls" };
const safiNames: Readonly<Record<number, string>> = {
  1: "unicast",
  2: "multicast",
  4: "labelled-unicast",
  5: "mcast-vpn",
  65: "vpls",
  70: "evpn",
  71: "link-state",
  72: "link-state-vpn",
  73: "sr-policy",
  128: "vpn",
  129: "vpn-multicast",
  132: "route-target",
  133: "flowspec",
  134: "flowspec-vpn",
};

/** `ipv4-unicast`, `ipv6-vpn`, …; a pair without a registered name is `afi-N-safi-M`, either half alone likewise. */
export function familyName(family: Family): string {
  const afi = afiOf(family);
  const safi = safiOf(family);
  return `${afiNames[afi] ?? `afi-${afi}`}-${safiNames[safi] ?? `safi-${safi}`}`;
}

const namedAfis: readonly number[] = Object.keys(afiNames).map(Number);
const namedSafis: readonly number[] = Object.keys(safiNames).map(Number);

/** The inverse of {@link familyName}; undefined for text that is none. */
export function familyFromName(name: string): Family | undefined {
  for (const afi of namedAfis) {
    const word = afiNames[afi]!;
    if (name.startsWith(word) && name[word.length] === "-") return familyWithSafi(afi, name.slice(word.length + 1));
  }
  const numbered = /^afi-(\d{1,5})-(.+)$/.exec(name);
  const afi = Number(numbered?.[1]);
  return numbered === null || afi > 0xffff ? undefined : familyWithSafi(afi, numbered[2]!);
}

function familyWithSafi(afi: number, name: string): Family | undefined {
  for (const safi of namedSafis) if (safiNames[safi] === name) return familyOf(afi, safi);
  const numbered = /^safi-(\d{1,3})$/.exec(name);
  const safi = Number(numbered?.[1]);
  return numbered === null || safi > 0xff ? undefined : familyOf(afi, safi);
}
