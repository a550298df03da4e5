import { describe, expect, it } from "vitest";
import { inNamespace, namespacesWork } from "../support/namespace.ts";

describe.skipIf(!namespacesWork)("addresses in a real kernel", () => {
  it("says that IPv6 is switched off on an interface instead of asking for a capability", async () => {
    const message = await inNamespace(({ linux, sh }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      sh("echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6");
      try {
        rtnetlink.addAddress({ family: "ipv6", address: "2001:db8::10", interface: "lo" });
        return "added";
      } catch (error) {
        return String(error);
      } finally {
        rtnetlink.close();
      }
    });
    expect(message).toContain("EACCES");
    expect(message).toContain("disable_ipv6 to 0");
    expect(message).not.toContain("CAP_NET_ADMIN");
  });

  it("adds marked IPv4 and IPv6 addresses, which read back here and in iproute2, and deletes them", async () => {
    const result = await inNamespace(({ linux, sh }) => {
      const rtnetlink = new linux.Rtnetlink();
      const mark = linux.ownershipMark();
      rtnetlink.setLinkUp({ interface: "lo" });
      rtnetlink.addAddress({ family: "ipv4", address: "192.0.2.10", interface: "lo", scope: "host", mark });
      rtnetlink.addAddress({
        family: "ipv6",
        address: "2001:DB8:0::10",
        interface: "lo",
        flags: linux.IFA_F.nodad,
        preferredLifetime: 0,
        mark,
      });
      const ours = rtnetlink.addresses().filter((address) => linux.isMarked(address, mark));
      const foreign = rtnetlink.addresses().filter((address) => !linux.isMarked(address, mark));
      const iproute = JSON.parse(sh("ip -j addr show dev lo"))[0].addr_info;
      rtnetlink.deleteAddress({ family: "ipv4", address: "192.0.2.10", interface: "lo" });
      rtnetlink.deleteAddress({ family: "ipv6", address: "2001:db8::10", ifindex: 1 });
      const left = rtnetlink.addresses().map((address) => address.address);
      rtnetlink.close();
      return { ours, foreign: foreign.map((address) => address.address), iproute, left };
    });
    expect(result.ours).toMatchObject([
      {
        family: "ipv4",
        address: "192.0.2.10",
        prefixLength: 32,
        ifindex: 1,
        interface: "lo",
        scope: "host",
        label: "lo",
        preferredLifetime: "Infinity",
        validLifetime: "Infinity",
        peer: "",
      },
      {
        family: "ipv6",
        address: "2001:db8::10",
        prefixLength: 128,
        interface: "lo",
        scope: "global",
        label: "",
        preferredLifetime: 0,
        validLifetime: "Infinity",
      },
    ]);
    expect(result.foreign).toEqual(["127.0.0.1", "::1"]);
    expect(result.iproute).toContainEqual(
      expect.objectContaining({ local: "192.0.2.10", prefixlen: 32, scope: "host", label: "lo" }),
    );
    expect(result.iproute).toContainEqual(
      expect.objectContaining({ local: "2001:db8::10", prefixlen: 128, deprecated: true, preferred_life_time: 0 }),
    );
    expect(result.left).toEqual(["127.0.0.1", "::1"]);
  });

  it("keeps scope, label, lifetimes, flags and priority as asked", async () => {
    const address = await inNamespace(({ linux }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      rtnetlink.addAddress({
        family: "ipv4",
        address: "198.51.100.1",
        prefixLength: 24,
        interface: "lo",
        scope: "link",
        label: "lo:vip-12345678",
        proto: 77,
        rtPriority: 4294967295,
        preferredLifetime: 100,
        validLifetime: 200,
        flags: linux.IFA_F.noPrefixRoute,
      });
      const found = rtnetlink.addresses({ interface: "lo", family: "ipv4" }).at(-1)!;
      rtnetlink.close();
      return { ...found, noPrefixRoute: (found.flags & linux.IFA_F.noPrefixRoute) !== 0 };
    });
    expect(address).toMatchObject({
      address: "198.51.100.1",
      prefixLength: 24,
      scope: "link",
      label: "lo:vip-12345678",
      proto: 77,
      rtPriority: 4294967295,
      preferredLifetime: 100,
      validLifetime: 200,
      noPrefixRoute: true,
    });
  });

  it("changes an address in place when asked to replace it", async () => {
    const marks = await inNamespace(({ linux }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      const request = { family: "ipv6", address: "2001:db8::1", interface: "lo" } as const;
      rtnetlink.addAddress({ ...request, proto: 70 });
      rtnetlink.addAddress({ ...request, proto: 71, replace: true });
      const found = rtnetlink.addresses().filter((address) => address.address === "2001:db8::1");
      rtnetlink.close();
      return found.map((address) => address.proto);
    });
    expect(marks).toEqual([71]);
  });

  it("reports refusals with the kernel's code and words", async () => {
    const errors = await inNamespace(({ linux }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      const vip4 = { family: "ipv4", address: "192.0.2.10", interface: "lo" } as const;
      const vip6 = { family: "ipv6", address: "2001:db8::10", interface: "lo" } as const;
      rtnetlink.addAddress(vip4);
      rtnetlink.addAddress(vip6);
      const caught = (call: () => void) => {
        try {
          call();
          return "nothing thrown";
        } catch (error) {
          if (!(error instanceof linux.LinuxError)) throw error;
          return { code: error.code, errno: error.errno, message: error.message };
        }
      };
      const result = [
        caught(() => rtnetlink.addAddress(vip4)),
        caught(() => rtnetlink.addAddress(vip6)),
        caught(() => rtnetlink.deleteAddress({ ...vip4, address: "192.0.2.11" })),
        caught(() => rtnetlink.deleteAddress({ ...vip6, address: "2001:db8::11" })),
        caught(() => rtnetlink.addAddress({ ...vip4, interface: "nope" })),
        caught(() => rtnetlink.addAddress({ family: "ipv6", address: "2001:db8::12", ifindex: 99 })),
        caught(() => rtnetlink.addAddress({ ...vip4, address: "192.0.2.300" })),
        caught(() => rtnetlink.addAddress({ ...vip4, label: "a-label-too-long" })),
        caught(() => rtnetlink.deleteRoute({ family: "ipv4", destination: "203.0.113.0/24" })),
      ];
      rtnetlink.close();
      return [...result, caught(() => rtnetlink.addresses())];
    });
    expect(errors).toEqual([
      { code: "EEXIST", errno: 17, message: expect.stringMatching(/^add address 192\.0\.2\.10\/32 to lo: EEXIST: .+/) },
      { code: "EEXIST", errno: 17, message: expect.stringMatching(/^add address 2001:db8::10\/128 to lo: EEXIST: .+/) },
      { code: "EADDRNOTAVAIL", errno: 99, message: expect.stringContaining("delete address 192.0.2.11/32 from lo") },
      { code: "EADDRNOTAVAIL", errno: 99, message: expect.stringContaining("delete address 2001:db8::11/128 from lo") },
      { code: "ENODEV", errno: 19, message: expect.stringContaining('there is no interface "nope"') },
      { code: "ENODEV", errno: 19, message: expect.stringContaining("add address 2001:db8::12/128 to interface 99") },
      { code: "EINVAL", errno: 22, message: expect.stringContaining('"192.0.2.300" is not an IPv4 address') },
      { code: "EINVAL", errno: 22, message: expect.stringContaining("longer than 15 bytes") },
      { code: "ESRCH", errno: 3, message: expect.stringContaining("remove route 203.0.113.0/24") },
      { code: "EBADF", errno: 9, message: expect.stringContaining("it has been closed") },
    ]);
  });

  it("names CAP_NET_ADMIN and how to give it when permission is missing", async () => {
    const error = await inNamespace(
      ({ linux }) => {
        const rtnetlink = new linux.Rtnetlink();
        try {
          rtnetlink.addAddress({ family: "ipv4", address: "192.0.2.10", interface: "lo" });
          return "nothing thrown";
        } catch (caught) {
          if (!(caught instanceof linux.LinuxError)) throw caught;
          return { code: caught.code, detail: caught.detail, remedy: caught.remedy, message: caught.message };
        } finally {
          rtnetlink.close();
        }
      },
      { without: "net_admin" },
    );
    expect(error).toMatchObject({
      code: "EPERM",
      remedy: expect.stringMatching(/CAP_NET_ADMIN.*AmbientCapabilities=CAP_NET_ADMIN.*setcap cap_net_admin\+ep/),
      message: expect.stringContaining("add address 192.0.2.10/32 to lo: EPERM"),
    });
  });

  it("lists two thousand addresses of both families, each once", async () => {
    const counts = await inNamespace(({ linux }) => {
      const rtnetlink = new linux.Rtnetlink();
      rtnetlink.setLinkUp({ interface: "lo" });
      const mark = linux.ownershipMark("many");
      const wanted = new Set<string>();
      for (let i = 0; i < 1000; i++) {
        const v4 = `10.${i >> 8}.${i & 255}.1`;
        const v6 = `2001:db8::${(i + 0x1000).toString(16)}`;
        rtnetlink.addAddress({ family: "ipv4", address: v4, interface: "lo", scope: "host", mark });
        rtnetlink.addAddress({ family: "ipv6", address: v6, interface: "lo", flags: linux.IFA_F.nodad, mark });
        wanted.add(v4).add(v6);
      }
      const listed = rtnetlink.addresses({ interface: "lo" }).filter((address) => linux.isMarked(address, mark));
      const names = new Set(listed.map((address) => address.address));
      for (const { family, address } of listed) rtnetlink.deleteAddress({ family, address, interface: "lo" });
      const left = rtnetlink.addresses().length;
      rtnetlink.close();
      return { listed: listed.length, distinct: names.size, missing: [...wanted].filter((a) => !names.has(a)), left };
    });
    expect(counts).toEqual({ listed: 2000, distinct: 2000, missing: [], left: 2 });
  });

  it("marks by IFA_RT_PRIORITY when the kernel drops IFA_PROTO, found out by reading the first address back", async () => {
    const result = await inNamespace(({ linux }) => {
      const real = linux.systemLibc();
      // A kernel before 5.18 passes over attribute 11; here it travels under a number that every kernel passes over.
      const libc = {
        ...real,
        send: (fd: number, data: Uint8Array, flags: number) => {
          const message = Buffer.from(data);
          if (message.readUInt16LE(4) === 20) {
            for (let at = 24; at + 4 <= message.length; at += (message.readUInt16LE(at) + 3) & ~3) {
              if (message.readUInt16LE(at + 2) === 11) message.writeUInt16LE(200, at + 2);
            }
          }
          return real.send(fd, message, flags);
        },
      };
      const rtnetlink = new linux.Rtnetlink({ libc });
      rtnetlink.setLinkUp({ interface: "lo" });
      const mark = linux.ownershipMark();
      const before = rtnetlink.markMethod();
      for (const address of ["192.0.2.1", "192.0.2.2"]) {
        rtnetlink.addAddress({ family: "ipv4", address, interface: "lo", scope: "host", mark });
      }
      rtnetlink.addAddress({ family: "ipv6", address: "2001:db8::1", interface: "lo", mark });
      const ours = rtnetlink.addresses().filter((address) => linux.isMarked(address, mark));
      const after = rtnetlink.markMethod();
      rtnetlink.close();
      return { before, after, ours: ours.map(({ address, proto, rtPriority }) => [address, proto, rtPriority]) };
    });
    expect(result).toEqual({
      before: "proto",
      after: "rt-priority",
      ours: [
        ["192.0.2.1", 0, 0x76697076],
        ["192.0.2.2", 0, 0x76697076],
        ["2001:db8::1", 0, 0x76697076],
      ],
    });
  });

  it("repeats a list that changed while it was read", async () => {
    const result = await inNamespace(({ linux }) => {
      const real = linux.systemLibc();
      let interruptions = 2;
      const libc = {
        ...real,
        recv: (fd: number, buffer: Uint8Array, flags: number) => {
          const length = real.recv(fd, buffer, flags);
          const view = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
          if (length > 0 && view.readUInt16LE(4) === 20 && interruptions-- > 0) {
            view.writeUInt16LE(view.readUInt16LE(6) | 0x10, 6);
          }
          return length;
        },
      };
      const rtnetlink = new linux.Rtnetlink({ libc });
      rtnetlink.setLinkUp({ interface: "lo" });
      const names = rtnetlink.addresses().map((address) => address.address);
      interruptions = Number.POSITIVE_INFINITY;
      let code = "";
      try {
        rtnetlink.addresses();
      } catch (error) {
        if (error instanceof linux.LinuxError) code = error.code;
      }
      rtnetlink.close();
      return { names, code };
    });
    expect(result).toEqual({ names: ["127.0.0.1", "::1"], code: "EAGAIN" });
  });
});
