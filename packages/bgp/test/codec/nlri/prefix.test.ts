import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { addressLength, formatPrefix, formatPrefixAt, parsePrefix } from "../../../src/codec/nlri/prefix.ts";
import { Family, familyOf } from "../../../src/iana/afi-safi.ts";

describe("prefixes as text", () => {
  it("come back as they were, and mean what ipaddr.js reads", () => {
    const address = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    fc.assert(
      fc.property(address, fc.nat(128), (bytes, length) => {
        const lengthBits = length % (bytes.length * 8 + 1);
        const text = formatPrefixAt(bytes, 0, lengthBits, bytes.length === 4 ? 4 : 16);
        const prefix = parsePrefix(text);
        expect(formatPrefix(prefix!)).toBe(text);
        const [network, bits] = ipaddr.parseCIDR(text);
        expect(bits).toBe(lengthBits);
        expect(ipaddr.fromByteArray([...bytes]).match(network, bits)).toBe(true);
        const octets = network.toByteArray();
        expect([...prefix!.bytes]).toEqual(octets.slice(0, prefix!.bytes.length));
        expect(octets.slice(prefix!.bytes.length).every((octet) => octet === 0)).toBe(true);
      }),
    );
  });

  it.each([
    ["0.0.0.0/0", { family: Family.Ipv4Unicast, lengthBits: 0, bytes: new Uint8Array(0), pathId: -1 }],
    [
      "192.168.128.0/17",
      { family: Family.Ipv4Unicast, lengthBits: 17, bytes: Uint8Array.of(192, 168, 128), pathId: -1 },
    ],
    ["2001:db8::/32", { family: Family.Ipv6Unicast, lengthBits: 32, bytes: Uint8Array.of(32, 1, 13, 184), pathId: -1 }],
  ])("%s is read", (text, prefix) => {
    expect(parsePrefix(text)).toEqual(prefix);
  });

  it.each([
    "192.0.2.1",
    "192.0.2.1/24",
    "192.0.2.0/33",
    "192.0.2.0/024",
    "192.0.2.0/-1",
    "192.0.2.0/",
    "/24",
    "2001:db8::1/64",
    "::/129",
    "::/0/0",
    " ::/0",
  ])("%j is refused", (text) => {
    expect(parsePrefix(text)).toBeUndefined();
  });
});

it("addressLength follows the AFI", () => {
  expect([Family.Ipv4Unicast, Family.Ipv6Unicast, familyOf(1, 128)].map(addressLength)).toEqual([4, 16, 4]);
});
