import { Family, formatAddress } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import { chooseNextHop, type NextHopContext } from "../../src/routes/next-hop.ts";
import { readPeerAddress } from "../../src/transport/peer-address.ts";

function octets(text: string): Uint8Array {
  const address = readPeerAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address.bytes;
}

const host = [
  ["127.0.0.1", "lo"],
  ["::1", "lo"],
  ["10.0.0.1", "eth0"],
  ["fe80::1%eth0", "eth0"],
  ["2001:db8::1", "eth0"],
  ["2001:db8::10", "eth0"],
  ["10.9.0.1", "eth1"],
  ["fe80::9", "eth1"],
] as const;

function context(local: string, change: Partial<NextHopContext> = {}): NextHopContext {
  return {
    local: octets(local),
    configured: [],
    extendedNextHop: false,
    localAddresses: () => host.map(([address, name]) => ({ address, interface: name })),
    announced: () => false,
    ...change,
  };
}

/** The choice as text: an address, two of them, or the sentence. */
function choose(wanted: string | null, family: Family, ctx: NextHopContext): string {
  const choice = chooseNextHop(wanted === null ? null : octets(wanted), family, ctx);
  if (typeof choice === "string") return choice;
  return choice.length === 32
    ? `${formatAddress(choice, 0, 16)} ${formatAddress(choice, 16, 16)}`
    : formatAddress(choice);
}

const { Ipv4Unicast, Ipv6Unicast } = Family;

describe("a route of the session's own family", () => {
  test("has the socket's local address as next hop", () => {
    expect(choose(null, Ipv4Unicast, context("10.0.0.1"))).toBe("10.0.0.1");
    expect(choose(null, Ipv6Unicast, context("2001:db8::1"))).toBe("2001:db8::1");
  });

  test("keeps a next hop that it asks for, and then the one configured for the peer", () => {
    const configured = [octets("10.0.0.7")];
    expect(choose("10.0.0.9", Ipv4Unicast, context("10.0.0.1", { configured }))).toBe("10.0.0.9");
    expect(choose(null, Ipv4Unicast, context("10.0.0.1", { configured }))).toBe("10.0.0.7");
    expect(choose("2001:db8::9", Ipv4Unicast, context("10.0.0.1"))).toBe("10.0.0.1");
  });

  test("on a link-local session has the global address with the link-local one behind it (RFC 2545 §3)", () => {
    expect(choose(null, Ipv6Unicast, context("fe80::1"))).toBe("2001:db8::1 fe80::1");
    expect(choose(null, Ipv6Unicast, context("fe80::9"))).toBe("fe80::9");
  });
});

describe("an IPv6 route over an IPv4 session", () => {
  test("has a global IPv6 address of the same interface, before a link-local one", () => {
    expect(choose(null, Ipv6Unicast, context("10.0.0.1"))).toBe("2001:db8::1");
    expect(choose(null, Ipv6Unicast, context("10.9.0.1"))).toBe("fe80::9");
  });

  test("never has an address that is itself announced", () => {
    const announced = (address: Uint8Array): boolean => formatAddress(address) === "2001:db8::1";
    expect(choose(null, Ipv6Unicast, context("10.0.0.1", { announced }))).toBe("2001:db8::10");
  });

  test("over loopback has ::1, wherever in 127.0.0.0/8 the session is", () => {
    expect(choose(null, Ipv6Unicast, context("127.0.0.77"))).toBe("::1");
  });

  test("is refused in words when the interface has none", () => {
    const localAddresses = () => [{ address: "10.0.0.1", interface: "eth0" }];
    expect(choose(null, Ipv6Unicast, context("10.0.0.1", { localAddresses }))).toMatch(
      /no IPv6 address.*set an IPv6 next hop/,
    );
  });
});

describe("an IPv4 route over an IPv6 session", () => {
  test("has an IPv4 address of the same interface", () => {
    expect(choose(null, Ipv4Unicast, context("2001:db8::1"))).toBe("10.0.0.1");
  });

  test("without one has the IPv6 next hop where RFC 8950 was negotiated, and is refused in words where it was not", () => {
    const localAddresses = () => [{ address: "2001:db8::1", interface: "eth0" }];
    expect(choose(null, Ipv4Unicast, context("2001:db8::1", { localAddresses, extendedNextHop: true }))).toBe(
      "2001:db8::1",
    );
    expect(choose(null, Ipv4Unicast, context("2001:db8::1", { localAddresses }))).toMatch(
      /RFC 8950 was not negotiated/,
    );
  });
});
