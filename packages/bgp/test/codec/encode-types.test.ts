import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Writer } from "../../src/bytes/writer.ts";
import { defaultCodecContext } from "../../src/codec/context.ts";
import { BgpEncodeError } from "../../src/codec/encode-error.ts";
import {
  encodeMessage,
  encodeRoutes,
  MessageType,
  type OutgoingMessage,
  type RouteBatch,
} from "../../src/codec/message.ts";
import { NlriView } from "../../src/codec/nlri/view.ts";
import { Family, familyOf } from "../../src/iana/afi-safi.ts";

// What callers without TypeScript can get wrong: never a TypeError, never octets that mean something else.

const attributes = { origin: 0, asPath: [], nextHop: Uint8Array.of(192, 0, 2, 1) };
const prefix = { family: Family.Ipv4Unicast, lengthBits: 24, bytes: Uint8Array.of(203, 0, 113), pathId: -1 };
const octets = new Uint8Array(8);

function failure(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BgpEncodeError) return `${error.code} ${error.field}`;
    throw error;
  }
  return "nothing thrown";
}

const routes = (batch: unknown, context = defaultCodecContext): string =>
  failure(() => encodeRoutes(new Writer(), batch as RouteBatch, context, () => {}));
const message = (value: unknown): string =>
  failure(() => encodeMessage(new Writer(), value as OutgoingMessage, defaultCodecContext));

describe("an attribute of another type", () => {
  it.each<[string, unknown, string]>([
    ["origin", "igp", "value-range origin"],
    ["origin", null, "value-range origin"],
    ["asPath", 65001, "value-type asPath"],
    ["asPath", "65001", "value-type asPath"],
    ["asPath", null, "value-type asPath"],
    ["asPath", [65001], "value-range asPath.type"],
    ["asPath", [null], "value-type asPath"],
    ["asPath", [{ type: 2, asns: 65001 }], "value-type asPath.asns"],
    ["asPath", [{ type: 2, asns: ["65001"] }], "value-range asPath.asns"],
    ["nextHop", "192.0.2.1", "value-type nextHop"],
    ["nextHop", [192, 0, 2, 1], "value-type nextHop"],
    ["nextHop", null, "value-type nextHop"],
    ["multiExitDisc", "5", "value-range multiExitDisc"],
    ["localPref", true, "value-range localPref"],
    ["atomicAggregate", "no", "value-type atomicAggregate"],
    ["aggregator", null, "value-type aggregator"],
    ["aggregator", { asn: 1, address: "192.0.2.1" }, "value-type aggregator.address"],
    ["communities", 5, "value-type communities"],
    ["communities", ["65000:1"], "value-range communities"],
    ["communities", null, "value-type communities"],
    ["originatorId", "192.0.2.1", "value-type originatorId"],
    ["clusterList", [1], "value-type clusterList"],
    ["clusterList", octets.subarray(0, 4), "value-type clusterList"],
    ["extendedCommunities", ["rt:65000:1"], "value-type extendedCommunities"],
    ["extendedCommunities", "abc", "value-type extendedCommunities"],
    ["largeCommunities", [1, 2, 3], "value-type largeCommunities"],
    ["largeCommunities", [null, null], "value-type largeCommunities"],
    ["largeCommunities", "a", "value-type largeCommunities"],
    ["aigp", [{ type: 1, value: "x" }], "value-type aigp.value"],
    ["aigp", [null], "value-type aigp"],
    ["onlyToCustomer", "65000", "value-range onlyToCustomer"],
    ["prefixSid", { type: 1 }, "value-type prefixSid"],
    ["unknown", 7, "value-type unknown"],
    ["unknown", [null], "value-type unknown"],
    ["unknown", [{ code: 99, flags: 0xc0, value: "abc" }], "value-type unknown.value"],
  ])("%s: %j", (property, value, expected) => {
    const batch = { family: Family.Ipv4Unicast, attributes: { ...attributes, [property]: value }, nlri: [prefix] };
    expect(routes(batch)).toBe(expected);
    expect(routes(batch, { ...defaultCodecContext, fourOctetAs: false })).toBe(expected);
  });

  it.each([
    ["nextHop", new DataView(new ArrayBuffer(4))],
    ["nextHop", Float64Array.of(192, 0, 2, 1)],
    ["originatorId", Uint16Array.of(300, 0, 2, 1)],
    ["clusterList", [Uint16Array.of(300, 0, 2, 1)]],
    ["extendedCommunities", [new Uint32Array(8)]],
    ["unknown.value", [{ code: 99, flags: 0xc0, value: Uint16Array.of(300) }], "unknown"],
    ["communities", (): void => {}],
    ["aigp", (): void => {}],
  ] as const)("%s is no octets or no list for being like one", (field, value, property: string = field) => {
    const set = { ...attributes, [property]: value };
    expect(routes({ family: Family.Ipv4Unicast, attributes: set, nlri: [prefix] })).toBe(`value-type ${field}`);
  });

  it("Buffers, and the octets of another realm, are octets", () => {
    const elsewhere = runInNewContext("Uint8Array.of(192, 0, 2, 1)");
    expect(elsewhere instanceof Uint8Array).toBe(false);
    for (const nextHop of [elsewhere, Buffer.from([192, 0, 2, 1])]) {
      const batch = { family: Family.Ipv4Unicast, attributes: { ...attributes, nextHop }, nlri: [prefix] };
      expect(routes(batch)).toBe("nothing thrown");
    }
  });

  it.each([Symbol("65001"), Object.create(null), 65001n, [Symbol("65001")]])(
    "%o is no number, also where it has no text",
    (value) => {
      const open = { type: MessageType.Open, asn: 65001, holdTime: 90, routerId: 1, capabilities: [] };
      expect(message({ ...open, asn: value })).toBe("value-range asn");
      expect(message({ type: MessageType.RouteRefresh, family: value, subtype: 0 })).toBe("value-range family");
      expect(routes({ family: value, attributes, nlri: [prefix] })).toBe("value-range family");
      expect(routes({ family: value, attributes, nlri: [], opaqueNlri: octets })).toBe("value-range family");
    },
  );

  it("is found whatever stands before it, and the whole set as well", () => {
    const batch = { family: Family.Ipv4Unicast, nlri: [prefix] };
    expect(routes({ ...batch, attributes: { communities: null, ...attributes } })).toBe("value-type communities");
    expect(routes(batch)).toBe("value-type attributes");
    expect(routes({ ...batch, attributes: 5 })).toBe("missing-field nextHop");
  });
});

