import fc from "fast-check";
import { Address4 } from "ip-address";
import { describe, expect, it } from "vitest";
import {
  broadcastOf,
  contains,
  networkOf,
  overlaps,
  parseAddress,
  parsePrefix,
  specialUse,
  specialUseWithin,
  withoutZone,
} from "../../src/intent/address.ts";

describe("parsePrefix", () => {
  it("says of every IPv4 prefix what ip-address says", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, length) => {
        const oracle = new Address4(`${address}/${length}`);
        expect(parsePrefix(`${address}/${length}`)).toEqual({
          address: oracle.correctForm(),
          prefixLength: length,
          family: 4,
          network: oracle.startAddress().correctForm(),
        });
      }),
    );
  });

  it.each([
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.1.1.1",
    "1.2.3.4/33",
    "1.2.3.4/",
    "1.2.3.4/01",
    "1.2.3.4/8/8",
    "0x1.2.3.4",
    "1.2.3.4 ",
    ".1.2.3",
    "fe80::1%eth0",
    "1::2::3",
    "2001:db8::/129",
  ])("refuses %j", (text) => {
    expect(parsePrefix(text)).toBeNull();
  });

  it("takes an address alone as one of full length, and brings IPv6 into its short form", () => {
    expect(parsePrefix("10.0.0.1")).toMatchObject({ prefixLength: 32, network: "10.0.0.1" });
    expect(parsePrefix("2001:DB8::0:1/64")).toEqual({
      address: "2001:db8::1",
      prefixLength: 64,
      family: 6,
      network: "2001:db8::",
    });
  });
});

it("parses an address only without a length, and takes off a zone", () => {
  expect(parseAddress("10.0.0.1")).toBe("10.0.0.1");
  expect(parseAddress("10.0.0.1/32")).toBeNull();
  expect(withoutZone("FE80::0:1%eth0")).toBe("fe80::1");
  expect(withoutZone("router")).toBe("router");
});

describe("networks", () => {
  it.each([
    ["10.0.0.0", 8, "10.255.0.1", true],
    ["10.0.0.0", 9, "10.128.0.1", false],
    ["2001:db8::", 32, "2001:db8:ffff::1", true],
    ["0.0.0.0", 0, "::1", false],
    ["10.0.0.0", 8, "elsewhere", false],
  ])("%s/%i and %s: %s", (network, length, address, inside) => {
    expect(contains(network, length, address)).toBe(inside);
  });

  it.each([
    ["10.0.0.0", 8, "10.1.0.0", 16, true],
    ["10.1.0.0", 16, "10.0.0.0", 8, true],
    ["10.0.0.0", 16, "10.1.0.0", 16, false],
    ["0.0.0.0", 0, "::", 0, false],
  ])("%s/%i shares an address with %s/%i: %s", (one, oneLength, other, otherLength, shared) => {
    expect(overlaps(networkOf(one, oneLength)!, networkOf(other, otherLength)!)).toBe(shared);
  });

  it("know their last address", () => {
    expect(broadcastOf("10.0.0.0", 23)).toBe("10.0.1.255");
  });
});

describe("special use", () => {
  it.each([
    ["0.1.2.3", "unspecified"],
    ["127.1.2.3", "loopback"],
    ["169.254.0.1", "link-local"],
    ["239.1.1.1", "multicast"],
    ["255.255.255.255", "broadcast"],
    ["250.0.0.1", "reserved"],
    ["::ffff:a00:1", "ipv4-mapped"],
    ["::a00:1", "ipv4-compatible"],
    ["::1", "loopback"],
    ["ff05::1", "multicast"],
    ["192.0.2.1", null],
    ["198.18.0.1", null],
    ["100.64.0.1", null],
    ["2001:db8::1", null],
    ["fd00::1", null],
  ])("of %s is %s", (address, use) => {
    expect(specialUse(address)).toBe(use);
  });

  it.each([
    ["126.0.0.0", 7, "loopback"],
    ["0.0.0.0", 1, "unspecified"],
    ["::", 64, "unspecified"],
    ["fe00::", 8, "link-local"],
    ["10.0.0.0", 8, null],
    ["2001:db8::", 32, null],
  ])("within %s/%i is %s", (network, length, use) => {
    expect(specialUseWithin(network, length)).toBe(use);
  });
});
