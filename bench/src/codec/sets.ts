import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AsPathSegment,
  type AttributeValues,
  defaultCodecContext,
  encodeRoutes,
  Family,
  type Prefix,
  type RouteBatch,
  SegmentType,
  Writer,
} from "@vipcast/bgp";
import { realUpdates } from "./mrt.ts";
import { Random } from "./random.ts";

/** UPDATEs to measure with: a file of messages end to end. */
export interface UpdateSet {
  readonly name: string;
  readonly file: string;
  /** Where messages with two-octet AS numbers begin (RFC 6793); those before have four octets. The file's size when there are none. */
  readonly twoOctetFrom: number;
  /** Passes over the file that make one run, so that a run of a small set is long enough to be timed. */
  readonly repeat: number;
}

/** Shares of announced lengths as in a full table: half of it /24, most of the rest just above. */
const ipv4Lengths = [
  [24, 59],
  [23, 10],
  [22, 12],
  [21, 5],
  [20, 5],
  [19, 3],
  [18, 2],
  [17, 1],
  [16, 2.5],
  [15, 0.2],
  [14, 0.2],
  [12, 0.1],
] as const;

const ipv6Lengths = [
  [48, 47],
  [32, 13],
  [44, 11],
  [40, 9],
  [36, 6],
  [46, 4],
  [47, 3],
  [29, 3],
  [33, 2],
  [42, 2],
] as const;

/** AS_PATH lengths seen from a collector's peer, without prepending. */
const pathLengths = [
  [2, 8],
  [3, 27],
  [4, 31],
  [5, 19],
  [6, 9],
  [7, 4],
  [8, 2],
] as const;

const meanPrefixes = 4.7;
const maxPrefixes = 250;

/** Writes the sets into `folder`, which has to exist, and says which real ones are there. Each has a seed of its own. */
export function makeSets(folder: string, fixtures: string): { sets: UpdateSet[]; missing: string | null } {
  mkdirSync(folder, { recursive: true });
  const sets = [
    writeSet(folder, "ipv4-1m", 1, generate(new Random(1), Family.Ipv4Unicast, 1_000_000)),
    writeSet(folder, "ipv6-200k", 2, generate(new Random(2), Family.Ipv6Unicast, 200_000)),
    writeSet(folder, "host-routes-10k", 20, generateHosts(new Random(3), 10_000)),
  ];
  if (!existsSync(fixtures)) return { sets, missing: `no real UPDATEs: there is no ${fixtures}` };
  const { fourOctet, twoOctet } = realUpdates(fixtures);
  const file = join(folder, "real.bgp");
  writeFileSync(file, Buffer.concat([...fourOctet, ...twoOctet]));
  const twoOctetFrom = fourOctet.reduce((total, { length }) => total + length, 0);
  sets.push({ name: "real", file, twoOctetFrom, repeat: 10 });
  return { sets, missing: null };
}

function writeSet(folder: string, name: string, repeat: number, batches: Iterable<RouteBatch>): UpdateSet {
  const writer = new Writer(65535);
  const parts: Uint8Array[] = [];
  for (const batch of batches)
    encodeRoutes(writer, batch, defaultCodecContext, (end) => parts.push(writer.slice(0, end)));
  const file = join(folder, `${name}.bgp`);
  const octets = Buffer.concat(parts);
  writeFileSync(file, octets);
  return { name, file, twoOctetFrom: octets.length, repeat };
}

function* generate(random: Random, family: Family, prefixes: number): Iterable<RouteBatch> {
  const peers = Array.from({ length: 20 }, () => ({ asn: asn(random), nextHop: nextHop(random, family) }));
  for (let left = prefixes; left > 0; ) {
    const count = Math.min(left, maxPrefixes, random.geometric(meanPrefixes));
    left -= count;
    const peer = peers[random.integer(0, peers.length - 1)]!;
    const nlri = Array.from({ length: count }, () => prefix(random, family));
    yield { family, attributes: attributes(random, peer.asn, peer.nextHop), nlri };
  }
}