describe("a route of another type", () => {
  it.each<[unknown, string]>([
    [5, "value-type nlri"],
    ["192.0.2.0/24", "value-type nlri"],
    [[null], "value-type nlri"],
    [["192.0.2.0/24"], "value-range nlri.family"],
    [[{ ...prefix, bytes: [203, 0, 113] }], "value-type nlri.bytes"],
    [[{ ...prefix, bytes: "abc" }], "value-type nlri.bytes"],
    [[{ ...prefix, bytes: null }], "value-type nlri.bytes"],
    [[{ ...prefix, lengthBits: "24" }], "value-range nlri.lengthBits"],
  ])("%j", (nlri, expected) => {
    expect(routes({ family: Family.Ipv4Unicast, attributes, nlri })).toBe(expected);
    expect(routes({ family: Family.Ipv4Unicast, attributes: null, nlri })).toBe(expected);
  });

  it("in a view, with labels, or of a family without a codec", () => {
    expect(failure(() => NlriView.from(Family.Ipv4Unicast, [null as never]))).toBe("value-type nlri");
    const labelled = { ...prefix, family: Family.Ipv4LabelledUnicast, labels: 5 };
    expect(routes({ family: labelled.family, attributes, nlri: [labelled] })).toBe("value-type nlri.labels");
    const opaque = { family: familyOf(25, 70), nlri: [], opaqueNlri: octets };
    expect(routes({ ...opaque, attributes: { ...attributes, nextHop: "x" } })).toBe("value-type nextHop");
    expect(routes({ ...opaque, attributes, opaqueNlri: "abc" })).toBe("value-type opaqueNlri");
    expect(routes({ ...opaque, attributes, opaqueNlri: new DataView(octets.buffer) })).toBe("value-type opaqueNlri");
    expect(routes({ ...opaque, attributes, nlri: undefined })).toBe("value-type nlri");
    expect(routes(opaque)).toBe("value-type attributes");
  });

  it("does not hide what the caller's own flush throws", () => {
    const batch = { family: Family.Ipv4Unicast, attributes: null, nlri: [prefix] };
    const flush = (): void => {
      throw new TypeError("the caller's");
    };
    expect(() => encodeRoutes(new Writer(), batch, defaultCodecContext, flush)).toThrow(TypeError);
  });
});

describe("a message of another type", () => {
  const open = { type: MessageType.Open, asn: 65001, holdTime: 90, routerId: 1, capabilities: [] };
  it.each<[unknown, string]>([
    [{ ...open, asn: "65001" }, "value-range asn"],
    [{ ...open, holdTime: undefined }, "value-range holdTime"],
    [{ ...open, routerId: "192.0.2.1" }, "value-range routerId"],
    [{ ...open, capabilities: undefined }, "value-type capabilities"],
    [{ ...open, capabilities: [null] }, "value-type capabilities"],
    [{ ...open, capabilities: [{ code: 2, name: "unknown", value: "ab" }] }, "value-type capabilities.value"],
    [{ ...open, capabilities: [{ code: 65, name: "four-octet-as", asn: "1" }] }, "value-range capabilities.asn"],
    [{ ...open, capabilities: [{ code: 69, name: "add-path", families: 5 }] }, "value-type capabilities"],
    [
      { ...open, capabilities: [{ code: 73, name: "fqdn", hostName: 5, domainName: "" }] },
      "value-type capabilities.hostName",
    ],
    [{ ...open, capabilities: [{ code: 75, name: "software-version" }] }, "value-type capabilities.version"],
    [{ type: MessageType.Notification, code: 6, subcode: 2, data: "text" }, "value-type data"],
    [{ type: MessageType.RouteRefresh, family: "ipv4-unicast", subtype: 0 }, "value-range family"],
    [{ type: "open" }, "value-type type"],
  ])("%j", (value, expected) => {
    expect(message(value)).toBe(expected);
  });
});
