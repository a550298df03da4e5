import {
  type AsPathSegment,
  type AttributeValues,
  type Candidate,
  defaultCodecContext,
  encodeRoutes,
  type Prefix,
  parsePrefix,
  type RouteSource,
  SegmentType,
  toHex,
  Writer,
} from "@vipcast/bgp";

/** The AS of the router under test. */
export const routerAs = 65_000;
export const routerAddress = "10.0.0.254";

/** One neighbour of the router: two of them are in one AS, so that MEDs meet, and two are our own. */
export interface Neighbour {
  readonly name: string;
  readonly address: string;
  readonly asn: number;
  /** Not in the order of the addresses. */
  readonly routerId: string;
}

export const neighbours: readonly Neighbour[] = [
  { name: "one", address: "10.0.0.1", asn: 65_001, routerId: "10.9.0.5" },
  { name: "two", address: "10.0.0.2", asn: 65_001, routerId: "10.9.0.4" },
  { name: "three", address: "10.0.0.3", asn: 65_002, routerId: "10.9.0.3" },
  { name: "four", address: "10.0.0.4", asn: routerAs, routerId: "10.9.0.2" },
  { name: "five", address: "10.0.0.5", asn: routerAs, routerId: "10.9.0.1" },
];

/** The routes to one prefix: of some neighbours one each. */
export interface RouteSet {
  readonly text: string;
  readonly prefix: Prefix;
  readonly candidates: readonly Candidate[];
}

/** A seeded source of numbers (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function octets(address: string): Uint8Array {
  return Uint8Array.from(address.split(".").map(Number));
}

/** The neighbour as the decision process sees it. */
function sourceOf({ address, asn, routerId }: Neighbour): RouteSource {
  const id = new DataView(octets(routerId).buffer).getUint32(0);
  return { name: address, address: octets(address), routerId: id, asn, internal: asn === routerAs };
}

/** `count` sets, the same for the same seed. Values are few, so that routes are equal in many of them and each step has something to decide. */
export function randomSets(seed: number, count: number): readonly RouteSet[] {
  const random = randomFrom(seed);
  const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  return Array.from({ length: count }, (_, index) => {
    const text = `198.18.${index >> 8}.${index & 255}/32`;
    const prefix = parsePrefix(text)!;
    const chosen = neighbours.filter(() => random() < 0.75);
    const from = chosen.length === 0 ? [neighbours[0]!] : chosen;
    // In most sets nothing differs before the steps that come late, which else would hardly ever be reached.
    const plain = random() < 0.6;
    const candidates = from.map((neighbour) => {
      const internal = neighbour.asn === routerAs;
      const first = internal ? pick(65_001, 65_002) : neighbour.asn;
      const tail = plain ? [64_600] : pick([64_600], [64_601], [64_600, 64_601]);
      const segments: AsPathSegment[] = [{ type: SegmentType.Sequence, asns: [first, ...tail] }];
      if (!plain && random() < 0.1) segments.push({ type: SegmentType.Set, asns: [64_700, 64_701] });
      const med = pick(undefined, 0, 10, 20);
      const attributes: AttributeValues = {
        origin: plain ? 0 : pick(0, 0, 1, 2),
        asPath: internal && !plain && random() < 0.1 ? [] : segments,
        nextHop: octets(neighbour.address),
        ...(med === undefined || (plain && random() < 0.5) ? {} : { multiExitDisc: med }),
        ...(internal ? { localPref: plain ? 100 : pick(100, 100, 100, 90, 110) } : {}),
        ...(internal && random() < 0.3 ? reflected(random) : {}),
      };
      return { source: sourceOf(neighbour), attributes, pathId: -1 };
    });
    return { text, prefix, candidates };
  });
}

/** What a route reflector adds (RFC 4456 §8). */
function reflected(random: () => number): AttributeValues {
  const id = (n: number): Uint8Array => Uint8Array.of(10, 8, 0, n);
  return {
    originatorId: id(random() < 0.5 ? 1 : 2),
    clusterList: Array.from({ length: random() < 0.5 ? 1 : 2 }, (_, index) => id(100 + index)),
  };
}

/** The UPDATEs of one neighbour for all sets, as hex digits. */
export function updatesOf(neighbour: Neighbour, sets: readonly RouteSet[]): string {
  const writer = new Writer();
  let text = "";
  for (const { prefix, candidates } of sets) {
    const route = candidates.find(({ source }) => source.name === neighbour.address);
    if (route === undefined) continue;
    const context = { ...defaultCodecContext, internal: route.source.internal };
    const batch = { family: prefix.family, attributes: route.attributes, nlri: [prefix] };
    encodeRoutes(writer, batch, context, (end) => {
      text += toHex(writer.bytes.subarray(0, end));
    });
  }
  return text;
}
