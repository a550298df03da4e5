import type { AsPathSegment, AttributeValues } from "../../src/codec/attributes/values.ts";
import { Origin, SegmentType } from "../../src/codec/attributes/values.ts";
import type { Prefix } from "../../src/codec/nlri/prefix.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import type { Candidate, RouteSource } from "../../src/rib/decision.ts";

/** `v4("192.0.2.10")` is a host route, `v4("192.0.2.0", 24)` a shorter one. */
export function v4(address: string, lengthBits = 32, pathId = -1): Prefix {
  const bytes = Uint8Array.from(address.split(".").map(Number)).slice(0, Math.ceil(lengthBits / 8));
  return { family: Family.Ipv4Unicast, lengthBits, bytes, pathId };
}

/** A host route whose last two octets are `low`. */
export function v6(low: number): Prefix {
  const bytes = Uint8Array.from([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, low >> 8, low & 255]);
  return { family: Family.Ipv6Unicast, lengthBits: 128, bytes, pathId: -1 };
}

export function path(...asns: number[]): readonly AsPathSegment[] {
  return [{ type: SegmentType.Sequence, asns }];
}

export function attributes(change: AttributeValues = {}): AttributeValues {
  return { origin: Origin.Igp, asPath: path(65001), nextHop: Uint8Array.of(10, 0, 0, 1), ...change };
}

/** Peer `n` of the router under test: 10.0.0.n, router id n. */
export function source(n: number, change: Partial<RouteSource> = {}): RouteSource {
  return {
    name: `10.0.0.${n}`,
    address: Uint8Array.of(10, 0, 0, n),
    routerId: n,
    asn: 65000 + n,
    internal: false,
    ...change,
  };
}

export function candidate(n: number, change: AttributeValues = {}, from: Partial<RouteSource> = {}): Candidate {
  return {
    source: source(n, from),
    attributes: attributes({ asPath: path(65000 + n), nextHop: Uint8Array.of(10, 0, 0, n), ...change }),
    pathId: -1,
  };
}
