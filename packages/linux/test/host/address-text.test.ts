import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addressBits,
  addressFamily,
  formatAddress,
  maskedBytes,
  networkOf,
  parseAddress,
  parsePrefix,
  zoneOf,
} from "../../src/host/address-text.ts";
import { fromHex, toHex } from "../support/hex.ts";

describe("address text", () => {
  it.each([
    ["192.0.2.10", "c000020a"],
    ["0.0.0.0", "00000000"],
    ["255.255.255.255", "ffffffff"],
    ["::", "00".repeat(16)],
    ["::1", `${"00".repeat(15)}01`],
    ["2001:db8::1", "20010db8000000000000000000000001"],
    ["2001:db8:0:1:1:1:1:1", "20010db8000000010001000100010001"],
    ["2001:0:0:1::1", "20010000000000010000000000000001"],
    ["2001:db8::1:0:0:1", "20010db8000000000001000000000001"],
    ["fe80::", `fe80${"00".repeat(14)}`],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
  ])("of %s is RFC 5952 both ways", (text, hex) => {
    expect(toHex(parseAddress(text)!)).toBe(hex);
    expect(formatAddress(fromHex(hex))).toBe(text);
  });

  it("is read in every form people write", () => {
    for (const text of [
      "2001:DB8:0:0:0:0:0:1",
      "2001:0db8::0001",
      "2001:db8:0::1",
      "2001:db8::0.0.0.1",
      "2001:db8::1%eth0",
    ]) {
      expect(formatAddress(parseAddress(text)!)).toBe("2001:db8::1");
    }
    expect(zoneOf("fe80::1%eth0.100")).toBe("eth0.100");
    expect(zoneOf("fe80::1")).toBe("");
    expect(addressFamily("fe80::1%eth0")).toBe("ipv6");
    expect(addressBits("ipv4") + addressBits("ipv6")).toBe(160);
  });

  it("agrees with the URL parser on any IPv6 address, and with Node on what is one", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0, 0, 1, 0x20, 0xff), { minLength: 16, maxLength: 16 }), (octets) => {
        const text = formatAddress(Uint8Array.from(octets));
        expect(isIP(text)).toBe(6);
        expect(toHex(parseAddress(text)!)).toBe(toHex(Uint8Array.from(octets)));
        if (!text.includes(".")) expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
      }),
    );
  });

  it("is nothing for what is no address", () => {
    for (const text of [
      "",
      "192.0.2",
      "192.0.2.256",
      "01.2.3.4",
      ":::",
      "1:2:3:4:5:6:7:8:9",
      "host",
      "192.0.2.1/32",
      " ::1",
    ]) {
      expect(parseAddress(text)).toBeUndefined();
      expect(addressFamily(text)).toBeUndefined();
    }
    expect(formatAddress(new Uint8Array(5))).toBe("");
  });
});

describe("prefixes", () => {
  it("have a length, or are whole addresses", () => {
    expect(parsePrefix("192.0.2.0/24")).toEqual({ family: "ipv4", bytes: fromHex("c0000200"), length: 24 });
    expect(parsePrefix("192.0.2.1")).toMatchObject({ length: 32 });
    expect(parsePrefix("2001:db8::/0")).toBeUndefined();
    expect(parsePrefix("::/0")).toMatchObject({ family: "ipv6", length: 0 });
  });

  it("are refused with host bits, odd lengths and zones", () => {
    for (const text of [
      "192.0.2.1/24",
      "192.0.2.0/33",
      "192.0.2.0/024",
      "192.0.2.0/",
      "fe80::%eth0/64",
      "::/129",
      "x/8",
    ]) {
      expect(parsePrefix(text)).toBeUndefined();
    }
  });

  it("are found by clearing what lies past the length", () => {
    expect(networkOf("192.0.2.77", 26)).toBe("192.0.2.64/26");
    expect(networkOf("2001:db8:1:2:3::4", 60)).toBe("2001:db8:1::/60");
    expect(networkOf("10.1.2.3", 0)).toBe("0.0.0.0/0");
    expect(networkOf("10.1.2.3", 32)).toBe("10.1.2.3/32");
    expect(networkOf("nothing", 8)).toBe("");
    expect(toHex(maskedBytes(fromHex("ffffffff"), 9))).toBe("ff800000");
  });
});
