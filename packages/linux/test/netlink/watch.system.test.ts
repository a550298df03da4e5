import { describe, expect, it } from "vitest";
import { inNamespace, namespacesWork } from "../support/namespace.ts";

describe.skipIf(!namespacesWork)("watching a real kernel", () => {
  it("reports what another process adds and removes, with its details", async () => {
    const changes = await inNamespace(async ({ linux, sh, until }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      const seen: string[] = [];
      rtnetlink.watch((change) => {
        if (change.kind === "address-added" || change.kind === "address-removed") {
          const { address, prefixLength, interface: name, scope } = change.address;
          // The kernel's own ::1 is announced a little after lo is up.
          if (address === "::1") return;
          seen.push(`${change.kind} ${address}/${prefixLength} ${name} ${scope}`);
        }
      });
      sh("ip addr add 192.0.2.10/32 dev lo scope host");
      sh("ip addr add 2001:db8::10/128 dev lo nodad");
      // The kernel announces IPv6 additions from a work queue.
      await until(() => seen.length >= 2, "two additions");
      sh("ip addr del 192.0.2.10/32 dev lo");
      sh("ip addr del 2001:db8::10/128 dev lo");
      await until(() => seen.length >= 4, "four changes");
      rtnetlink.close();
      return seen;
    });
    expect(changes).toEqual([
      "address-added 192.0.2.10/32 lo host",
      "address-added 2001:db8::10/128 lo global",
      "address-removed 192.0.2.10/32 lo host",
      "address-removed 2001:db8::10/128 lo global",
    ]);
  });

  it("reports routes of one table and protocol alone, whatever else changes", async () => {
    const changes = await inNamespace(async ({ linux, sh, until }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      const seen: string[] = [];
      rtnetlink.watch(
        (change) => {
          if (change.kind === "route-added" || change.kind === "route-removed")
            seen.push(`${change.kind} ${change.route.destination}`);
          if (change.kind === "address-added" && change.address.address === "192.0.2.99") seen.push("end");
        },
        { routes: { table: linux.ROUTE_TABLE.local, protocol: 77 } },
      );
      // Another table, another protocol, an address with the kernel's own local route: none of them is wanted.
      sh("ip route add 198.51.100.0/24 dev lo proto 77; ip route add local 198.51.101.0/24 dev lo proto 78");
      sh("ip route add local 198.51.102.0/24 dev lo proto 77; ip -6 route add local 2001:db8:7::/64 dev lo proto 77");
      sh("ip route del local 198.51.102.0/24 dev lo proto 77; ip -6 route del local 2001:db8:7::/64 dev lo proto 77");
      sh("ip addr add 192.0.2.99/32 dev lo");
      await until(() => seen.includes("end"), "the last change");
      rtnetlink.close();
      return seen;
    });
    expect(changes).toEqual([
      "route-added 198.51.102.0/24",
      "route-added 2001:db8:7::/64",
      "route-removed 198.51.102.0/24",
      "route-removed 2001:db8:7::/64",
      "end",
    ]);
  });

  it("sees lo go down and up, which drops IPv6 addresses and keeps IPv4 ones", async () => {
    const result = await inNamespace(async ({ linux, sh, until }) => {
      const rtnetlink = new linux.Rtnetlink();
      const mark = linux.ownershipMark();
      rtnetlink.setLinkUp({ interface: "lo" });
      rtnetlink.addAddress({ family: "ipv4", address: "192.0.2.10", interface: "lo", scope: "host", mark });
      rtnetlink.addAddress({ family: "ipv6", address: "2001:db8::10", interface: "lo", mark });
      const links: boolean[] = [];
      const removed: string[] = [];
      rtnetlink.watch((change) => {
        if (change.kind === "link" && change.link.name === "lo" && links.at(-1) !== change.link.up) {
          links.push(change.link.up);
        }
        if (change.kind === "address-removed") removed.push(change.address.address);
      });
      sh("ip link set lo down; ip link set lo up");
      await until(() => links.at(-1) === true, "lo up again");
      const kept = rtnetlink.addresses().filter((address) => linux.isMarked(address, mark));
      rtnetlink.close();
      return { links, removed, kept: kept.map((address) => address.address) };
    });
    expect(result.links).toEqual([false, true]);
    expect(result.removed).toContain("2001:db8::10");
    expect(result.kept).toEqual(["192.0.2.10"]);
  });

  it("names the interface of addresses that vanish together with it", async () => {
    const seen = await inNamespace(async ({ linux, sh, until }) => {
      const rtnetlink = new linux.Rtnetlink();
      sh("ip link add va type veth peer name vb; ip addr add 198.51.100.1/24 dev va; ip link set va up");
      const events: string[] = [];
      rtnetlink.watch((change) => {
        if (change.kind === "address-removed" && change.address.family === "ipv4") {
          events.push(`address ${change.address.address} ${change.address.interface}`);
        }
        if (change.kind === "link" && change.removed) events.push(`link ${change.link.name}`);
        if (change.kind === "link" && change.link.name === "renamed" && !change.removed) events.push("renamed");
      });
      sh("ip link set va down; ip link set va name renamed; ip link del renamed");
      await until(() => events.includes("link renamed"), "the link's end");
      rtnetlink.close();
      return [...new Set(events)].filter((event) => event !== "link vb");
    });
    expect(seen).toEqual(["renamed", "address 198.51.100.1 renamed", "link renamed"]);
  });

  it("reports routes only when asked to", async () => {
    const result = await inNamespace(async ({ linux, sh, until }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      const without: string[] = [];
      const withRoutes: string[] = [];
      rtnetlink.watch((change) => without.push(change.kind));
      rtnetlink.watch(
        (change) => {
          if (change.kind === "route-added" || change.kind === "route-removed") {
            withRoutes.push(`${change.kind} ${change.route.destination} ${change.route.type}`);
          }
        },
        { routes: true },
      );
      sh("ip route add unreachable 203.0.113.0/24; ip route del unreachable 203.0.113.0/24");
      await until(() => withRoutes.length >= 2, "two routes");
      rtnetlink.close();
      return { without: without.filter((kind) => kind.startsWith("route")), withRoutes };
    });
    expect(result).toEqual({
      without: [],
      withRoutes: ["route-added 203.0.113.0/24 unreachable", "route-removed 203.0.113.0/24 unreachable"],
    });
  });

  it("says resync after an overflow, and goes on watching with nothing missed since", async () => {
    const result = await inNamespace(async ({ linux, until }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      const kinds: string[] = [];
      let reason = "";
      let listed = 0;
      const later: string[] = [];
      rtnetlink.watch(
        (change) => {
          kinds.push(change.kind);
          if (change.kind === "resync") {
            reason = change.reason;
            listed = rtnetlink.addresses({ family: "ipv4" }).length;
            rtnetlink.addAddress({ family: "ipv4", address: "192.0.2.99", interface: "lo" });
          } else if (change.kind === "address-added" && reason !== "") {
            later.push(change.address.address);
          }
        },
        { receiveBufferBytes: 4096 },
      );
      // All within one turn of the event loop, so nothing is read in between.
      for (let i = 1; i <= 200; i++) rtnetlink.addAddress({ family: "ipv4", address: `10.0.0.${i}`, interface: "lo" });
      await until(() => later.length > 0, "an event after the resync");
      rtnetlink.close();
      return {
        resyncs: kinds.filter((kind) => kind === "resync").length,
        lost: kinds.length < 200,
        reason,
        listed,
        later,
      };
    });
    expect(result).toEqual({
      resyncs: 1,
      lost: true,
      reason: "the kernel's event queue overflowed",
      listed: 201,
      later: ["192.0.2.99"],
    });
  });

  it("takes a burst of two thousand changes with the default buffer, in order", async () => {
    const result = await inNamespace(async ({ linux, until }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      const seen: string[] = [];
      let resyncs = 0;
      rtnetlink.watch((change) => {
        if (change.kind === "resync") resyncs++;
        if (change.kind === "address-added" && change.address.address.startsWith("10."))
          seen.push(change.address.address);
      });
      const wanted: string[] = [];
      for (let i = 0; i < 2000; i++) {
        const address = `10.0.${i >> 8}.${i & 255}`;
        rtnetlink.addAddress({ family: "ipv4", address, interface: "lo" });
        wanted.push(address);
      }
      await until(() => seen.length >= 2000 || resyncs > 0, "the burst");
      rtnetlink.close();
      return { resyncs, inOrder: seen.join() === wanted.join(), privileged: process.getuid?.() === 0 };
    });
    // SO_RCVBUFFORCE is refused in a user namespace; then an overflow is the honest answer.
    if (process.getuid?.() === 0) expect(result).toMatchObject({ resyncs: 0, inOrder: true });
    else expect(result.resyncs > 0 || result.inOrder).toBe(true);
  });

  it("turns into repeated resyncs while no socket can be opened, and recovers by itself", async () => {
    const result = await inNamespace(async ({ linux, until }) => {
      const real = linux.systemLibc();
      let broken = false;
      const EMFILE = 24;
      const libc = {
        ...real,
        socket: (...args: Parameters<typeof real.socket>) => (broken ? -1 : real.socket(...args)),
        errno: () => (broken ? EMFILE : real.errno()),
      };
      const rtnetlink = new linux.Rtnetlink({ libc });
      rtnetlink.setLinkUp({ interface: "lo" });
      const reasons: string[] = [];
      const added: string[] = [];
      rtnetlink.watch((change) => {
        if (change.kind === "resync") reasons.push(change.reason);
        if (change.kind === "address-added") added.push(change.address.address);
      });
      rtnetlink.addAddress({ family: "ipv4", address: "192.0.2.1", interface: "lo" });
      broken = true;
      await until(() => reasons.length >= 2, "two resyncs");
      broken = false;
      await until(() => reasons.length >= 3, "the recovery");
      rtnetlink.addAddress({ family: "ipv4", address: "192.0.2.2", interface: "lo" });
      await until(() => added.includes("192.0.2.2"), "an event after the recovery");
      rtnetlink.close();
      return reasons;
    });
    expect(result[0]).toContain("EMFILE");
    expect(result.at(-1)).not.toContain("cannot be watched");
  });

  it("delivers nothing after close, and a listener that throws does not end the watch", async () => {
    const result = await inNamespace(async ({ linux, until, sleep }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      let uncaught = 0;
      process.on("uncaughtException", () => {
        uncaught++;
      });
      const seen: string[] = [];
      const watch = rtnetlink.watch((change) => {
        if (change.kind !== "address-added" || change.address.family === "ipv6") return;
        seen.push(change.address.address);
        if (seen.length === 1) throw new Error("the listener's own bug");
        if (seen.length === 2) watch.close();
      });
      for (const last of [1, 2, 3]) {
        rtnetlink.addAddress({ family: "ipv4", address: `192.0.2.${last}`, interface: "lo" });
      }
      await until(() => seen.length >= 2 && uncaught > 0, "two events and the exception");
      await sleep(50);
      watch.close();
      rtnetlink.close();
      rtnetlink.close();
      return { seen, uncaught };
    });
    expect(result).toEqual({ seen: ["192.0.2.1", "192.0.2.2"], uncaught: 1 });
  });
});
