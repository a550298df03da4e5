import { describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import { Writer } from "../../src/bytes/writer.ts";
import type { AttributeValues } from "../../src/codec/attributes/values.ts";
import { defaultCodecContext } from "../../src/codec/context.ts";
import { BgpEncodeError } from "../../src/codec/encode-error.ts";
import { decodeMessage, encodeRoutes, MessageType } from "../../src/codec/message.ts";
import { type Prefix, parsePrefix } from "../../src/codec/nlri/prefix.ts";
import { emptyNlri, NlriView } from "../../src/codec/nlri/view.ts";
import { Family, familyOf } from "../../src/iana/afi-safi.ts";

const v4: AttributeValues = { origin: 0, asPath: [], nextHop: Uint8Array.of(192, 0, 2, 1) };
const v6: AttributeValues = { origin: 0, asPath: [], nextHop: new Uint8Array(16).fill(1) };
const hosts = (count: number): Prefix[] =>
  Array.from({ length: count }, (_, i) => ({
    family: Family.Ipv4Unicast,
    lengthBits: 32,
    bytes: Uint8Array.of(10, i >> 16, i >> 8, i),
    pathId: -1,
  }));
const hosts6 = (count: number): Prefix[] =>
  Array.from({ length: count }, (_, i) => {
    const bytes = new Uint8Array(16);
    bytes.set([0x20, 1, i >> 8, i]);
    return { family: Family.Ipv6Unicast, lengthBits: 128, bytes, pathId: -1 };
  });

function lengths(batch: Parameters<typeof encodeRoutes>[1], context = defaultCodecContext): number[] {
  const w = new Writer(1);
  const sizes: number[] = [];
  encodeRoutes(w, batch, context, (end) => sizes.push(end));
  return sizes;
}

function failure(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BgpEncodeError) return `${error.code} ${error.field}`;
    throw error;
  }
  return "nothing thrown";
}

