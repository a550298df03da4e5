import { writeFileSync } from "node:fs";
import {
  type AsPathSegment,
  type AttributeValues,
  defaultCodecContext,
  encodeRoutes,
  Family,
  NlriView,
  type Prefix,
  SegmentType,
  Writer,
} from "@vipcast/bgp";
import { Random } from "../codec/random.ts";

/** Shares of announced lengths as in a full table. */
const lengths = [
  [24, 59],
  [23, 10],
  [22, 13],
  [21, 6],
  [20, 6],
  [19, 4],
  [18, 2],
] as const;

/** Routes that share one UPDATE, on average, as a collector's peer sends them. */
const meanPrefixes = 4.7;

/**
 * Writes the UPDATEs of `count` distinct IPv4 routes, an eBGP peer of AS `asn` and next hop `nextHop` sends them, and the
 * End-of-RIB into `file`; returns how many UPDATEs.
 */
export function writeFullTable(file: string, count: number, asn: number, nextHop: Uint8Array): number {
  const random = new Random(7);
  const writer = new Writer(65_535);
  const parts: Uint8Array[] = [];
  const seen = new Set<number>();
  for (let left = count; left > 0; ) {
    const nlri = Array.from({ length: Math.min(left, 200, random.geometric(meanPrefixes)) }, () =>
      prefix(random, seen),
    );
    left -= nlri.length;
    const batch = {
      family: Family.Ipv4Unicast,
      attributes: attributes(random, asn, nextHop),
      nlri: NlriView.from(Family.Ipv4Unicast, nlri),
    };
    encodeRoutes(writer, batch, defaultCodecContext, (end) => parts.push(writer.slice(0, end)));
  }
  writeFileSync(
    file,
    Buffer.concat([...parts, Uint8Array.of(...new Array<number>(16).fill(255), 0, 23, 2, 0, 0, 0, 0)]),
  );
  return parts.length;
}

/** The same for so many host routes with one attribute set, from 100.64.0.0 on. */
export function writeHostRoutes(file: string, count: number, asn: number, nextHop: Uint8Array): void {
  const nlri = Array.from({ length: count }, (_, n): Prefix => {
    const bytes = Uint8Array.of(100, 64 + (n >> 16), n >> 8, n);
    return { family: Family.Ipv4Unicast, lengthBits: 32, bytes, pathId: -1 };
  });
  const writer = new Writer(65_535);
  const parts: Uint8Array[] = [];
  const attributes = { origin: 0 as const, asPath: [{ type: SegmentType.Sequence, asns: [asn] }], nextHop };
  const batch = { family: Family.Ipv4Unicast, attributes, nlri };
  encodeRoutes(writer, batch, defaultCodecContext, (end) => parts.push(writer.slice(0, end)));
  writeFileSync(file, Buffer.concat(parts));
}

function prefix(random: Random, seen: Set<number>): Prefix {
  for (;;) {
    const lengthBits = random.weighted(lengths);
    // Outside of what is special: 10, 127 and everything from 192 on.
    const first = random.integer(11, 126) + (random.chance(0.35) ? 65 : 0);
    if (first === 127 || first > 191) continue;
    const bytes = Uint8Array.of(first, random.integer(0, 255), random.integer(0, 255));
    bytes[2]! &= 0xff << (24 - lengthBits);
    const key = ((bytes[0]! << 16) | (bytes[1]! << 8) | bytes[2]!) * 32 + lengthBits;
    if (seen.has(key)) continue;
    seen.add(key);
    return { family: Family.Ipv4Unicast, lengthBits, bytes, pathId: -1 };
  }
}

function attributes(random: Random, asn: number, nextHop: Uint8Array): AttributeValues {
  const asns = [asn, ...Array.from({ length: random.integer(1, 6) }, () => random.integer(1, 64_000))];
  const path: AsPathSegment[] = [{ type: SegmentType.Sequence, asns }];
  const owner = random.integer(1, 64_000);
  return {
    origin: random.chance(0.9) ? 0 : 2,
    asPath: path,
    nextHop,
    ...(random.chance(0.25) ? { multiExitDisc: random.integer(0, 2000) } : {}),
    ...(random.chance(0.5)
      ? { communities: Array.from({ length: random.geometric(4.5) }, () => owner * 65_536 + random.integer(0, 65_535)) }
      : {}),
  };
}
