import { describe, expect, it } from "vitest";
import { inNamespace, namespacesWork } from "../support/namespace.ts";

// Where both ends agree, data must pass; where they do not, it must not, so most cases wait a moment for nothing to happen.

describe.skipIf(!namespacesWork)("GTSM", () => {
  it("accepts data from a neighbour that sends with TTL 255, and drops it from one that does not, both ways round", async () => {
    const result = await inNamespace(async ({ linux, sh }) => {
      sh("ip link set lo up; sysctl -qw net.ipv4.tcp_syn_retries=1");
      const exchange = async (host: string, server: object, client: object) => {
        let received = "";
        // A peer whose packets are dropped never says that it is gone.
        const accepted: { destroy(): void }[] = [];
        const listener = await linux.listen({ host, port: 0, ...server }, (socket) => {
          accepted.push(socket);
          socket.on("error", () => {});
          socket.on("data", (chunk) => {
            received += chunk;
            socket.end("answer");
          });
        });
        const { port } = listener.address() as { port: number };
        const answer = await new Promise<string>((resolve) => {
          const socket = linux.dial({ host, port, userTimeoutMs: 5000, ...client });
          const timer = setTimeout(() => socket.destroy(new Error("nothing")), 400);
          socket.on("connect", () => socket.write("question"));
          socket.on("data", (chunk) => {
            resolve(String(chunk));
            socket.destroy();
          });
          socket.on("error", () => resolve(""));
          socket.on("close", () => clearTimeout(timer));
        });
        listener.close();
        for (const socket of accepted) socket.destroy();
        return [received, answer];
      };
      const results: Record<string, string[][]> = {};
      for (const host of ["127.0.0.1", "::1"]) {
        results[host] = await Promise.all([
          exchange(host, { ttlSecurityHops: 1 }, { ttlSecurityHops: 1 }),
          exchange(host, { ttlSecurityHops: 1 }, { ttl: 64 }),
          exchange(host, { ttlSecurityHops: 2 }, { ttl: 254 }),
          exchange(host, { ttlSecurityHops: 2 }, { ttl: 253 }),
          exchange(host, { ttl: 64 }, { ttlSecurityHops: 1 }),
        ]);
      }
      return results;
    });
    const expected = [
      ["question", "answer"],
      ["", ""],
      ["question", "answer"],
      ["", ""],
      ["", ""],
    ];
    expect(result).toEqual({ "127.0.0.1": expected, "::1": expected });
  });

  it("can be set on one accepted connection, leaving the others alone", async () => {
    const result = await inNamespace(async ({ linux, sh, sleep, until }) => {
      sh("ip link set lo up; ip addr add 127.0.0.9/8 dev lo");
      const received: string[] = [];
      const accepted: { destroy(): void }[] = [];
      const listener = await linux.listen({ host: "127.0.0.1", port: 1790, ttl: 255 }, (socket) => {
        accepted.push(socket);
        if (socket.remoteAddress === "127.0.0.9") linux.applyTcpOptions(socket, { ttlSecurityHops: 1 });
        socket.on("error", () => {});
        socket.on("data", (chunk) => received.push(String(chunk)));
      });
      const sockets = ["127.0.0.1", "127.0.0.9"].map((localAddress) => {
        const socket = linux.dial({ host: "127.0.0.1", port: 1790, localAddress, ttl: 64 });
        socket.on("error", () => {});
        return socket;
      });
      await until(() => accepted.length === 2, "both connections");
      for (const socket of sockets) socket.write(`from ${socket.localAddress}`);
      await until(() => received.length > 0, "the connection left alone");
      await sleep(200);
      for (const socket of [...sockets, ...accepted]) socket.destroy();
      listener.close();
      return received;
    });
    expect(result).toEqual(["from 127.0.0.1"]);
  });
});
