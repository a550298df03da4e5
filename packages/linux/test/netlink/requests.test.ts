import { describe, expect, it } from "vitest";
import { LinuxError } from "../../src/libc/linux-error.ts";
import { addressReferenceWire, addressText, addressWire, routeWire } from "../../src/netlink/requests.ts";
import type { AddressRequest, RouteRequest } from "../../src/netlink/types.ts";

const resolve = (): number => 7;

function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof LinuxError && error.code === "EINVAL") return error.detail;
    throw error;
  }
  return "accepted";
}

describe("address requests", () => {
  const address = (fields: Partial<AddressRequest>) => () =>
    addressWire("add", { family: "ipv4", address: "192.0.2.1", interface: "lo", ...fields }, resolve);

  it("are complete after defaults: full length, global scope, for ever", () => {
    expect(address({})()).toEqual({
      octets: Uint8Array.of(192, 0, 2, 1),
      prefixLength: 32,
      ifindex: 7,
      scope: 0,
      flags: 0,
      proto: 0,
      rtPriority: 0,
      label: "",
      preferredLifetime: Number.POSITIVE_INFINITY,
      validLifetime: Number.POSITIVE_INFINITY,
    });
  });

  it("never prefer an address longer than it is valid", () => {
    expect(address({ validLifetime: 60 })()).toMatchObject({ preferredLifetime: 60, validLifetime: 60 });
  });

  it("are refused with the value and what would be right", () => {
    expect(refusal(address({ address: "2001:db8::1" }))).toBe('"2001:db8::1" is not an IPv4 address');
    expect(refusal(address({ family: "ipv6", address: "fe80::1%eth0" }))).toBe('"fe80::1%eth0" is not an IPv6 address');
    expect(refusal(address({ prefixLength: 33 }))).toContain("from 0 to 32");
    expect(refusal(address({ prefixLength: 1.5 }))).toContain("whole number");
    expect(refusal(address({ label: "sixteen-letters!" }))).toContain("longer than 15 bytes");
    expect(refusal(address({ family: "ipv6", address: "::1", label: "x" }))).toBe("IPv6 addresses have no label");
    expect(refusal(address({ proto: 256 }))).toContain("proto is 256");
    expect(refusal(address({ rtPriority: 2 ** 32 }))).toContain("rtPriority");
    expect(refusal(address({ validLifetime: 0 }))).toContain("validLifetime is 0");
    expect(refusal(address({ preferredLifetime: -1 }))).toContain("preferredLifetime is -1");
    expect(refusal(address({ scope: 300 }))).toContain("scope is 300");
    expect(refusal(address({ flags: -1 }))).toContain("flags is -1");
  });

  it("are named in words for error messages", () => {
    expect(addressText({ family: "ipv4", address: "192.0.2.1", interface: "lo" }, "to")).toBe("192.0.2.1/32 to lo");
    expect(addressText({ family: "ipv6", address: "::1", prefixLength: 64, ifindex: 3 }, "from")).toBe(
      "::1/64 from interface 3",
    );
    expect(addressReferenceWire("delete", { family: "ipv6", address: "::1", ifindex: 3 }, resolve)).toMatchObject({
      prefixLength: 128,
      label: "",
    });
  });
});

describe("route requests", () => {
  const route = (fields: Partial<RouteRequest>) => () =>
    routeWire("install", { family: "ipv4", destination: "198.51.100.0/24", ...fields }, resolve);

  it("choose table and scope by type and next hops", () => {
    expect(route({ type: "local", interface: "lo" })()).toMatchObject({ table: 255, scope: 254, type: 2, protocol: 4 });
    expect(route({ interface: "eth0" })()).toMatchObject({ table: 254, scope: 253, type: 1 });
    expect(route({ nextHops: [{ gateway: "10.0.0.1" }] })()).toMatchObject({ scope: 0 });
    expect(route({ type: "blackhole" })()).toMatchObject({ scope: 0, type: 6, nextHops: [] });
    expect(route({ family: "ipv6", destination: "2001:db8::/64", type: "local", ifindex: 1 })()).toMatchObject({
      table: 255,
      scope: 0,
    });
  });

  it("let the kernel find the interface of a gateway", () => {
    expect(route({ nextHops: [{ gateway: "10.0.0.1", weight: 3 }] })().nextHops).toEqual([
      { gateway: Uint8Array.of(10, 0, 0, 1), ifindex: 0, weight: 3, onlink: false },
    ]);
  });

  it("are refused with the value and what would be right", () => {
    expect(refusal(route({ destination: "198.51.100.1/24" }))).toContain("all host bits zero");
    expect(refusal(route({ destination: "2001:db8::/64" }))).toContain("IPv4 prefix");
    expect(refusal(route({}))).toBe("a unicast route needs a next hop");
    expect(refusal(route({ nextHops: [{}] }))).toBe("a next hop needs a gateway or an interface");
    expect(refusal(route({ nextHops: [{ gateway: "fe80::1%eth0" }] }))).toContain("without a zone");
    expect(refusal(route({ nextHops: [{ gateway: "10.0.0.1", weight: 257 }] }))).toContain("weight is 257");
    expect(refusal(route({ type: "local", interface: "lo", table: 0 }))).toContain("table is 0");
    expect(refusal(route({ type: "local", interface: "lo", protocol: 0 }))).toContain("protocol is 0");
    expect(refusal(route({ type: "local", interface: "lo", source: "::1" }))).toContain("not an IPv4 address");
  });
});
