import { describe, expect, it } from "vitest";
import type { VipInput } from "../../src/intent/desired-vip.ts";
import { checkVips } from "../../src/intent/guards.ts";
import type { HostAddress } from "../../src/ports.ts";
import { vip } from "../fakes/world.ts";

function address(text: string, name: string, more: Partial<HostAddress> = {}): HostAddress {
  const [ip = "", length = "0"] = text.split("/");
  return {
    address: ip,
    prefixLength: Number(length),
    interface: name,
    scope: "global",
    kind: "address",
    mark: "other",
    ...more,
  };
}

const HOST = [
  address("127.0.0.1/8", "lo", { scope: "host" }),
  address("::1/128", "lo", { scope: "host" }),
  address("10.0.0.1/24", "eth0"),
  address("2001:db8:1::1/64", "eth0"),
  address("fe80::1/64", "eth0", { scope: "link" }),
  address("203.0.113.5/32", "eth0"),
  address("192.0.2.50/32", "lo"),
  address("192.0.2.60/32", "lo", { mark: "ours" }),
  address("192.0.2.70/32", "lo", { mark: "unknown" }),
  address("198.18.0.1/31", "eth1"),
];

function check(prefix: string, more: Omit<VipInput, "prefix"> = {}): string {
  const refusals = checkVips([vip(prefix, more)], {
    host: {
      addresses: HOST,
      links: ["lo", "eth0", "eth1"].map((name) => ({ name, up: true })),
    },
    ledger: [{ prefix: "192.0.2.70/32", interface: "lo" }],
    peers: ["10.0.0.254", "FE80::2%eth0", "2001:db8:ffff::1"],
  });
  return refusals.map(({ rule, message }) => `${rule}: ${message}`).join();
}

describe("checkVips", () => {
  it("accepts an address that is nobody's", () => {
    expect(check("192.0.2.10")).toBe("");
    expect(check("2001:db8::10")).toBe("");
  });

  it("refuses a peer's address, in whatever form the peer is written", () => {
    expect(check("10.0.0.254")).toMatch(
      /^peer-address: 10\.0\.0\.254\/32 is the address of the peer.*write an address/,
    );
    expect(check("2001:db8:ffff::1")).toMatch(/^peer-address/);
    expect(check("2001:db8:ffff::/48", { allowAggregates: true })).toMatch(
      /^peer-address.*contains.*write a prefix without it/,
    );
  });

  it("refuses the host's own addresses", () => {
    expect(check("10.0.0.1")).toMatch(/^host-address: .*10\.0\.0\.1\/24 on eth0.*write an address that no host has/);
    expect(check("203.0.113.5")).toMatch(/^host-address: .*name the interface eth0 and adopt it/);
    expect(check("203.0.113.5", { bind: false })).toMatch(/^host-address: .*name the interface eth0 if/);
    expect(check("203.0.113.5", { adopt: true })).toMatch(/^host-address/);
    expect(check("203.0.113.5", { adopt: true, interface: "eth0" })).toBe("");
  });

  it("refuses what is there already unless it is adopted, ours, or not to be bound", () => {
    expect(check("192.0.2.50")).toMatch(/^already-present: .*adopt: true.*--adopt.*never deleted/);
    expect(check("192.0.2.50", { adopt: true })).toBe("");
    expect(check("192.0.2.50", { bind: false })).toBe("");
    expect(check("192.0.2.60")).toBe("");
    expect(check("192.0.2.70")).toBe("");
  });

  it("refuses a VIP inside a connected subnet, with what ARP would do", () => {
    expect(check("10.0.0.77")).toMatch(
      /^on-link: .*10\.0\.0\.0\/24.*ARP.*arp_ignore=1.*stick to one node.*allowOnLink: true.*--allow-on-link/,
    );
    expect(check("2001:db8:1::77")).toMatch(/^on-link: .*neighbour discovery/);
    expect(check("10.0.0.0/25", { allowAggregates: true })).toMatch(/^on-link/);
    expect(check("10.0.0.77", { allowOnLink: true })).toBe("");
  });

  it("refuses the network and broadcast addresses of a connected subnet even when on-link VIPs are allowed", () => {
    expect(check("10.0.0.255", { allowOnLink: true })).toMatch(/^broadcast: .*broadcast address of 10\.0\.0\.0\/24/);
    expect(check("10.0.0.0", { allowOnLink: true })).toMatch(/^broadcast: .*network address/);
    expect(check("198.18.0.0", { allowOnLink: true })).toBe("");
    expect(check("2001:db8:1::", { allowOnLink: true })).toBe("");
  });

  it("refuses an interface that the host does not have", () => {
    expect(check("192.0.2.10", { interface: "dummy7" })).toMatch(/^unknown-interface: .*dummy7.*such as lo/);
  });
});
