import { describe, expect, it } from "vitest";
import { inNamespace, namespacesWork } from "../support/namespace.ts";

describe.skipIf(!namespacesWork)("routes in a real kernel", () => {
  it("spread over three weighted next hops, read back here and in iproute2, change and go", async () => {
    const result = await inNamespace(({ linux, sh }) => {
      sh("ip link add va type veth peer name vb && ip link set va up && ip link set vb up");
      sh("ip addr add 10.0.0.1/24 dev va && ip addr add 2001:db8:1::1/64 dev va nodad");
      const rtnetlink = new linux.Rtnetlink();
      const hops = (gateways: readonly string[], weights: readonly number[]) =>
        gateways.map((gateway, i) => ({ gateway, interface: "va", weight: weights[i]! }));
      const v4 = { family: "ipv4", destination: "192.0.2.10/32", protocol: 186 } as const;
      const v6 = { family: "ipv6", destination: "2001:db8::10/128", protocol: 186 } as const;
      const gateways4 = ["10.0.0.2", "10.0.0.3", "10.0.0.4"];
      const gateways6 = ["2001:db8:1::2", "2001:db8:1::3", "2001:db8:1::4"];
      rtnetlink.replaceRoute({ ...v4, nextHops: hops(gateways4, [1, 10, 256]) });
      rtnetlink.replaceRoute({ ...v6, nextHops: hops(gateways6, [1, 2, 3]) });
      const full = rtnetlink.routes({ protocol: 186 });
      const iproute = JSON.parse(sh("ip -j route show 192.0.2.10"));
      rtnetlink.replaceRoute({ ...v4, nextHops: hops(gateways4.slice(1), [1, 1]) });
      rtnetlink.replaceRoute({ ...v6, nextHops: hops(gateways6.slice(2), [1]) });
      const fewer = rtnetlink.routes({ protocol: 186 }).map((route) => route.nextHops.map((hop) => hop.gateway));
      rtnetlink.deleteRoute(v4);
      rtnetlink.replaceRoute({ ...v6, nextHops: hops(gateways6, [1, 1, 1]) });
      rtnetlink.deleteRoute(v6);
      const left = rtnetlink.routes({ protocol: 186 });
      rtnetlink.close();
      return { full, iproute, fewer, left };
    });
    expect(result.full).toMatchObject([
      {
        family: "ipv4",
        destination: "192.0.2.10/32",
        table: 254,
        type: "unicast",
        nextHops: [
          { gateway: "10.0.0.2", interface: "va", weight: 1 },
          { gateway: "10.0.0.3", interface: "va", weight: 10 },
          { gateway: "10.0.0.4", interface: "va", weight: 256 },
        ],
      },
      {
        family: "ipv6",
        destination: "2001:db8::10/128",
        nextHops: [
          { gateway: "2001:db8:1::2", interface: "va", weight: 1 },
          { gateway: "2001:db8:1::3", interface: "va", weight: 2 },
          { gateway: "2001:db8:1::4", interface: "va", weight: 3 },
        ],
      },
    ]);
    expect(
      result.iproute[0].nexthops.map((hop: { gateway: string; weight: number }) => [hop.gateway, hop.weight]),
    ).toEqual([
      ["10.0.0.2", 1],
      ["10.0.0.3", 10],
      ["10.0.0.4", 256],
    ]);
    expect(result.fewer).toEqual([["10.0.0.3", "10.0.0.4"], ["2001:db8:1::4"]]);
    expect(result.left).toEqual([]);
  });

  it("carry IPv4 over an IPv6 link-local next hop, alone and among others", async () => {
    const nextHops = await inNamespace(({ linux, sh }) => {
      sh("ip link add va type veth peer name vb && ip link set va up && ip link set vb up");
      sh("ip addr add 10.0.0.1/24 dev va");
      const rtnetlink = new linux.Rtnetlink();
      const mixed = [
        { gateway: "fe80::2", interface: "va" },
        { gateway: "10.0.0.3", interface: "va" },
      ];
      rtnetlink.replaceRoute({ family: "ipv4", destination: "192.0.2.1/32", nextHops: mixed.slice(0, 1) });
      rtnetlink.replaceRoute({ family: "ipv4", destination: "192.0.2.2/32", nextHops: mixed });
      const found = ["192.0.2.1/32", "192.0.2.2/32"].map(
        (destination) => rtnetlink.routes({ destination })[0]!.nextHops,
      );
      rtnetlink.close();
      return found.map((hops) => hops.map((hop) => hop.gateway));
    });
    expect(nextHops).toEqual([["fe80::2"], ["fe80::2", "10.0.0.3"]]);
  });

  it("make whole prefixes local, IPv4 and IPv6, marked as ours", async () => {
    const result = await inNamespace(async ({ linux, net }) => {
      const rtnetlink = new linux.Rtnetlink();
      const mark = linux.ownershipMark();
      rtnetlink.setLinkUp({ interface: "lo" });
      const aggregates = [
        { family: "ipv4", destination: "198.51.100.0/24", type: "local", interface: "lo", protocol: mark.proto },
        { family: "ipv6", destination: "2001:db8:1::/64", type: "local", interface: "lo", protocol: mark.proto },
      ] as const;
      for (const aggregate of aggregates) rtnetlink.replaceRoute(aggregate);
      const server = net.createServer((socket) => socket.end()).listen(7000, "::");
      const reach = (host: string) =>
        new Promise<boolean>((resolve) => {
          const socket = net.connect({ host, port: 7000, timeout: 1000 });
          socket
            .on("connect", () => {
              resolve(true);
              socket.destroy();
            })
            .on("error", () => resolve(false));
          socket.on("timeout", () => socket.destroy(new Error("timeout")));
        });
      const reached = [await reach("198.51.100.77"), await reach("2001:db8:1::77")];
      const ours = rtnetlink.routes({ table: linux.ROUTE_TABLE.local }).filter((r) => linux.isMarkedRoute(r, mark));
      for (const { family, destination, type } of aggregates) rtnetlink.deleteRoute({ family, destination, type });
      const after = await reach("198.51.100.77");
      server.close();
      rtnetlink.close();
      return { reached, ours: ours.map((route) => [route.destination, route.type, route.scope]), after };
    });
    expect(result).toEqual({
      reached: [true, true],
      ours: [
        ["198.51.100.0/24", "local", "host"],
        ["2001:db8:1::/64", "local", "global"],
      ],
      after: false,
    });
  });

  it("leave the routes of other protocols, tables and priorities alone", async () => {
    const result = await inNamespace(({ linux, sh }) => {
      sh("ip link set lo up");
      sh("ip route add unreachable 203.0.113.0/24 proto static metric 10");
      sh("ip route add unreachable 203.0.113.0/24 table 1000");
      const rtnetlink = new linux.Rtnetlink();
      const ours = {
        family: "ipv4",
        destination: "203.0.113.0/24",
        type: "blackhole",
        protocol: 118,
        priority: 20,
      } as const;
      rtnetlink.replaceRoute(ours);
      const before = rtnetlink.routes({ destination: "203.0.113.0/24" });
      rtnetlink.deleteRoute(ours);
      let code = "";
      try {
        rtnetlink.deleteRoute({ ...ours, protocol: 119 });
      } catch (error) {
        if (error instanceof linux.LinuxError) code = error.code;
      }
      const after = rtnetlink.routes({ destination: "203.0.113.0/24" });
      rtnetlink.close();
      const text = (routes: typeof before) => routes.map((r) => `${r.type} ${r.table} ${r.priority}`).sort();
      return { before: text(before), after: text(after), code };
    });
    expect(result).toEqual({
      before: ["blackhole 254 20", "unreachable 1000 0", "unreachable 254 10"],
      after: ["unreachable 1000 0", "unreachable 254 10"],
      code: "ESRCH",
    });
  });
});

