import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Writer } from "../../src/bytes/writer.ts";
import { attributeSpecs } from "../../src/codec/attributes/table.ts";
import { type AttributeValues, SegmentType } from "../../src/codec/attributes/values.ts";
import { capabilitySpecs } from "../../src/codec/capabilities/table.ts";
import { type CodecContext, defaultCodecContext } from "../../src/codec/context.ts";
import { toJSON } from "../../src/codec/json.ts";
import {
  decodeMessage,
  encodeMessage,
  encodeRoutes,
  MessageType,
  type UpdateMessage,
} from "../../src/codec/message.ts";
import type { Prefix } from "../../src/codec/nlri/prefix.ts";
import { nlriSpecs } from "../../src/codec/nlri/table.ts";
import { Outcome } from "../../src/codec/outcome.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { fixtures } from "../fixtures/fixtures.ts";
import { announcement, capability, family, uint32 } from "./arbitraries.ts";

const families = nlriSpecs.map(({ family: of }) => of);
const anyContext: fc.Arbitrary<CodecContext> = fc.record({
  fourOctetAs: fc.boolean(),
  internal: fc.boolean(),
  maxMessageLength: fc.constantFrom(4096, 65535),
  addPathReceive: fc.subarray(families),
  addPathSend: fc.subarray(families),
  extendedNextHop: fc.subarray(families),
});

/** Touches everything that can be reached from a message. */
function exercise(bytes: Uint8Array, context: CodecContext): void {
  const message = decodeMessage(bytes, 0, bytes.length, context);
  JSON.stringify(toJSON(message));
  if (message.type !== MessageType.Update) return;
  expect(message.notification !== null).toBe(message.outcome === Outcome.SessionReset);
  expect(message.outcome).toBe(Math.max(0, ...message.problems.map(({ outcome }) => outcome)));
  const kept = message.retain();
  expect(toJSON(kept)).toEqual(toJSON(message));
  for (const of of families) {
    message.attributes.materialise(of);
    expect(kept.attributes.rawBytes(of)).toEqual(message.attributes.rawBytes(of));
  }
}

function withHeader(type: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(19 + body.length).fill(0xff, 0, 16);
  bytes[16] = bytes.length >> 8;
  bytes[17] = bytes.length;
  bytes[18] = type;
  bytes.set(body, 19);
  return bytes;
}

describe("decodeMessage never throws", () => {
  it("on arbitrary octets", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), anyContext, exercise), { numRuns: 500 });
  });

  it("on arbitrary octets behind a right header", () => {
    const bytes = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.uint8Array({ maxLength: 200 }));
    fc.assert(
      fc.property(
        bytes.map(([type, body]) => withHeader(type, body)),
        anyContext,
        exercise,
      ),
      { numRuns: 1000 },
    );
  });

  it("on an UPDATE whose attributes have right headers and arbitrary values", () => {
    const attribute = fc
      .tuple(
        fc.constantFrom(0x00, 0x40, 0x50, 0x80, 0x90, 0xc0, 0xd0, 0xe0),
        fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 35 }) }, fc.nat(255)),
        fc.uint8Array({ maxLength: 40 }),
      )
      .map(([flags, code, value]) =>
        (flags & 0x10) === 0 ? [flags, code, value.length, ...value] : [flags, code, 0, value.length, ...value],
      );
    const update = fc
      .tuple(fc.array(attribute, { maxLength: 12 }), fc.uint8Array({ maxLength: 12 }))
      .map(([attributes, nlri]) => {
        const field = attributes.flat();
        return withHeader(2, Uint8Array.of(0, 0, field.length >> 8, field.length & 0xff, ...field, ...nlri));
      });
    fc.assert(fc.property(update, anyContext, exercise), { numRuns: 1000 });
  });

  it("on fixtures with octets changed", () => {
    const mutated = fc
      .tuple(
        fc.constantFrom(...fixtures().map(({ bytes }) => bytes)),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      )
      .map(([bytes, changes]) => {
        const copy = bytes.slice();
        for (const [at, octet] of changes) copy[19 + (at % Math.max(1, copy.length - 19))] = octet;
        return copy;
      });
    fc.assert(fc.property(mutated, anyContext, exercise), { numRuns: 1000 });
  });
});

describe("the generators", () => {
  // Computed on sending, so that nobody can ask for them.
  const computed = ["as4Path", "as4Aggregator"];
  const announcements = fc.sample(announcement, 200);
  const capabilities = fc.sample(capability, 500);

  it.each(attributeSpecs.filter(({ property }) => property !== null && !computed.includes(property)))(
    "make $name",
    ({ property }) => {
      expect(announcements.some(({ attributes }) => attributes[property!] !== undefined)).toBe(true);
    },
  );

  it.each(capabilitySpecs)("make the capability $name", ({ name }) => {
    expect(capabilities.some((made) => made.name === name)).toBe(true);
  });

  it.each(nlriSpecs)("make routes of family $family", ({ family: of }) => {
    expect(announcements.some((made) => made.family === of)).toBe(true);
  });
});

