import { describe, expect, it } from "vitest";
import { hostNetworks } from "../../src/host/host-networks.ts";
import type { KernelAddress, KernelLink } from "../../src/netlink/types.ts";
import { isMarked, ownershipMark } from "../../src/ownership/mark.ts";

const link = (ifindex: number, name: string, loopback = false): KernelLink => ({
  ifindex,
  name,
  loopback,
  up: true,
  carrier: true,
  pointToPoint: false,
  flags: 0,
  mtu: 1500,
  hardwareAddress: "",
  master: 0,
  kind: "",
});

const address = (
  text: string,
  prefixLength: number,
  ifindex: number,
  fields: Partial<KernelAddress> = {},
): KernelAddress => ({
  family: text.includes(":") ? "ipv6" : "ipv4",
  address: text,
  prefixLength,
  ifindex,
  interface: ["", "lo", "eth0", "tun0"][ifindex] ?? "",
  scope: "global",
  flags: 0,
  proto: 0,
  rtPriority: 0,
  label: "",
  preferredLifetime: Number.POSITIVE_INFINITY,
  validLifetime: Number.POSITIVE_INFINITY,
  peer: "",
  ...fields,
});

const links = [link(1, "lo", true), link(2, "eth0"), link(3, "tun0")];

describe("host networks", () => {
  it("are the subnets of addresses on real links, once for each interface", () => {
    const { subnets } = hostNetworks(
      [
        address("127.0.0.1", 8, 1),
        address("198.51.100.0", 24, 1),
        address("10.0.0.7", 24, 2),
        address("10.0.0.8", 24, 2),
        address("10.0.0.9", 24, 3),
        address("192.0.2.1", 32, 2),
        address("2001:db8:1::7", 64, 2),
        address("2001:db8::1", 128, 2),
      ],
      links,
    );
    expect(subnets).toEqual([
      { family: "ipv4", prefix: "10.0.0.0/24", interface: "eth0", ifindex: 2 },
      { family: "ipv4", prefix: "10.0.0.0/24", interface: "tun0", ifindex: 3 },
      { family: "ipv6", prefix: "2001:db8:1::/64", interface: "eth0", ifindex: 2 },
    ]);
  });

  it("leave out what is ours, so that a VIP is not taken for a host address", () => {
    const mark = ownershipMark();
    const { addresses } = hostNetworks(
      [address("192.0.2.10", 32, 1, { proto: mark.proto }), address("10.0.0.7", 24, 2)],
      links,
      (candidate) => isMarked(candidate, mark),
    );
    expect(addresses.map((own) => own.address)).toEqual(["10.0.0.7"]);
  });

  it("are those of the far end on point-to-point links", () => {
    const { subnets } = hostNetworks([address("10.9.9.1", 30, 3, { peer: "10.8.8.6" })], links);
    expect(subnets.map((subnet) => subnet.prefix)).toEqual(["10.8.8.4/30"]);
  });
});