describe.skipIf(!namespacesWork)("links in a real kernel", () => {
  it("are listed, found by name, alternative name and index, and set up and down", async () => {
    const result = await inNamespace(({ linux, sh }) => {
      sh("ip link add va address 02:00:00:00:00:01 mtu 1400 type veth peer name vb");
      sh("ip link property add dev va altname a-name-longer-than-fifteen-bytes");
      const rtnetlink = new linux.Rtnetlink();
      const before = rtnetlink.link("va")!;
      rtnetlink.setLinkUp({ interface: "va" });
      rtnetlink.setLinkUp({ interface: "vb" });
      const up = rtnetlink.link("va")!;
      rtnetlink.setLinkUp({ ifindex: up.ifindex }, false);
      const down = rtnetlink.link("va")!;
      const names = [rtnetlink.interfaceName(up.ifindex), rtnetlink.interfaceName(999)];
      const indexes = ["va", "nope", "x".repeat(40)].map((name) => rtnetlink.interfaceIndex(name));
      const kinds = rtnetlink.links().map((link) => [link.name, link.loopback, link.kind]);
      rtnetlink.close();
      return { before, states: [before, up, down].map((l) => [l.up, l.carrier]), names, indexes, kinds };
    });
    expect(result.before).toMatchObject({ mtu: 1400, hardwareAddress: "02:00:00:00:00:01", kind: "veth", master: 0 });
    expect(result.states).toEqual([
      [false, false],
      [true, true],
      [false, false],
    ]);
    expect(result.names).toEqual(["va", ""]);
    expect(result.indexes).toEqual([result.before.ifindex, 0, 0]);
    expect(result.kinds).toEqual([
      ["lo", true, ""],
      ["vb", false, "veth"],
      ["va", false, "veth"],
    ]);
  });

  it("tell the host's own networks from its VIPs", async () => {
    const result = await inNamespace(({ linux, sh }) => {
      sh("ip link add va type veth peer name vb && ip link set lo up && ip link set va up");
      sh("ip addr add 10.0.0.7/24 dev va");
      const rtnetlink = new linux.Rtnetlink();
      const mark = linux.ownershipMark();
      rtnetlink.addAddress({ family: "ipv4", address: "192.0.2.10", interface: "lo", scope: "host", mark });
      const networks = linux.hostNetworks(rtnetlink.addresses({ family: "ipv4" }), rtnetlink.links(), (address) =>
        linux.isMarked(address, mark),
      );
      rtnetlink.close();
      return [networks.addresses.map((address) => address.address), networks.subnets.map((subnet) => subnet.prefix)];
    });
    expect(result).toEqual([["127.0.0.1", "10.0.0.7"], ["10.0.0.0/24"]]);
  });
});

