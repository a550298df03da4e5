import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/bytes/hex.ts";
import { type CodecContext, defaultCodecContext } from "../../src/codec/context.ts";
import { Framer } from "../../src/codec/framer.ts";
import { decodeMessage, MessageType } from "../../src/codec/message.ts";

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

  it.each(["", "0001", "000100", "000107"])("one that is too short for a request, %j, ends it with 1/2", (body) => {
    expect(reading(body)).toBe(`1/2 ${(19 + body.length / 2).toString(16).padStart(4, "0")}`);
  });

  it("has a reserved octet and no markers where enhanced route refresh was not negotiated (RFC 2918 §3)", () => {
    expect(reading("0001010100", plain)).toBe("subtype 1");
    expect(reading("000101", plain)).toBe("1/2 0016");
    expect(reading("0001010100", defaultCodecContext)).toContain("7/1");
  });
});
