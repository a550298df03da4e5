import { describe, expect, it } from "vitest";
import { equalBytes, fromHex, toHex } from "../../src/bytes/hex.ts";
import { Writer } from "../../src/bytes/writer.ts";
import { type CodecContext, defaultCodecContext } from "../../src/codec/context.ts";
import { Framer } from "../../src/codec/framer.ts";
import { decodeMessage, encodeMessage, MessageType } from "../../src/codec/message.ts";

const marker = "ff".repeat(16);
const enhanced = { ...defaultCodecContext, enhancedRouteRefresh: true };
const plain = { ...defaultCodecContext, enhancedRouteRefresh: false };

/** `subtype`, or the NOTIFICATION that the octets are answered with. */
function reading(body: string, context: CodecContext = enhanced): string {
  const octets = fromHex(`${marker}${(19 + body.length / 2).toString(16).padStart(4, "0")}05${body}`)!;
  const framer = new Framer();
  framer.push(octets);
  // The framer leaves the length of this type to the decoder.
  expect([framer.next(), framer.error]).toEqual([true, null]);
  const message = decodeMessage(framer.bytes, framer.start, framer.end, context);
  if (message.type === MessageType.RouteRefresh) return `subtype ${message.subtype}`;
  if (message.type !== MessageType.Malformed) return `type ${message.type}`;
  const { code, subcode, data } = message.notification;
  return `${code}/${subcode} ${toHex(data)}`;
}

describe("ROUTE-REFRESH", () => {
  it.each([
    ["00010001", "subtype 0"],
    ["00010101", "subtype 1"],
    ["00010201", "subtype 2"],
    // RFC 7313 §5: "the BGP speaker MUST ignore the received ROUTE-REFRESH message" of another subtype; whoever reads it does.
    ["0001030199", "subtype 3"],
    // RFC 5291 §5: ORF entries.
    ["000100010102", "subtype 0"],
  ])("%s is read", (body, expected) => {
    expect(reading(body)).toBe(expected);
  });

  it.each([
    ["0001010100", "0018"],
    ["00010201000000", "001a"],
    ["000101", "0016"],
    ["000102", "0016"],
  ])(
    "a marker of another length, %s, ends the session with 7/1 and the whole message (RFC 7313 §5)",
    (body, length) => {
      expect(reading(body)).toBe(`7/1 ${marker}${length}05${body}`);
    },
  );

  it.each([
    [4073, 4096],
    [4077, 4096],
    [65516, 65535],
  ])(
    "a marker with %i octets behind its header is cited as far as a message of %i has room, also in a Hard Reset",
    (length, limit) => {
      const octets = new Uint8Array(19 + length).fill(0xff, 0, 16);
      octets.set([octets.length >> 8, octets.length & 0xff, MessageType.RouteRefresh, 0, 1, 1, 1], 16);
      const context = { ...enhanced, maxMessageLength: limit };
      const message = decodeMessage(octets, 0, octets.length, context);
      if (message.type !== MessageType.Malformed) throw new Error(`type ${message.type}`);
      const { code, subcode, data } = message.notification;
      expect([code, subcode]).toEqual([7, 1]);
      expect(equalBytes(data, octets.subarray(0, limit - 23))).toBe(true);
      const writer = new Writer();
      encodeMessage(writer, { type: MessageType.Notification, code, subcode, data }, context);
      expect(writer.length).toBe(limit - 2);
    },
  );

  it.each(["", "0001", "000100", "000107"])("one that is too short for a request, %j, ends it with 1/2", (body) => {
    expect(reading(body)).toBe(`1/2 ${(19 + body.length / 2).toString(16).padStart(4, "0")}`);
  });

  it("has a reserved octet and no markers where enhanced route refresh was not negotiated (RFC 2918 §3)", () => {
    expect(reading("0001010100", plain)).toBe("subtype 1");
    expect(reading("000101", plain)).toBe("1/2 0016");
    expect(reading("0001010100", defaultCodecContext)).toContain("7/1");
  });
});
