import { describe, expect, it } from "vitest";
import { inNamespace, namespacesWork } from "../support/namespace.ts";

describe.skipIf(!namespacesWork)("opening and closing", () => {
  it("leaves no descriptor behind after hundreds of rounds of watches, connections, refusals and locks", async () => {
    const result = await inNamespace(async ({ linux, sh, fs, net, until }) => {
      sh("ip link set lo up");
      const stateDir = fs.mkdtempSync("/tmp/vipcast-leak-");
      const descriptors = () => fs.readdirSync("/proc/self/fd").length;
      const round = async () => {
        const rtnetlink = new linux.Rtnetlink();
        rtnetlink.watch(() => {});
        rtnetlink.watch(() => {}, { keepAlive: false }).close();
        rtnetlink.links();
        let closed = 0;
        const options = { trafficClass: 0xc0, ttl: 255 };
        const server = await linux.listen({ host: "127.0.0.1", port: 0, ...options }, (peer) => {
          peer.on("error", () => {});
          peer.end();
        });
        const { port } = server.address() as InstanceType<typeof net.SocketAddress>;
        const socket = linux.dial({ host: "127.0.0.1", port, ...options });
        socket.resume().on("close", () => closed++);
        linux.dial({ host: "127.0.0.1", port, device: "gone" }).on("error", () => closed++);
        await linux.listen({ host: "127.0.0.1", port, ...options }, () => {}).catch(() => closed++);
        const outcome = linux.acquireInstanceLock({ stateDir, mark: linux.ownershipMark() });
        linux.acquireInstanceLock({ stateDir, mark: linux.ownershipMark() });
        await until(() => closed === 3, "three endings");
        if (outcome.kind === "acquired") outcome.lock.release();
        server.close();
        rtnetlink.close();
      };
      try {
        for (let i = 0; i < 20; i++) await round();
        const before = descriptors();
        for (let i = 0; i < 200; i++) await round();
        await until(() => descriptors() <= before, "the last closes");
        return descriptors() <= before;
      } finally {
        fs.rmSync(stateDir, { recursive: true });
      }
    });
    expect(result).toBe(true);
  });

  it("does not keep the process alive with a watch that is told not to", async () => {
    const added = await inNamespace(async ({ linux, until }) => {
      const rtnetlink = new linux.Rtnetlink();
      const seen: string[] = [];
      rtnetlink.watch((change) => seen.push(change.kind), { keepAlive: false });
      rtnetlink.setLinkUp({ interface: "lo" });
      await until(() => seen.includes("link"), "an event");
      // Never closed: the helper fails when the script does not end by itself.
      return seen.includes("link");
    });
    expect(added).toBe(true);
  });
});
