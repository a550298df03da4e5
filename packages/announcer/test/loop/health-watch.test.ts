import { describe, expect, it } from "vitest";
import { HealthWatch } from "../../src/loop/health-watch.ts";
import { VipEntry } from "../../src/loop/vip-entry.ts";
import { refused } from "../fakes/fake-health.ts";
import { Loop } from "../fakes/loop.ts";
import { vip } from "../fakes/world.ts";

const check = { tcp: "127.0.0.1:6443", intervalMs: 1000, timeoutMs: 500, rise: 1, fall: 1 };
const FILE = "/run/maintenance";

function watching(): { loop: Loop; watch: HealthWatch; touched: string[]; add: (entry: VipEntry) => VipEntry } {
  const loop = new Loop({ healthDamping: { flaps: 2, windowMs: 10_000, holdDownMs: 500, maxHoldDownMs: 2000 } });
  const touched: string[] = [];
  const watch = new HealthWatch(loop.context, (entry) => touched.push(entry.vip.prefix));
  const add = (entry: VipEntry): VipEntry => {
    watch.follow(entry);
    return entry;
  };
  return { loop, watch, touched, add };
}

describe("health in the loop", () => {
  it("has a VIP looked at when another health counts, and reports it with its causes", async () => {
    const { loop, touched, add } = watching();
    const entry = add(new VipEntry(vip("192.0.2.1", { check }), "serve"));
    expect([entry.verdict.health, touched]).toEqual(["unknown", []]);
    await loop.clock.advance(1000);
    expect([entry.verdict.health, touched]).toEqual(["healthy", ["192.0.2.1/32"]]);
    loop.health.answer = () => refused;
    await loop.clock.advance(5000);
    expect(touched).toHaveLength(2);
    expect(loop.named("vip.healthy")).toHaveLength(1);
    expect(loop.named("vip.unhealthy")).toMatchObject([
      { vip: "192.0.2.1/32", causes: expect.arrayContaining([expect.stringContaining("ECONNREFUSED")]) },
    ]);
  });

  it("gives a VIP that joins a check of others their verdict at once", async () => {
    const { loop, add } = watching();
    add(new VipEntry(vip("192.0.2.1", { check }), "serve"));
    await loop.clock.advance(1000);
    expect(add(new VipEntry(vip("192.0.2.2", { check }), "serve")).verdict.health).toBe("healthy");
  });

  it("takes verdicts from outside, and says that a VIP is held down", async () => {
    const { loop, watch, touched, add } = watching();
    const entry = add(new VipEntry(vip("192.0.2.1"), "serve"));
    for (const health of ["unhealthy", "degraded", "healthy", "unhealthy", "healthy"] as const)
      watch.push(entry, health, null, `it is ${health}`);
    await loop.clock.advance(0);
    expect(entry.verdict.health).toBe("unhealthy");
    expect(loop.named("vip.degraded")).toMatchObject([{ causes: ["it is degraded"] }]);
    expect(loop.named("vip.damped")).toMatchObject([{ vip: "192.0.2.1/32", flaps: 2, holdDownMs: 500 }]);
    const before = touched.length;
    await loop.clock.advance(500);
    expect([entry.verdict.health, touched.length]).toEqual(["healthy", before + 1]);
  });

  it("has a VIP looked at when its maintenance file comes", async () => {
    const { loop, touched, add } = watching();
    const entry = add(new VipEntry(vip("192.0.2.1", { maintenanceFile: FILE }), "serve"));
    await loop.clock.advance(0);
    touched.length = 0;
    loop.health.files.add(FILE);
    await loop.clock.advance(1000);
    expect([touched, entry.wantedGoal]).toEqual([["192.0.2.1/32"], "drain"]);
  });
});