/** What many nodes with a VIP or a pod each look like. */
function* generateHosts(random: Random, count: number): Iterable<RouteBatch> {
  const family = Family.Ipv4Unicast;
  for (let host = 0; host < count; host++) {
    const bytes = Uint8Array.of(10, 64 + (host >> 16), (host >> 8) & 255, host & 255);
    const own: AttributeValues = {
      origin: 0,
      asPath: [{ type: SegmentType.Sequence, asns: [65000 + (host % 16)] }],
      nextHop: Uint8Array.of(10, 0, 0, 1 + (host % 250)),
      ...(random.chance(0.5) ? { communities: [(65000 << 16) >>> 0] } : {}),
    };
    yield { family, attributes: own, nlri: [{ family, lengthBits: 32, bytes, pathId: -1 }] };
  }
}

function attributes(random: Random, peer: number, nextHopAddress: Uint8Array): AttributeValues {
  const values: { -readonly [K in keyof AttributeValues]: AttributeValues[K] } = {
    origin: random.weighted([
      [0, 88],
      [2, 11],
      [1, 1],
    ]) as 0 | 1 | 2,
    asPath: asPath(random, peer),
    nextHop: nextHopAddress,
  };
  if (random.chance(0.25)) values.multiExitDisc = random.chance(0.5) ? 0 : random.integer(1, 2000);
  if (random.chance(0.06)) values.atomicAggregate = true;
  if (random.chance(0.08)) values.aggregator = { asn: asn(random), address: octets(random, 4) };
  if (random.chance(0.5)) {
    const owner = random.integer(1, 65535);
    values.communities = Array.from(
      { length: Math.min(40, random.geometric(4.5)) },
      () => owner * 65536 + random.integer(0, 65535),
    );
  }
  if (random.chance(0.02)) values.extendedCommunities = [Uint8Array.of(0, 2, ...octets(random, 6))];
  if (random.chance(0.08))
    values.largeCommunities = Array.from({ length: random.geometric(2.5) }, (_, index) => [
      peer,
      random.integer(0, 9999),
      index,
    ]);
  return values;
}

function asPath(random: Random, peer: number): AsPathSegment[] {
  const asns = [peer];
  for (let left = random.weighted(pathLengths) - 1; left > 0; left--) asns.push(asn(random));
  const own = asns[asns.length - 1]!;
  if (random.chance(0.15)) for (let times = random.integer(1, 4); times > 0; times--) asns.push(own);
  const path: AsPathSegment[] = [{ type: SegmentType.Sequence, asns }];
  if (random.chance(0.002)) path.push({ type: SegmentType.Set, asns: [asn(random), asn(random)] });
  return path;
}

/** Two of three AS numbers in a table fit into two octets. */
function asn(random: Random): number {
  return random.chance(0.66) ? random.integer(1, 64495) : random.integer(131_072, 402_332);
}

function nextHop(random: Random, family: Family): Uint8Array {
  if (family === Family.Ipv4Unicast) return Uint8Array.of(195, 66, 224 + random.integer(0, 3), random.integer(1, 254));
  return Uint8Array.of(0x20, 0x01, 0x07, 0xf8, 0, 4, 0, 0, 0, 0, 0, 0, ...octets(random, 4));
}

function prefix(random: Random, family: Family): Prefix {
  const isIpv4 = family === Family.Ipv4Unicast;
  const lengthBits = random.weighted(isIpv4 ? ipv4Lengths : ipv6Lengths);
  const bytes = octets(random, (lengthBits + 7) >> 3);
  bytes[0] = isIpv4 ? random.integer(1, 223) : 0x20 + random.integer(0, 12);
  const spare = bytes.length * 8 - lengthBits;
  bytes[bytes.length - 1]! &= 0xff << spare;
  return { family, lengthBits, bytes, pathId: -1 };
}

function octets(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.integer(0, 255));
}
