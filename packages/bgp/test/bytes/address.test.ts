import fc from "fast-check";
import { Address4, Address6 } from "ip-address";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { formatAddress, formatRouterId, parseAddress, parseRouterId } from "../../src/bytes/address.ts";

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
/** Mostly zero groups, so that the shortening has something to shorten. */
const ipv6 = fc
  .array(fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])));

describe("formatAddress", () => {
  it.each([
    ["2001:db8::1", "20010db8000000000000000000000001"],
    ["2001:db8:0:1:1:1:1:1", "20010db8000000010001000100010001"],
    ["2001:0:0:1::1", "20010000000000010000000000000001"],
    ["2001:db8::1:0:0:1", "20010db8000000000001000000000001"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["1::", "00010000000000000000000000000000"],
    ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
    ["64:ff9b::c000:201", "0064ff9b0000000000000000c0000201"],
  ])("writes %s as RFC 5952 asks", (text, hex) => {
    const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
    expect(formatAddress(bytes)).toBe(text);
    expect(parseAddress(text)).toEqual(bytes);
  });

  it("reads from the middle of a buffer", () => {
    expect(formatAddress(Uint8Array.of(9, 192, 0, 2, 1, 9), 1, 4)).toBe("192.0.2.1");
  });

  it("agrees with ipaddr.js and ip-address on every IPv4 address", () => {
    fc.assert(
      fc.property(ipv4, (bytes) => {
        const text = formatAddress(bytes);
        expect(text).toBe(ipaddr.fromByteArray([...bytes]).toString());
        expect(text).toBe(Address4.fromByteArray([...bytes]).correctForm());
      }),
    );
  });

  it("agrees with ipaddr.js and ip-address on every IPv6 address", () => {
    fc.assert(
      fc.property(ipv6, (bytes) => {
        const text = formatAddress(bytes);
        const mapped = text.startsWith("::ffff:") && text.includes(".");
        // Both write IPv4-mapped addresses in hexadecimal; RFC 5952 §5 recommends the dotted tail.
        if (!mapped) {
          expect(text).toBe(new ipaddr.IPv6([...bytes]).toRFC5952String());
          expect(text).toBe(Address6.fromByteArray([...bytes]).correctForm());
        }
        expect(Uint8Array.from(ipaddr.parse(text).toByteArray())).toEqual(bytes);
      }),
    );
  });
});

describe("parseAddress", () => {
  it("takes back what formatAddress wrote", () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), (bytes) => {
        expect(parseAddress(formatAddress(bytes))).toEqual(bytes);
      }),
    );
  });

  it("agrees with ip-address on arbitrary text made of an address's characters", () => {
    const letters = fc.constantFrom(..."0123456789abcdefF:.".split(""), "::", "255", "1:", ".0");
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 14 }), (parts) => {
        const text = parts.join("");
        const bytes = parseAddress(text);
        const valid = text.includes(":") ? Address6.isValid(text) : Address4.isValid(text) && !/(^|\.)0\d/.test(text);
        expect({ text, valid: bytes !== undefined }).toEqual({ text, valid });
        if (bytes !== undefined) expect(bytes).toEqual(Uint8Array.from(ipaddr.parse(text).toByteArray()));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    "",
    " 192.0.2.1",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.01",
    "192.0.2.1/32",
    "0x7f.0.0.1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    ":::",
    "1:",
    ":1",
    "12345::",
    "::1%eth0",
    "[::1]",
    "::192.0.2",
    "1:2:3:4:5:6:7:192.0.2.1",
    "192.0.2.1::",
    "1:2:3:4:5:6:7::8",
  ])("refuses %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it.each([
    ["::192.0.2.1", "000000000000000000000000c0000201"],
    ["1:2:3:4:5:6:192.0.2.1", "000100020003000400050006c0000201"],
    ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
    ["2001:DB8::A", "20010db800000000000000000000000a"],
  ])("reads %s", (text, hex) => {
    expect(parseAddress(text)).toEqual(Uint8Array.from(Buffer.from(hex, "hex")));
  });
});

describe("router ids", () => {
  it("are the same integer after text", () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (id) => {
        expect(parseRouterId(formatRouterId(id))).toBe(id);
      }),
    );
  });

  it("are refused where they are no dotted quad", () => {
    expect(parseRouterId("1")).toBeUndefined();
    expect(parseRouterId("::1")).toBeUndefined();
  });
});
