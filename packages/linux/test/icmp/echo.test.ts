import { describe, expect, it } from "vitest";
import { checksum, encodeEchoRequest, isEchoReply } from "../../src/icmp/echo.ts";

const payload = Uint8Array.of(1, 2, 3);

describe("an echo request", () => {
  it("has type, identifier, sequence and a checksum that comes to nothing", () => {
    const bytes = encodeEchoRequest(4, 0x1234, 7, payload);
    expect([bytes[0], bytes[1]]).toEqual([8, 0]);
    expect([...bytes.subarray(4)]).toEqual([0x12, 0x34, 0, 7, 1, 2, 3]);
    expect(checksum(bytes)).toBe(0);
    expect(encodeEchoRequest(6, 1, 1, payload)[0]).toBe(128);
  });

  // RFC 1071 §3
  it("is summed up as in the example", () => {
    expect(checksum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(~0xddf2 & 0xffff);
  });
});

describe("an echo reply", () => {
  const reply = (type: number): Uint8Array => Uint8Array.of(type, 0, 0, 0, 9, 9, 0, 1, ...payload);

  it("is known by type and payload, behind the IP header of a raw socket", () => {
    expect(isEchoReply(4, false, reply(0), payload)).toBe(true);
    expect(isEchoReply(6, false, reply(129), payload)).toBe(true);
    expect(isEchoReply(6, true, reply(129), payload)).toBe(true);
    const header = new Uint8Array(24);
    header[0] = 0x46;
    expect(isEchoReply(4, true, Uint8Array.of(...header, ...reply(0)), payload)).toBe(true);
  });

  it("is nothing else", () => {
    expect(isEchoReply(4, false, reply(8), payload)).toBe(false);
    expect(isEchoReply(4, false, reply(0), Uint8Array.of(1, 2, 4))).toBe(false);
    expect(isEchoReply(4, true, reply(0), payload)).toBe(false);
    for (let length = 0; length < 11; length++)
      expect(isEchoReply(4, false, reply(0).subarray(0, length), payload)).toBe(false);
    expect(isEchoReply(4, true, new Uint8Array(0), payload)).toBe(false);
  });
});