describe("decode(encode(x)) is x", () => {
  const encoded = (message: Parameters<typeof encodeMessage>[1]): unknown => {
    const w = new Writer(8);
    encodeMessage(w, message, defaultCodecContext);
    return decodeMessage(w.bytes, 0, w.length, defaultCodecContext);
  };

  it("for OPEN", () => {
    const open = fc.record({
      type: fc.constant(MessageType.Open),
      asn: fc.integer({ min: 1, max: 0xffff_ffff }),
      holdTime: fc.nat(0xffff).filter((seconds) => seconds !== 1 && seconds !== 2),
      routerId: fc.integer({ min: 1, max: 0xffff_ffff }),
      capabilities: fc.array(capability, { maxLength: 30 }),
      capabilityParameters: fc.constantFrom("shared" as const, "separate" as const),
    });
    fc.assert(
      fc.property(open, (message) => {
        const fourOctet = message.capabilities.find(({ name }) => name === "four-octet-as");
        const myAutonomousSystem = message.asn > 0xffff ? 23456 : message.asn;
        const asn = fourOctet?.name === "four-octet-as" ? fourOctet.asn : myAutonomousSystem;
        // One parameter with one capability is both.
        const capabilityParameters = message.capabilities.length > 1 ? message.capabilityParameters : "shared";
        expect(encoded(message)).toEqual({ ...message, version: 4, asn, myAutonomousSystem, capabilityParameters });
      }),
    );
  });

  it("for NOTIFICATION, ROUTE-REFRESH and KEEPALIVE", () => {
    const notification = fc.record({
      type: fc.constant(MessageType.Notification),
      code: fc.nat(255),
      subcode: fc.nat(255),
      data: fc.uint8Array({ maxLength: 4075 }),
    });
    const refresh = fc.record({ type: fc.constant(MessageType.RouteRefresh), family, subtype: fc.nat(255) });
    const keepalive = fc.constant({ type: MessageType.Keepalive });
    fc.assert(
      fc.property(fc.oneof(notification, refresh, keepalive), (message) => {
        expect(encoded(message)).toEqual(message);
      }),
    );
  });

  it("for End-of-RIB", () => {
    fc.assert(
      fc.property(family, (of) => {
        expect(encoded({ type: MessageType.Update, endOfRib: of })).toMatchObject({
          endOfRib: of,
          outcome: Outcome.Ok,
        });
      }),
    );
  });

  /** Encodes, decodes every message, and hands each to `visit`. */
  function roundTrip(
    batch: Parameters<typeof encodeRoutes>[1],
    context: CodecContext,
    visit: (message: UpdateMessage, length: number) => void,
  ): void {
    const w = new Writer(16);
    encodeRoutes(w, batch, context, (end) => {
      const message = decodeMessage(w.bytes, 0, end, context);
      if (message.type !== MessageType.Update) throw new Error(JSON.stringify(toJSON(message)));
      expect(message.problems).toEqual([]);
      visit(message, end);
    });
  }

  it("for routes, packed as tightly as the limit allows", () => {
    fc.assert(
      fc.property(announcement, ({ context, family: of, attributes, nlri }) => {
        const received: Prefix[] = [];
        const lengths: number[] = [];
        roundTrip({ family: of, attributes, nlri }, context, (message, length) => {
          const { mpReach } = message.attributes;
          const view = mpReach === null ? message.nlri : mpReach.nlri;
          received.push(...view.materialise());
          lengths.push(length);
          const { problems } = message;
          expect([problems, message.attributes.materialise(of)]).toEqual([[], normalised(attributes, context)]);
          expect(length).toBeLessThanOrEqual(context.maxMessageLength);
        });
        expect(received).toEqual(nlri);
        // The next route did not fit: 16 octets of prefix, its length, a path identifier, two labels, a route distinguisher, and one
        // octet of attribute header.
        const route = 16 + 1 + 4 + 6 + 8;
        for (const length of lengths.slice(0, -1))
          expect(length).toBeGreaterThanOrEqual(context.maxMessageLength - route);
      }),
      { numRuns: 70 },
    );
  });

  it("for withdrawals", () => {
    fc.assert(
      fc.property(announcement, ({ context, family: of, nlri }) => {
        const received: Prefix[] = [];
        roundTrip({ family: of, attributes: null, nlri }, context, (message) => {
          const view = message.attributes.mpUnreach?.nlri ?? message.withdrawn;
          received.push(...view.materialise());
        });
        // RFC 8277 §2.4: a withdrawal has no labels of its own.
        expect(received).toEqual(nlri.map(({ labels: _, ...prefix }) => prefix));
      }),
      { numRuns: 50 },
    );
  });
});

