import { describe, expect, it } from "vitest";
import { inNamespace, namespacesWork } from "../support/namespace.ts";

// Where both ends agree, data must pass; where they do not, it must not, so most cases wait a moment for nothing to happen.

describe.skipIf(!namespacesWork)("TCP MD5 signatures", () => {
  it("let a peer in with the right key, and not with a wrong one or none (IPv4, IPv6, IPv4 on an IPv6 socket)", async () => {
    const result = await inNamespace(async ({ linux, sh }) => {
      sh("ip link set lo up");
      // Without an answer the kernel would try for two minutes.
      sh("sysctl -qw net.ipv4.tcp_syn_retries=1");
      const reaches = (host: string, port: number, md5Key?: string) =>
        new Promise<string>((resolve) => {
          const socket = linux.dial({ host, port, userTimeoutMs: 400, ...(md5Key === undefined ? {} : { md5Key }) });
          const timer = setTimeout(() => socket.destroy(new Error("nothing")), 500);
          socket.on("data", (chunk) => {
            resolve(String(chunk));
            socket.destroy();
          });
          socket.on("error", () => resolve("refused"));
          socket.on("close", () => clearTimeout(timer));
        });
      const open = (host: string, port: number, peer: string, ipv6Only = true) =>
        linux.listen({ host, port, ipv6Only, md5Keys: [{ peer, key: "right: key, with commas" }] }, (socket) => {
          socket.on("error", () => {});
          socket.end("hello");
        });
      const servers = [
        await open("127.0.0.1", 1790, "127.0.0.1"),
        await open("::1", 1790, "::1"),
        await open("::", 1791, "127.0.0.1", false),
      ];
      const right = "right: key, with commas";
      const results = await Promise.all(
        [["127.0.0.1", 1790] as const, ["::1", 1790] as const, ["127.0.0.1", 1791] as const].map(([host, port]) =>
          Promise.all([reaches(host, port, right), reaches(host, port, "wrong"), reaches(host, port)]),
        ),
      );
      for (const server of servers) server.close();
      return results;
    });
    expect(result).toEqual(new Array(3).fill(["hello", "refused", "refused"]));
  });

  it("change keys on a listener that stays open, by address and by prefix, and take them away", async () => {
    const result = await inNamespace(async ({ linux, sh }) => {
      sh("ip link set lo up; sysctl -qw net.ipv4.tcp_syn_retries=1");
      const server = await linux.listen(
        { host: "127.0.0.1", port: 1790, md5Keys: [{ peer: "127.0.0.1", key: "one" }] },
        (socket) => {
          socket.on("error", () => {});
          socket.end("hello");
        },
      );
      const reaches = (md5Key?: string) =>
        new Promise<boolean>((resolve) => {
          const socket = linux.dial({
            host: "127.0.0.1",
            port: 1790,
            trafficClass: 0xc0,
            ...(md5Key === undefined ? {} : { md5Key }),
          });
          const timer = setTimeout(() => socket.destroy(new Error("nothing")), 300);
          socket.on("data", () => {
            resolve(true);
            socket.destroy();
          });
          socket.on("error", () => resolve(false));
          socket.on("close", () => clearTimeout(timer));
        });
      const seen = [await reaches("one"), await reaches("two")];
      linux.setPeerKey(server, { peer: "127.0.0.1", key: "two" });
      seen.push(await reaches("one"), await reaches("two"));
      linux.setPeerKey(server, { peer: "127.0.0.1", key: "" });
      linux.setPeerKey(server, { peer: "127.0.0.1", key: "" });
      seen.push(await reaches());
      linux.setPeerKey(server, { peer: "127.0.0.0", prefixLength: 8, key: "three" });
      seen.push(await reaches("three"), await reaches());
      server.close();
      let closed = "";
      try {
        linux.setPeerKey(server, { peer: "127.0.0.1", key: "x" });
      } catch (error) {
        if (error instanceof linux.LinuxError) closed = error.code;
      }
      return { seen, closed };
    });
    expect(result).toEqual({ seen: [true, false, false, true, true, true, false], closed: "EBADF" });
  });
});
