import { describe, expect, it } from "vitest";
import { inNamespace, namespacesWork } from "../support/namespace.ts";

describe.skipIf(!namespacesWork)("a packet counter", () => {
  it("counts what arrives for its prefix from elsewhere, not what the host sends or says to itself", async () => {
    const counts = await inNamespace(async ({ linux, sh, sleep, childProcess, fs }) => {
      sh("ip link set lo up; ip link add near type veth peer name far");
      // The far end lives in a namespace of its own, held by a process that waits.
      const far = childProcess.spawn("unshare", ["-n", "sleep", "30"], { stdio: "ignore" });
      try {
        const near = fs.readlinkSync("/proc/self/ns/net");
        for (let tries = 0; tries < 200; tries++) {
          try {
            if (fs.readlinkSync(`/proc/${far.pid}/ns/net`) !== near) break;
          } catch {}
          await sleep(5);
        }
        sh(
          `ip link set far netns ${far.pid}; ip address add 10.1.0.1/24 dev near; ip address add fd01::1/64 dev near nodad`,
        );
        sh("ip link set near up; ip address add 192.0.2.1/32 dev lo; ip address add 192.0.2.2/32 dev lo");
        sh("ip address add 2001:db8::1/128 dev lo");
        const there = (command: string) => sh(`nsenter -t ${far.pid} -n sh -c '${command}'`);
        there("ip address add 10.1.0.2/24 dev far; ip address add fd01::2/64 dev far nodad; ip link set far up");
        there("ip route add 192.0.2.0/24 via 10.1.0.1; ip route add 2001:db8::/64 via fd01::1");
        await sleep(50);
        const [one, other, six, both] = [
          linux.PacketCounter.open("192.0.2.1", 32),
          linux.PacketCounter.open("192.0.2.2", 32),
          linux.PacketCounter.open("2001:db8::1", 128),
          linux.PacketCounter.open("192.0.2.0", 30),
        ];
        const take = () => [one, other, six, both].map((counter) => counter.take());
        const udp = (to: string, count: number) =>
          there(
            `${process.execPath} -e "const s=require(\\"dgram\\").createSocket(\\"${to.includes(":") ? "udp6" : "udp4"}\\");let n=0;const go=()=>n++<${count}?s.send(\\"x\\",9,\\"${to}\\",go):s.close();go()"`,
          );
        const before = take();
        udp("192.0.2.1", 500);
        const first = take();
        udp("2001:db8::1", 3);
        const second = take();
        sh("bash -c 'echo x >/dev/udp/192.0.2.1/9'");
        const own = take();
        udp("192.0.2.2", 2);
        const last = take();
        for (const counter of [one, other, six, both]) counter.close();
        let closed = "";
        try {
          one.take();
        } catch (error) {
          closed = (error as { code: string }).code;
        }
        return { before, first, second, own, last, closed };
      } finally {
        far.kill("SIGKILL");
      }
    });
    expect(counts).toEqual({
      before: [0, 0, 0, 0],
      first: [500, 0, 0, 500],
      second: [0, 0, 3, 0],
      own: [0, 0, 0, 0],
      last: [0, 2, 0, 2],
      closed: "EBADF",
    });
  });

  it("says which capability it lacks, and refuses what is no prefix", async () => {
    const errors = await inNamespace(
      ({ linux }) => {
        const error = (address: string, length: number) => {
          try {
            linux.PacketCounter.open(address, length).close();
            return "none";
          } catch (thrown) {
            return (thrown as Error).message;
          }
        };
        return [error("192.0.2.1", 32), error("192.0.2.1", 33), error("example.org", 32)];
      },
      { without: "net_raw" },
    );
    expect(errors[0]).toMatch(/count the packets for 192\.0\.2\.1\/32: EPERM: .*CAP_NET_RAW/);
    expect(errors[1]).toMatch(/192\.0\.2\.1\/33: EINVAL: this is not an IP prefix/);
    expect(errors[2]).toContain("EINVAL");
  });
});