/**
 * What a two-octet peer cannot be told: AS numbers above 65535 in confederation segments become AS_TRANS, and with an AS4_PATH
 * only those segments survive that lead the path (RFC 6793 §3, §4.2.3).
 */
function normalised(attributes: AttributeValues, { fourOctetAs }: CodecContext): AttributeValues {
  const path = attributes.asPath ?? [];
  if (fourOctetAs) return attributes;
  const confederation = path.map(({ type }) => type === SegmentType.ConfedSequence || type === SegmentType.ConfedSet);
  const as4 = path.some(({ asns }, i) => !confederation[i] && asns.some((asn) => asn > 0xffff));
  const firstCounted = confederation.indexOf(false);
  const asPath = path
    .map(({ type, asns }, i) => ({
      type,
      asns: confederation[i] ? asns.map((asn) => (asn > 0xffff ? 23456 : asn)) : asns,
    }))
    .filter((_, i) => !as4 || !confederation[i] || i < firstCounted);
  return { ...attributes, asPath };
}

it("canonical octets are the same whatever order and length encoding the peer chose", () => {
  fc.assert(
    fc.property(announcement, fc.infiniteStream(fc.nat()), ({ context, family: of, attributes, nlri }, random) => {
      const w = new Writer();
      const messages: UpdateMessage[] = [];
      encodeRoutes(w, { family: of, attributes, nlri: nlri.slice(0, 3) }, context, (end) => {
        const bytes = w.slice(0, end);
        const shuffled = shuffle(bytes, () => random.next().value);
        for (const variant of [bytes, shuffled]) {
          const message = decodeMessage(variant, 0, variant.length, { ...context, maxMessageLength: 65535 });
          if (message.type === MessageType.Update) messages.push(message);
        }
      });
      const [first, second] = messages;
      expect(second!.outcome).toBe(Outcome.Ok);
      expect(second!.attributes.rawBytes(of)).toEqual(first!.attributes.rawBytes(of));
      expect(second!.attributes.materialise(of).communities).toEqual(first!.attributes.materialise(of).communities);
    }),
    { numRuns: 100 },
  );
});

/** The same UPDATE with its attributes in another order, all with Extended Length. */
function shuffle(bytes: Uint8Array, random: () => number): Uint8Array {
  const withdrawnEnd = 21 + bytes[19]! * 256 + bytes[20]!;
  const start = withdrawnEnd + 2;
  const end = start + bytes[withdrawnEnd]! * 256 + bytes[withdrawnEnd + 1]!;
  const attributes: number[][] = [];
  for (let at = start; at < end; ) {
    const long = (bytes[at]! & 0x10) !== 0;
    const valueStart = at + (long ? 4 : 3);
    const length = long ? bytes[at + 2]! * 256 + bytes[at + 3]! : bytes[at + 2]!;
    const value = bytes.slice(valueStart, valueStart + length);
    attributes.push([bytes[at]! | 0x10, bytes[at + 1]!, length >> 8, length & 0xff, ...value]);
    at = valueStart + length;
  }
  for (let i = attributes.length - 1; i > 0; i--) {
    const j = random() % (i + 1);
    [attributes[i], attributes[j]] = [attributes[j]!, attributes[i]!];
  }
  const field = attributes.flat();
  const body = [
    ...bytes.slice(19, withdrawnEnd),
    field.length >> 8,
    field.length & 0xff,
    ...field,
    ...bytes.slice(end),
  ];
  return withHeader(2, Uint8Array.from(body));
}

it("an unsigned 32-bit value survives in every attribute that holds one", () => {
  fc.assert(
    fc.property(uint32, (value) => {
      const w = new Writer();
      const attributes = {
        origin: 0 as const,
        asPath: [{ type: 2 as const, asns: [Math.max(value, 1)] }],
        nextHop: Uint8Array.of(192, 0, 2, 1),
        multiExitDisc: value,
        localPref: value,
      };
      const nlri = [{ family: Family.Ipv4Unicast, lengthBits: 0, bytes: new Uint8Array(0), pathId: -1 }];
      const context = { ...defaultCodecContext, internal: true };
      encodeRoutes(w, { family: Family.Ipv4Unicast, attributes, nlri }, context, (end) => {
        const message = decodeMessage(w.bytes, 0, end, context);
        if (message.type !== MessageType.Update) throw new Error("no UPDATE");
        expect([message.attributes.multiExitDisc, message.attributes.localPref]).toEqual([value, value]);
        expect(message.attributes.origin).toBe(0);
        expect(message.attributes.nextHop).toBe(0xc000_0201);
      });
    }),
  );
});
