import { describe, expect, it } from "vitest";
import { inNamespace, namespacesWork } from "../support/namespace.ts";

describe.skipIf(!namespacesWork)("ping", () => {
  it("measures a reply over both kinds of socket and both versions, and leaves no descriptor behind", async () => {
    const seen = await inNamespace(async ({ linux, fs, sh, assert }) => {
      sh("ip link set lo up");
      const descriptors = (): number => fs.readdirSync("/proc/self/fd").length;
      const took: number[] = [];
      let before = 0;
      for (const range of ["1 0", "0 2147483647"]) {
        fs.writeFileSync("/proc/sys/net/ipv4/ping_group_range", range);
        for (const address of ["127.0.0.1", "::1", "::1%lo"]) took.push(await linux.ping(address));
        if (before === 0) before = descriptors();
      }
      for (let round = 0; round < 20; round++) await linux.ping("127.0.0.1");
      await assert.rejects(linux.ping("192.0.2.1"), { code: "ENETUNREACH" });
      await assert.rejects(linux.ping("gateway"), RangeError);
      sh("ip address add 192.0.2.1/24 dev lo");
      sh("ip route add blackhole 198.51.100.0/24");
      await assert.rejects(linux.ping("198.51.100.1", { signal: AbortSignal.timeout(50) }));
      return { took, leaked: descriptors() - before };
    });
    expect(seen.took).toHaveLength(6);
    expect(seen.took.every((ms) => ms >= 0 && ms < 1000)).toBe(true);
    expect(seen.leaked).toBeLessThanOrEqual(0);
  });
});