describe("encodeRoutes", () => {
  it("fills each message to the last octet that a route needs", () => {
    // 23 octets of header and lengths, 14 of attributes, five for each host route: 811 fit into 4096.
    const sizes = lengths({ family: Family.Ipv4Unicast, attributes: v4, nlri: hosts(5000) });
    expect(sizes).toEqual([...new Array<number>(6).fill(37 + 811 * 5), 37 + (5000 - 6 * 811) * 5]);
    const withdrawals = lengths({ family: Family.Ipv4Unicast, attributes: null, nlri: hosts(5000) });
    expect(withdrawals).toEqual([...new Array<number>(6).fill(23 + 814 * 5), 23 + (5000 - 6 * 814) * 5]);
  });

  it("needs one message where extended messages were negotiated", () => {
    const context = { ...defaultCodecContext, maxMessageLength: 65535 };
    expect(lengths({ family: Family.Ipv4Unicast, attributes: v4, nlri: hosts(5000) }, context).length).toBe(1);
    expect(lengths({ family: Family.Ipv6Unicast, attributes: v6, nlri: hosts6(3000) }, context).length).toBe(1);
  });

  it("packs IPv6 as tightly, in MP_REACH_NLRI and MP_UNREACH_NLRI", () => {
    // 23, then 4 + 21 of MP_REACH_NLRI before its NLRI, 7 of other attributes, 17 for each host route.
    const sizes = lengths({ family: Family.Ipv6Unicast, attributes: v6, nlri: hosts6(500) });
    expect(sizes).toEqual([...new Array<number>(2).fill(55 + 237 * 17), 55 + 26 * 17]);
    expect(lengths({ family: Family.Ipv6Unicast, attributes: null, nlri: hosts6(500) })[0]).toBe(30 + 239 * 17);
  });

  it("keeps no octet free for an Extended Length that a short MP_REACH_NLRI cannot need", () => {
    // 23, then 3 + 21 of MP_REACH_NLRI before its NLRI, 7 and 4 + 4004 of other attributes: room for two routes of 17 each.
    const unknown = [{ code: 99, flags: 0xc0, value: new Uint8Array(4004) }];
    const sizes = lengths({ family: Family.Ipv6Unicast, attributes: { ...v6, unknown }, nlri: hosts6(3) });
    expect(sizes).toEqual([4096, 4096 - 17]);
  });

  it("writes the attributes by their codes, whatever order the set has them in, and none from an undefined property", () => {
    const octets = (attributes: AttributeValues, family: Family, nlri: Prefix[]): string => {
      const w = new Writer();
      let hex = "";
      encodeRoutes(w, { family, attributes, nlri }, defaultCodecContext, (end) => {
        hex += toHex(w.bytes, 0, end);
      });
      return hex;
    };
    const unknown = [{ code: 27, flags: 0xc0, value: Uint8Array.of(1) }];
    const forwards: AttributeValues = {
      ...v4,
      multiExitDisc: 1,
      communities: [1],
      largeCommunities: [[1, 2, 3]],
      unknown,
    };
    const backwards = Object.fromEntries(
      [...Object.entries(forwards), ["localPref", undefined]].reverse(),
    ) as unknown as AttributeValues;
    expect(octets(backwards, Family.Ipv4Unicast, hosts(1))).toBe(octets(forwards, Family.Ipv4Unicast, hosts(1)));
    const { nextHop } = v6;
    expect(octets({ ...backwards, nextHop: nextHop! }, Family.Ipv6Unicast, hosts6(1))).toBe(
      octets({ ...forwards, nextHop: nextHop! }, Family.Ipv6Unicast, hosts6(1)),
    );
  });

  it("writes no message for no route", () => {
    expect(lengths({ family: Family.Ipv4Unicast, attributes: {}, nlri: [] })).toEqual([]);
    expect(lengths({ family: Family.Ipv6Unicast, attributes: null, nlri: [] })).toEqual([]);
  });

  it("builds each message at the writer's position, and leaves the writer there", () => {
    const w = new Writer();
    w.u8(0xaa);
    const seen: string[] = [];
    encodeRoutes(w, { family: Family.Ipv4Unicast, attributes: null, nlri: hosts(900) }, defaultCodecContext, (end) => {
      seen.push(`${toHex(w.bytes, 0, 20)} ${w.length} ${end}`);
    });
    expect(seen.length).toBe(2);
    expect(seen[0]).toBe(`aa${"ff".repeat(16)}0ffd02 1 4094`);
    expect(w.length).toBe(1);
  });

  it("does so whatever flush does with the writer", () => {
    const batch = { family: Family.Ipv4Unicast, attributes: v4, nlri: hosts(2000) };
    const plain: string[] = [];
    const w = new Writer(1);
    encodeRoutes(w, batch, defaultCodecContext, (end) => plain.push(toHex(w.slice(0, end))));
    expect(plain.length).toBe(3);
    const disturbed: string[] = [];
    encodeRoutes(w, batch, defaultCodecContext, (end) => {
      disturbed.push(toHex(w.slice(0, end)));
      encodeRoutes(w, { ...batch, attributes: null }, defaultCodecContext, () => {});
      w.fill(0xee, 100_000);
    });
    expect(disturbed).toEqual(plain);
    expect(w.length).toBe(0);
  });

  it("withdraws IPv4 routes in the classic field even where they were announced over IPv6", () => {
    const w = new Writer();
    const context = { ...defaultCodecContext, extendedNextHop: [Family.Ipv4Unicast] };
    encodeRoutes(w, { family: Family.Ipv4Unicast, attributes: null, nlri: hosts(1) }, context, (end) => {
      const message = decodeMessage(w.bytes, 0, end, context);
      expect(message.type === MessageType.Update && message.withdrawn.count).toBe(1);
    });
  });

  it("clears bits past the prefix length", () => {
    const w = new Writer();
    const nlri = [{ family: Family.Ipv4Unicast, lengthBits: 20, bytes: Uint8Array.of(10, 1, 255), pathId: -1 }];
    encodeRoutes(w, { family: Family.Ipv4Unicast, attributes: null, nlri }, defaultCodecContext, (end) => {
      expect(toHex(w.bytes, 21, end)).toBe("140a01f00000");
    });
  });

  const one = hosts(1);
  it.each<[string, string, Parameters<typeof encodeRoutes>[1]]>([
    ["no ORIGIN", "missing-field origin", { family: 257, attributes: { asPath: [], nextHop: v4.nextHop! }, nlri: one }],
    ["no AS_PATH", "missing-field asPath", { family: 257, attributes: { origin: 0, nextHop: v4.nextHop! }, nlri: one }],
    [
      "no ORIGIN for IPv6",
      "missing-field origin",
      { family: 513, attributes: { asPath: [], nextHop: v6.nextHop! }, nlri: hosts6(1) },
    ],
    ["no next hop", "missing-field nextHop", { family: 257, attributes: { origin: 0, asPath: [] }, nlri: one }],
    ["an IPv6 next hop that was not negotiated", "next-hop-family nextHop", { family: 257, attributes: v6, nlri: one }],
    ["an IPv4 next hop for IPv6", "value-length nextHop", { family: 513, attributes: v4, nlri: hosts6(1) }],
    ["a family without a spec", "unsupported-family family", { family: familyOf(25, 70), attributes: null, nlri: one }],
    ["a prefix of another family", "value-range nlri.family", { family: 257, attributes: v4, nlri: hosts6(1) }],
    [
      "a length of 33",
      "value-range nlri.lengthBits",
      { family: 257, attributes: null, nlri: [{ ...one[0]!, lengthBits: 33 }] },
    ],
    [
      "octets too few",
      "value-length nlri.bytes",
      { family: 257, attributes: null, nlri: [{ ...one[0]!, bytes: new Uint8Array(3) }] },
    ],
    [
      "attributes that fill the message",
      "message-too-long attributes",
      { family: 257, attributes: { ...v4, communities: new Array<number>(1020).fill(1) }, nlri: one },
    ],
    [
      "attributes larger than any message",
      "message-too-long attributes",
      { family: 257, attributes: { ...v4, communities: new Array<number>(20_000).fill(1) }, nlri: one },
    ],
    [
      "an unknown attribute that is not unknown",
      "value-range unknown.code",
      { family: 257, attributes: { ...v4, unknown: [{ code: 1, flags: 0xc0, value: one[0]!.bytes }] }, nlri: one },
    ],
    [
      "an unknown attribute twice",
      "value-range unknown.code",
      {
        family: 257,
        attributes: { ...v4, unknown: [99, 99].map((code) => ({ code, flags: 0xc0, value: one[0]!.bytes })) },
        nlri: one,
      },
    ],
  ])("throws for %s, and leaves the writer as it was", (_what, expected, batch) => {
    const w = new Writer();
    w.u8(1);
    expect(failure(() => encodeRoutes(w, batch, defaultCodecContext, () => {}))).toBe(expected);
    expect(w.length).toBe(1);
  });

  it("throws for a path without identifier where the session needs one", () => {
    const context = { ...defaultCodecContext, addPathSend: [Family.Ipv4Unicast] };
    const batch = { family: Family.Ipv4Unicast, attributes: null, nlri: one };
    expect(failure(() => lengths(batch, context))).toBe("value-range nlri.pathId");
  });

  it("throws for a path with an identifier where the session carries none: dropped, two paths would be one", () => {
    const nlri = [1, 2].map((pathId) => ({ ...one[0]!, pathId }));
    const batch = { family: Family.Ipv4Unicast, attributes: v4, nlri };
    expect(failure(() => lengths(batch))).toBe("value-range nlri.pathId");
    expect(failure(() => NlriView.from(Family.Ipv4Unicast, nlri))).toBe("value-range nlri.pathId");
  });

  describe("given routes in wire form", () => {
    it.each([
      [8, 4],
      [0, Number.NaN],
      [Number.NaN, 8],
      [0.5, 8],
    ])("from %d to %d of twelve octets refuses them, and ends", (start, end) => {
      const octets = Uint8Array.of(24, 10, 0, 0, 24, 10, 0, 1, 24, 10, 0, 2);
      for (const family of [Family.Ipv4Unicast, Family.Ipv4LabelledUnicast]) {
        const nlri = new NlriView(family, false, octets, start, end);
        expect(failure(() => lengths({ family, attributes: v4, nlri }))).toBe("value-range nlri");
      }
    });

    const written = (batch: Parameters<typeof encodeRoutes>[1], context = defaultCodecContext): string[] => {
      const w = new Writer(1);
      const messages: string[] = [];
      encodeRoutes(w, batch, context, (end) => messages.push(toHex(w.bytes, 0, end)));
      return messages;
    };
    const mixed = (count: number): Prefix[] =>
      hosts(count).map((host, index) => {
        const lengthBits = 9 + (index % 24);
        return {
          ...host,
          lengthBits,
          bytes: Uint8Array.of(10, 128 * (index & 1), 0, 0).slice(0, (lengthBits + 7) >> 3),
        };
      });
    const labelled = hosts(900).map((host, label) => ({
      ...host,
      family: Family.Ipv4LabelledUnicast,
      labels: [label],
    }));

    it.each<[string, Family, AttributeValues | null, Prefix[]]>([
      ["IPv4 routes of all lengths", Family.Ipv4Unicast, v4, mixed(3000)],
      ["IPv4 withdrawals", Family.Ipv4Unicast, null, mixed(3000)],
      ["IPv6 routes", Family.Ipv6Unicast, v6, hosts6(500)],
      ["IPv6 withdrawals", Family.Ipv6Unicast, null, hosts6(500)],
      ["labelled routes", Family.Ipv4LabelledUnicast, v4, labelled],
      ["labelled withdrawals", Family.Ipv4LabelledUnicast, null, labelled],
    ])("writes the messages it writes for values: %s", (_what, family, attributes, nlri) => {
      const expected = written({ family, attributes, nlri });
      expect(expected.length).toBeGreaterThan(1);
      expect(written({ family, attributes, nlri: NlriView.from(family, nlri) })).toEqual(expected);
    });

    it("carries path identifiers where the session does", () => {
      const context = { ...defaultCodecContext, addPathSend: [Family.Ipv4Unicast] };
      const named = mixed(2000).map((prefix, index) => ({ ...prefix, pathId: 70_000 * index }));
      const batch = { family: Family.Ipv4Unicast, attributes: v4, nlri: named };
      const view = NlriView.from(Family.Ipv4Unicast, named, true);
      expect(written({ ...batch, nlri: view }, context)).toEqual(written(batch, context));
    });

    it.each<[string, Family, Prefix]>([
      ["IPv4", Family.Ipv4Unicast, hosts(1)[0]!],
      ["labelled", Family.Ipv4LabelledUnicast, labelled[0]!],
    ])(
      "throws for %s path identifiers that the session does not carry, and for missing ones",
      (_what, family, prefix) => {
        const context = { ...defaultCodecContext, addPathSend: [family] };
        const named = NlriView.from(family, [{ ...prefix, pathId: 7 }], true);
        const unnamed = NlriView.from(family, [prefix]);
        expect(failure(() => written({ family, attributes: v4, nlri: named }))).toBe("value-range nlri.pathId");
        expect(failure(() => written({ family, attributes: v4, nlri: unnamed }, context))).toBe(
          "value-range nlri.pathId",
        );
        expect(written({ family, attributes: v4, nlri: NlriView.from(family, []) }, context)).toEqual([]);
      },
    );

    it("sends those of a decoded UPDATE on, with bits past the length as zeros", () => {
      const field = Uint8Array.of(20, 192, 168, 255, 0, 25, 10, 0, 0, 255);
      const nlri = new NlriView(Family.Ipv4Unicast, false, field, 0, field.length);
      expect(written({ family: Family.Ipv4Unicast, attributes: null, nlri })[0]!.slice(42)).toBe(
        "14c0a8f000190a0000800000",
      );
      expect(field[3]).toBe(255);
      expect(written({ family: Family.Ipv4Unicast, attributes: v4, nlri: emptyNlri })).toEqual([]);
    });

    const cut = Uint8Array.of(24, 192, 0);
    it.each<[string, string, Family, NlriView]>([
      ["octets that end within a prefix", "value-range nlri", 257, new NlriView(257, false, cut, 0, 3)],
      ["a length of 33", "value-range nlri", 257, new NlriView(257, false, Uint8Array.of(33, 1, 2, 3, 4, 5), 0, 6)],
      ["an end past its octets", "value-range nlri", 257, new NlriView(257, false, Uint8Array.of(8, 10), 0, 4)],
      ["a start before its octets", "value-range nlri", 257, new NlriView(257, false, Uint8Array.of(8, 10), -1, 2)],
      ["labels cut short", "value-range nlri", 260, new NlriView(260, false, cut, 0, 3)],
      ["another family", "value-range nlri.family", 513, NlriView.from(Family.Ipv4Unicast, hosts(1))],
    ])("throws for %s", (_what, expected, family, nlri) => {
      expect(failure(() => written({ family, attributes: null, nlri }))).toBe(expected);
    });

    it("throws for octets that end within a path identifier", () => {
      const nlri = new NlriView(Family.Ipv4Unicast, true, cut, 0, 3);
      const context = { ...defaultCodecContext, addPathSend: [Family.Ipv4Unicast] };
      expect(failure(() => written({ family: Family.Ipv4Unicast, attributes: null, nlri }, context))).toBe(
        "value-range nlri",
      );
    });
  });

  it("takes what parsePrefix gives", () => {
    expect(lengths({ family: Family.Ipv4Unicast, attributes: v4, nlri: [parsePrefix("192.0.2.0/24")!] })).toEqual([41]);
  });
});
