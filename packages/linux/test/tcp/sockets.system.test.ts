import { describe, expect, it } from "vitest";
import { inNamespace, namespacesWork } from "../support/namespace.ts";

describe.skipIf(!namespacesWork)("TCP sockets", () => {
  it("carry traffic class, TTL and user timeout to the kernel, on both ends and both families", async () => {
    const result = await inNamespace(async ({ linux, sh, net }) => {
      sh("ip link set lo up");
      const libc = linux.systemLibc();
      const read = (socket: InstanceType<typeof net.Socket>, level: number, name: number) => {
        const value = Buffer.alloc(4);
        libc.getsockopt(linux.descriptorOf(socket)!, level, name, value);
        return value.readInt32LE(0);
      };
      const options = { trafficClass: 0xc0, ttl: 7, userTimeoutMs: 12345 };
      const results: number[][] = [];
      for (const host of ["127.0.0.1", "::1"]) {
        const names =
          host === "::1"
            ? [
                [41, 67],
                [41, 16],
                [6, 18],
              ]
            : [
                [0, 1],
                [0, 2],
                [6, 18],
              ];
        const values = await new Promise<number[][]>((resolve) => {
          void linux
            .listen({ host, port: 1790, ...options }, (accepted) => {
              const all = [accepted, socket].map((end) => names.map(([level, name]) => read(end, level!, name!)));
              socket.destroy();
              accepted.destroy();
              server.close();
              resolve(all);
            })
            .then((listening) => {
              server = listening;
              socket = linux.dial({ host, port: 1790, ...options });
            });
          let server: InstanceType<typeof net.Server>;
          let socket: InstanceType<typeof net.Socket>;
        });
        results.push(...values);
      }
      return results;
    });
    expect(result).toEqual(new Array(4).fill([0xc0, 7, 12345]));
  });

  it("listen on IPv4 and IPv6 side by side on one port", async () => {
    const ports = await inNamespace(async ({ linux, sh }) => {
      sh("ip link set lo up");
      const servers = [];
      for (const [host, ttl] of [
        ["0.0.0.0", 255],
        ["::", 255],
      ] as const) {
        servers.push(await linux.listen({ host, port: 1790, ttl }, () => {}));
      }
      const plain = [];
      for (const host of ["0.0.0.0", "::"]) plain.push(await linux.listen({ host, port: 1791 }, () => {}));
      const found = [...servers, ...plain].map((server) => server.address());
      for (const server of [...servers, ...plain]) server.close();
      return found;
    });
    expect(ports).toMatchObject([
      { address: "0.0.0.0", port: 1790 },
      { address: "::", port: 1790 },
      { address: "0.0.0.0", port: 1791 },
      { address: "::", port: 1791 },
    ]);
  });

  it("say who is in the way when the port is taken, and what is missing for a port below 1024", async () => {
    const result = await inNamespace(
      async ({ linux, sh }) => {
        sh("ip link set lo up");
        const caught = async (call: () => Promise<unknown>) => {
          try {
            await call();
            return "no error";
          } catch (error) {
            return error instanceof linux.LinuxError ? error.message : String(error);
          }
        };
        const holder = await linux.listen({ host: "127.0.0.1", port: 1790 }, () => {});
        const messages = [];
        for (const special of [{}, { ttl: 255 }]) {
          messages.push(await caught(() => linux.listen({ host: "127.0.0.1", port: 1790, ...special }, () => {})));
          messages.push(await caught(() => linux.listen({ host: "127.0.0.1", port: 179, ...special }, () => {})));
          messages.push(await caught(() => linux.listen({ host: "192.0.2.1", port: 1790, ...special }, () => {})));
        }
        holder.close();
        return messages;
      },
      { without: "net_bind_service" },
    );
    const expected = [
      expect.stringMatching(/^listen on 127\.0\.0\.1 port 1790: EADDRINUSE: .*another program listens there/),
      expect.stringMatching(/^listen on 127\.0\.0\.1 port 179: EACCES: .*CAP_NET_BIND_SERVICE.*setcap/),
      expect.stringMatching(/^listen on 192\.0\.2\.1 port 1790: EADDRNOTAVAIL: .*not on this host/),
    ];
    expect(result).toEqual([...expected, ...expected]);
  });

  it("reach a link-local neighbour through its zone, from a chosen source, with and without options", async () => {
    const result = await inNamespace(async ({ linux, sh }) => {
      sh("ip link set lo up; ip link add va type veth peer name vb; ip link set va up; ip link set vb up");
      sh("ip -6 addr flush dev va; ip -6 addr flush dev vb");
      sh("ip addr add fe80::1/64 dev va nodad; ip addr add fe80::2/64 dev va nodad");
      const seen: string[] = [];
      const server = await linux.listen({ host: "fe80::1%va", port: 1790, trafficClass: 0xc0 }, (socket) => {
        seen.push(socket.remoteAddress!);
        socket.end("x");
      });
      for (const special of [{}, { ttl: 5 }, { ttlSecurityHops: 1 }]) {
        await new Promise<void>((resolve) => {
          const socket = linux.dial({
            host: "fe80::1%va",
            port: 1790,
            localAddress: "fe80::2%va",
            ...special,
          } as never);
          const timer = setTimeout(() => socket.destroy(new Error("nothing")), 500);
          socket.on("data", () => socket.destroy());
          socket.on("error", (error) => seen.push("code" in error ? String(error.code) : error.message));
          socket.on("close", () => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
      server.close();
      return seen;
    });
    // The listener sends with TTL 64, so GTSM drops its answer.
    expect(result).toEqual(["fe80::2%va", "fe80::2%va", "nothing"]);
  });

  it("stay on the device they are bound to", async () => {
    const result = await inNamespace(async ({ linux, sh }) => {
      sh("ip link set lo up; ip link add va type veth peer name vb; ip link set va up; ip link set vb up");
      const server = await linux.listen({ host: "127.0.0.1", port: 1790 }, (socket) => socket.end("x"));
      const reach = (device: string) =>
        new Promise<string>((resolve) => {
          const socket = linux.dial({ host: "127.0.0.1", port: 1790, device });
          const timer = setTimeout(() => socket.destroy(new Error("nothing")), 300);
          socket.on("data", () => {
            resolve("reached");
            socket.destroy();
          });
          socket.on("error", (error) => resolve(error instanceof linux.LinuxError ? error.message : "not reached"));
          socket.on("close", () => clearTimeout(timer));
        });
      const results = [await reach("lo"), await reach("va"), await reach("gone")];
      server.close();
      return results;
    });
    expect(result).toEqual(["reached", "not reached", expect.stringContaining("bind to device gone: ENODEV")]);
  });

  it("tell how many bytes the peer has not acknowledged, down to none", async () => {
    const result = await inNamespace(async ({ linux, sh, net, until }) => {
      sh("ip link set lo up");
      const [socket, accepted, server] = await new Promise<
        [InstanceType<typeof net.Socket>, InstanceType<typeof net.Socket>, InstanceType<typeof net.Server>]
      >((resolve) => {
        const listener = net.createServer({ pauseOnConnect: true }, (peer) => resolve([dialled, peer, listener]));
        let dialled: InstanceType<typeof net.Socket>;
        listener.listen(1790, "127.0.0.1", () => {
          dialled = linux.dial({ host: "127.0.0.1", port: 1790 });
        });
      });
      const total = 16 * 1024 * 1024;
      socket.write(Buffer.alloc(total));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const stuck = linux.unsentBytes(socket);
      accepted.resume();
      await until(() => linux.unsentBytes(socket) === 0, "everything to be acknowledged");
      const written = socket.bytesWritten;
      socket.destroy();
      const closed = linux.unsentBytes(socket);
      accepted.destroy();
      server.close();
      return { stuck: stuck > 0, written: written === total, closed };
    });
    expect(result).toEqual({ stuck: true, written: true, closed: 0 });
  });

  it("refuse hosts, ports, keys and values that cannot be, before anything is opened", async () => {
    const result = await inNamespace(async ({ linux }) => {
      const words = async (call: () => unknown) => {
        try {
          await call();
          return "no error";
        } catch (error) {
          return error instanceof RangeError ? error.message : `not a RangeError: ${String(error)}`;
        }
      };
      return [
        await words(() => linux.dial({ host: "router.example", port: 179 })),
        await words(() => linux.dial({ host: "::1", port: 0 })),
        await words(() => linux.dial({ host: "::1", port: 179, md5Key: "" })),
        await words(() => linux.dial({ host: "::1", port: 179, md5Key: "k".repeat(81) })),
        await words(() => linux.dial({ host: "::1", port: 179, localAddress: "eth0" })),
        await words(() => linux.listen({ host: "localhost", port: 179 }, () => {})),
        await words(() => linux.listen({ host: "::", port: 1790, ttlSecurityHops: 0 }, () => {})),
        await words(() => linux.listen({ host: "::", port: 65536 }, () => {})),
      ];
    });
    expect(result).toEqual([
      expect.stringContaining('"router.example" is not an address'),
      expect.stringContaining("from 1 to 65535"),
      "the MD5 key is empty",
      expect.stringContaining("at most 80 bytes"),
      expect.stringContaining('"eth0" is not an address'),
      expect.stringContaining('"localhost" is not an address'),
      expect.stringContaining("from 1 to 254"),
      expect.stringContaining("from 0 to 65535"),
    ]);
  });

  it("report a connection that is refused as Node does, prepared or not", async () => {
    const codes = await inNamespace(async ({ linux, sh }) => {
      sh("ip link set lo up");
      const code = (special: object) =>
        new Promise<string>((resolve) => {
          const socket = linux.dial({ host: "127.0.0.1", port: 1790, ...special });
          socket.on("error", (error) => resolve("code" in error ? String(error.code) : error.message));
        });
      return [await code({}), await code({ trafficClass: 0xc0 }), await code({ localAddress: "192.0.2.1", ttl: 5 })];
    });
    expect(codes).toEqual(["ECONNREFUSED", "ECONNREFUSED", "EADDRNOTAVAIL"]);
  });
});
