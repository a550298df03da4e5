import fc from "fast-check";
import { AttributeFlag } from "../../src/codec/attributes/spec.ts";
import { attributeSpec } from "../../src/codec/attributes/table.ts";
import { type AsPathSegment, type AttributeValues, SegmentType } from "../../src/codec/attributes/values.ts";
import type { Capability } from "../../src/codec/capabilities/spec.ts";
import { capabilitySpec } from "../../src/codec/capabilities/table.ts";
import { type CodecContext, defaultCodecContext } from "../../src/codec/context.ts";
import type { NlriSpec } from "../../src/codec/nlri/family.ts";
import type { Prefix } from "../../src/codec/nlri/prefix.ts";
import { nlriSpecs } from "../../src/codec/nlri/table.ts";
import { afiOf, Family } from "../../src/iana/afi-safi.ts";

export const uint32: fc.Arbitrary<number> = fc.oneof(fc.nat(0xffff), fc.nat(0xffff_ffff));
const asn = uint32.map((value) => Math.max(value, 1));
const octets = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });

export const family: fc.Arbitrary<Family> = fc.oneof(
  fc.constantFrom<Family>(Family.Ipv4Unicast, Family.Ipv6Unicast),
  fc.nat(0xff_ffff),
);

/** Segments that two ends agree on: adjacent sequences or sets that the encoder would have to split are left out. */
export const asPath: fc.Arbitrary<AsPathSegment[]> = fc.array(
  fc.record({
    type: fc.constantFrom<SegmentType>(
      SegmentType.Sequence,
      SegmentType.Set,
      SegmentType.ConfedSequence,
      SegmentType.ConfedSet,
    ),
    asns: fc.array(asn, { minLength: 1, maxLength: 6 }),
  }),
  { maxLength: 4 },
);

const unknownAttribute = fc.record({
  code: fc.nat(255).filter((code) => attributeSpec(code) === null),
  flags: fc.constantFrom(
    AttributeFlag.Optional,
    AttributeFlag.Optional | AttributeFlag.Transitive,
    AttributeFlag.Optional | AttributeFlag.Transitive | AttributeFlag.Partial,
  ),
  value: fc.uint8Array({ maxLength: 300 }),
});

const hostAddress = octets(4).filter((address) => address[0]! < 224 && address.some((octet) => octet !== 0));

/** Of types nobody has defined: their values may be anything. */
const tlv = fc.record({ type: fc.integer({ min: 100, max: 255 }), value: fc.uint8Array({ maxLength: 20 }) });

/** Everything but the next hop. */
const attributesOnly: fc.Arbitrary<AttributeValues> = fc.record(
  {
    origin: fc.constantFrom(0 as const, 1 as const, 2 as const),
    asPath,
    multiExitDisc: uint32,
    localPref: uint32,
    atomicAggregate: fc.constant(true),
    aggregator: fc.record({ asn, address: octets(4) }),
    communities: fc.array(uint32, { minLength: 1, maxLength: 80 }),
    originatorId: octets(4),
    clusterList: fc.array(octets(4), { minLength: 1, maxLength: 5 }),
    extendedCommunities: fc.array(octets(8), { minLength: 1, maxLength: 5 }),
    largeCommunities: fc.uniqueArray(fc.tuple(uint32, uint32, uint32), {
      minLength: 1,
      maxLength: 5,
      selector: (value) => value.join(":"),
    }),
    aigp: fc.array(tlv, { minLength: 1, maxLength: 3 }),
    onlyToCustomer: uint32,
    prefixSid: fc.uniqueArray(tlv, { minLength: 1, maxLength: 3, selector: ({ type }) => type }),
    unknown: fc
      .uniqueArray(unknownAttribute, { minLength: 1, maxLength: 4, selector: ({ code }) => code })
      .map((list) => list.sort((a, b) => a.code - b.code)),
  },
  { requiredKeys: ["origin", "asPath"] },
);

/** Routes of a family with all it asks for: labels, a route distinguisher, and a path identifier if `pathId` gives one. */
function prefixOf(spec: NlriSpec, pathId: fc.Arbitrary<number>): fc.Arbitrary<Prefix> {
  const { family: of, nextHopRdOctets } = spec;
  const maxLengthBits = afiOf(of) === 1 ? 32 : 128;
  const labelled =
    nextHopRdOctets > 0 || [Family.Ipv4LabelledUnicast, Family.Ipv6LabelledUnicast].some((one) => one === of);
  const extras = fc.record({
    ...(labelled ? { labels: fc.array(fc.nat(0xf_ffff), { minLength: 1, maxLength: 2 }) } : {}),
    ...(nextHopRdOctets > 0 ? { rd: octets(8) } : {}),
  });
  return fc
    .tuple(fc.nat(maxLengthBits), octets(maxLengthBits / 8), pathId, extras)
    .map(([lengthBits, address, id, extra]) => {
      const bytes = address.slice(0, (lengthBits + 7) >> 3);
      if (lengthBits % 8 !== 0) bytes[bytes.length - 1]! &= 0xff << (8 - (lengthBits % 8));
      return { family: of, lengthBits, bytes, pathId: id, ...extra };
    });
}

