import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  attributeText,
  attributeUint32,
  decodeAcknowledgement,
  decodeDone,
  forEachAttribute,
  forEachMessage,
  MessageWriter,
} from "../../src/netlink/message.ts";
import { fromHex, messageOf, toHex } from "../support/hex.ts";

describe("netlink messages", () => {
  it("are written with header, padding and attribute lengths as linux/netlink.h lays them out", () => {
    const message = new MessageWriter(20, 0x605, 0x01020304)
      .uint8(2)
      .uint8(32)
      .uint16(0xfe00)
      .attributeText(3, "lo")
      .attributeUint8(11, 118)
      .attributeUint32(9, 7)
      .finish();
    expect(toHex(message)).toBe(
      "2c000000 1400 0506 04030201 00000000 0220 00fe 0700 0300 6c6f0000 0500 0b00 76000000 0800 0900 07000000".replace(
        /\s/g,
        "",
      ),
    );
  });

  it("nest attributes, and structures that start with their own length", () => {
    const message = new MessageWriter(24, 0, 0)
      .container(9, () => {}, false)
      .container(18, () => {})
      .container(9, () => {}, false);
    message.prefixed(() => message.uint8(1).uint8(2));
    expect(toHex(message.finish().subarray(16))).toBe("0400090004001280040009000400" + "0102");
  });

  it("grow past the first buffer", () => {
    const writer = new MessageWriter(24, 0, 0);
    for (let i = 0; i < 100; i++) writer.attributeUint32(i, i);
    const seen: number[] = [];
    const bytes = writer.finish();
    forEachAttribute(bytes, 16, bytes.length, (type, value) => {
      seen.push(type - attributeUint32(value));
    });
    expect(bytes.length).toBe(16 + 800);
    expect(seen).toEqual(new Array(100).fill(0));
  });

  it("are found one after the other in one datagram, with their payloads", () => {
    const first = new MessageWriter(20, 2, 9).attributeUint8(1, 5).finish();
    const second = new MessageWriter(21, 0, 10).finish();
    const both = Uint8Array.from([...first, ...second]);
    const seen: number[][] = [];
    forEachMessage(both, ({ type, flags, sequence, port, start, end }) => {
      seen.push([type, flags, sequence, port, start, end]);
    });
    expect(seen).toEqual([
      [20, 2, 9, 0, 16, 24],
      [21, 0, 10, 0, 40, 40],
    ]);
  });

  it("end where a length does not fit, whatever the octets are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        let count = 0;
        forEachMessage(bytes, (message) => {
          count++;
          expect(message.end).toBeLessThanOrEqual(bytes.length);
          forEachAttribute(bytes, message.start, message.end, (_type, value) => {
            expect(value.byteOffset + value.length).toBeLessThanOrEqual(bytes.byteOffset + message.end);
          });
          decodeAcknowledgement(message);
          decodeDone(message);
        });
        expect(count).toBeLessThanOrEqual(bytes.length / 16);
      }),
    );
  });
});

describe("attribute values", () => {
  it("are text up to the first zero, and integers of four octets", () => {
    expect(attributeText(fromHex("6c6f0000"))).toBe("lo");
    expect(attributeText(fromHex("6c6f"))).toBe("lo");
    expect(attributeUint32(fromHex("01000000"))).toBe(1);
    expect(attributeUint32(fromHex("ffffffff"))).toBe(4294967295);
    expect(attributeUint32(fromHex("0100"))).toBe(0);
  });
});

describe("acknowledgements", () => {
  // As received for `ip addr add 192.0.2.10/32` of an address that was there: the request comes back whole.
  const refused = `
    6c000000 0200 0002 c851006b 9b510000  efffffff
    34000000 1400 0506 c851006b 00000000  02200000 01000000
    08000200 c000020a 0b000300 6c6f3a7669700000 08000100 c000020a
    23000100 697076343a204164647265737320616c72656164792061737369676e656400 00`;

  it("carry the kernel's own words after the request that comes back", () => {
    expect(decodeAcknowledgement(messageOf(refused))).toEqual({ errno: 17, text: "ipv4: Address already assigned" });
  });

  it("carry them after the header alone when the kernel cut the request (NETLINK_CAP_ACK)", () => {
    const capped = `
      38000000 0200 0003 01000000 00000000  edffffff
      34000000 1400 0506 01000000 00000000
      11000100 446576696365206973207570 00000000`;
    expect(decodeAcknowledgement(messageOf(capped))).toEqual({ errno: 19, text: "Device is up" });
  });

  it("mean success with error number 0, and say nothing without extended acknowledgement", () => {
    const success = "24000000 0200 0001 01000000 00000000 00000000 14000000 1400 0506 01000000 00000000";
    expect(decodeAcknowledgement(messageOf(success))).toEqual({ errno: 0, text: "" });
    const bare = "24000000 0200 0000 01000000 00000000 ffffffff 20000000 1400 0500 01000000 00000000";
    expect(decodeAcknowledgement(messageOf(bare))).toEqual({ errno: 1, text: "" });
  });

  it("say which attribute is missing when the kernel has no words for it", () => {
    const missing = `
      2c000000 0200 0003 01000000 00000000 eaffffff
      34000000 1400 0506 01000000 00000000 08000500 02000000`;
    expect(decodeAcknowledgement(messageOf(missing))).toEqual({ errno: 22, text: "attribute 2 is missing" });
  });

  it("end a dump with success, or with an error and words", () => {
    expect(decodeDone(messageOf("14000000 0300 0200 01000000 00000000 00000000"))).toEqual({ errno: 0, text: "" });
    const failed = "20000000 0300 0202 01000000 00000000 eaffffff 0c000100 6e6f7065 21000000";
    expect(decodeDone(messageOf(failed))).toEqual({ errno: 22, text: "nope!" });
  });
});