describe.skipIf(!namespacesWork)("sysctls in a real kernel", () => {
  it("are written and read, also for an interface with a dot in its name", async () => {
    const result = await inNamespace(({ linux, sh }) => {
      sh("ip link add eth0.100 type veth peer name vb");
      linux.writeSysctl("net.ipv4.conf.lo.arp_ignore", 1);
      linux.writeSysctl(["net", "ipv4", "conf", "eth0.100", "arp_announce"], "2");
      const refused = (call: () => void) => {
        try {
          call();
          return "no error";
        } catch (error) {
          return error instanceof linux.LinuxError ? error.code : String(error);
        }
      };
      return [
        sh("cat /proc/sys/net/ipv4/conf/lo/arp_ignore").trim(),
        linux.readSysctl(["net", "ipv4", "conf", "eth0.100", "arp_announce"]),
        refused(() => linux.writeSysctl("net.ipv4.conf.lo.arp_ignore", "many")),
      ];
    });
    expect(result).toEqual(["1", "2", "EINVAL"]);
  });

  it("say that a container's /proc/sys is read-only, and where to set them instead", async () => {
    const error = await inNamespace(
      ({ linux, sh }) => {
        sh("mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys");
        try {
          linux.writeSysctl("net.ipv4.conf.lo.arp_ignore", 1);
          return "no error";
        } catch (caught) {
          return caught instanceof linux.LinuxError ? caught.message : String(caught);
        }
      },
      { mounts: true },
    );
    expect(error).toMatch(/^write sysctl net\.ipv4\.conf\.lo\.arp_ignore=1: EROFS: .*set it on the host/);
  });
});