export interface Announcement {
  readonly context: CodecContext;
  readonly family: Family;
  readonly attributes: AttributeValues;
  readonly nlri: readonly Prefix[];
}

/** Routes of every family with all they need, and a session that can carry them. */
export const announcement: fc.Arbitrary<Announcement> = fc
  .record({
    fourOctetAs: fc.boolean(),
    addPath: fc.boolean(),
    extended: fc.boolean(),
    spec: fc.constantFrom(...nlriSpecs),
    nextHop: fc.nat(),
    count: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 20 }) }, fc.integer({ min: 500, max: 1000 })),
  })
  .chain(({ fourOctetAs, addPath, extended, spec, nextHop, count }) => {
    const { family: of, nextHopLengths } = spec;
    const nextHopLength = nextHopLengths[nextHop % nextHopLengths.length]!;
    const hop = of === Family.Ipv4Unicast && nextHopLength === 4 ? hostAddress : octets(nextHopLength);
    const pathId = addPath ? uint32 : fc.constant(-1);
    const families = addPath ? [of] : [];
    const context = {
      ...defaultCodecContext,
      fourOctetAs,
      internal: true,
      maxMessageLength: extended ? 65535 : 4096,
      addPathReceive: families,
      addPathSend: families,
      extendedNextHop: nlriSpecs.map(({ family: one }) => one),
    };
    return fc.record({
      context: fc.constant(context),
      family: fc.constant(of),
      attributes: fc.tuple(attributesOnly, hop).map(([values, address]) => ({ ...values, nextHop: address })),
      nlri: fc.array(prefixOf(spec, pathId), { minLength: count, maxLength: count, size: "max" }),
    });
  });

const unknownCapability = fc.record({
  code: fc.nat(255).filter((code) => capabilitySpec(code) === undefined),
  name: fc.constant("unknown" as const),
  value: fc.uint8Array({ maxLength: 40 }),
});

const text = fc.string({ unit: "grapheme", maxLength: 15 });

export const capability: fc.Arbitrary<Capability> = fc.oneof(
  fc.record({ code: fc.constant(1 as const), name: fc.constant("multiprotocol" as const), family }),
  fc.constantFrom<Capability>(
    { code: 2, name: "route-refresh" },
    { code: 6, name: "extended-message" },
    { code: 70, name: "enhanced-route-refresh" },
  ),
  fc.record({
    code: fc.constant(5 as const),
    name: fc.constant("extended-next-hop" as const),
    entries: fc.array(fc.record({ family, nextHopAfi: fc.nat(0xffff) }), { maxLength: 4 }),
  }),
  fc.record({
    code: fc.constant(64 as const),
    name: fc.constant("graceful-restart" as const),
    restarted: fc.boolean(),
    notification: fc.boolean(),
    restartTime: fc.nat(4095),
    families: fc.array(fc.record({ family, forwarding: fc.boolean() }), { maxLength: 4 }),
  }),
  fc.record({ code: fc.constant(65 as const), name: fc.constant("four-octet-as" as const), asn: uint32 }),
  fc.record({
    code: fc.constant(69 as const),
    name: fc.constant("add-path" as const),
    families: fc.array(
      fc.record({ family, receive: fc.boolean(), send: fc.boolean() }).filter(({ receive, send }) => receive || send),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  fc.record({
    code: fc.constant(8 as const),
    name: fc.constant("multiple-labels" as const),
    families: fc.array(fc.record({ family, count: fc.nat(255) }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ code: fc.constant(9 as const), name: fc.constant("role" as const), role: fc.nat(255) }),
  fc.record({
    code: fc.constant(71 as const),
    name: fc.constant("long-lived-graceful-restart" as const),
    families: fc.array(fc.record({ family, forwarding: fc.boolean(), staleTime: fc.nat(0xff_ffff) }), { maxLength: 4 }),
  }),
  fc.record({
    code: fc.constant(73 as const),
    name: fc.constant("fqdn" as const),
    hostName: text,
    domainName: text,
  }),
  fc.record({
    code: fc.constant(75 as const),
    name: fc.constant("software-version" as const),
    version: text,
    lengthOctet: fc.constant(true),
  }),
  unknownCapability,
);
