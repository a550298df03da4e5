import { describe, expect, test } from "vitest";
import { hostPort, isLinkLocal, isLoopback, isUnicast, readPeerAddress } from "../../src/transport/peer-address.ts";

function octets(text: string): Uint8Array {
  const address = readPeerAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address.bytes;
}

describe("readPeerAddress", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:DB8:0:0::1", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["fe80::1", "fe80::1"],
  ])("%s becomes %s", (text, expected) => {
    expect(readPeerAddress(text)?.text).toBe(expected);
  });

  test.each(["", "router", "192.0.2", "192.0.2.1:179", "[::1]", "fe80::1%", "2001:db8::1%eth0", "192.0.2.1%eth0"])(
    "%s is not an address of a peer",
    (text) => {
      expect(readPeerAddress(text)).toBeNull();
    },
  );
});

test("kinds of addresses are told apart", () => {
  expect(["127.0.0.9", "::1", "10.0.0.1", "::2"].map((text) => isLoopback(octets(text)))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(["fe80::1", "febf::1", "fec0::1", "10.0.0.1"].map((text) => isLinkLocal(octets(text)))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const unicast = ["10.0.0.1", "2001:db8::1", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "ff02::1"];
  expect(unicast.map((text) => isUnicast(octets(text)))).toEqual([true, true, true, false, false, false, false, false]);
});

test("IPv6 hosts stand in brackets before a port", () => {
  expect([hostPort("10.0.0.1", 179), hostPort("::1", 179)]).toEqual(["10.0.0.1:179", "[::1]:179"]);
});
