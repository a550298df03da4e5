import { describe, expect, it } from "vitest";
import { fine, refused } from "./fakes/fake-health.ts";
import { order, vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";
const GRACEFUL_SHUTDOWN = 0xffff0000;

describe("a pushed verdict", () => {
  it("withdraws an unhealthy VIP at once, keeps it bound, and announces it again when it is healthy", async () => {
    const world = new World();
    await world.begin(vip(V));
    const lines = order(world);
    expect(world.announcer.setHealth("192.0.2.10", "unhealthy", undefined, "the database is read-only")).toBe(true);
    await world.clock.advance(1);
    expect(lines).toEqual([`withdraw ${V}`]);
    expect(world.host.has(V)).toBe(true);
    expect(world.named("vip.unhealthy")).toMatchObject([{ vip: V, causes: ["the database is read-only"] }]);
    expect(world.named("vip.withdrawn")).toMatchObject([
      { reason: "unhealthy", causes: [`${V} is not healthy`, "the database is read-only"] },
    ]);
    expect(world.announcer.explain(V)).toMatchObject({
      state: "bound",
      healthy: false,
      health: "unhealthy",
      reasons: ["it is not healthy: the database is read-only"],
    });
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(1);
    expect(lines).toEqual([`withdraw ${V}`, `announce ${V} 10.0.0.254`]);
    expect(world.named("vip.healthy")).toHaveLength(1);
  });

  it("announces a degraded VIP with the worst preference, and says that this is no drain", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.announcer.setHealth(V, "degraded", undefined, "the gateway does not answer");
    await world.clock.advance(1);
    expect(world.routes.attributes(V)).toMatchObject({ communities: [GRACEFUL_SHUTDOWN] });
    expect(world.named("vip.degraded")).toMatchObject([{ causes: ["the gateway does not answer"] }]);
    expect(world.named("vip.announced").at(-1)?.causes).toEqual([
      "with worst preference, because it is degraded",
      "the gateway does not answer",
    ]);
    expect(world.announcer.explain(V)).toMatchObject({ state: "announced", health: "degraded" });
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(1);
    expect(world.routes.attributes(V)?.communities).toBeUndefined();
  });

  it("counts as unhealthy when its time to live is over, and as what is pushed next after that", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.announcer.setHealth(V, "healthy", 3000);
    await world.clock.advance(2999);
    expect(world.routes.announced(V)).toBe(true);
    world.announcer.setHealth(V, "healthy", 3000);
    await world.clock.advance(2999);
    expect(world.routes.announced(V)).toBe(true);
    await world.clock.advance(2);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.named("vip.unhealthy")[0]?.causes[0]).toContain("no verdict was pushed for 3000 ms");
    world.announcer.setHealth(V, "healthy", 3000);
    await world.clock.advance(1);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("is refused for a VIP that is not in the intent, and for a time to live that is none", async () => {
    const world = new World();
    await world.begin(vip(V));
    expect(world.announcer.setHealth("192.0.2.99", "unhealthy")).toBe(false);
    for (const ttl of [0, -1, Number.NaN, 86_400_001])
      expect(() => world.announcer.setHealth(V, "healthy", ttl)).toThrow(RangeError);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("is about one life of a VIP: whoever comes back after its withdrawal is judged anew", async () => {
    const world = new World({ withdrawWaitMs: 1000 });
    const asking = vip(V, { check: { pushed: true } });
    await world.begin(asking);
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(5);
    expect(world.routes.announced(V)).toBe(true);
    world.announcer.set([]);
    await world.clock.advance(5);
    world.announcer.set([asking]);
    await world.clock.advance(5);
    expect(world.host.has(V)).toBe(true);
    expect(world.announcer.explain(V)).toMatchObject({ state: "bound", health: "unknown" });
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(5);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("ends the look for packets of a drain that is taken back while it is degraded", async () => {
    const world = new World({ drainMs: 30_000, drainIdleMs: 1000 });
    await world.begin(vip(V));
    void world.announcer.drain(V).catch(() => {});
    await world.clock.advance(10);
    world.announcer.setHealth(V, "degraded");
    await world.clock.advance(10);
    expect(world.traffic.watched.size).toBe(1);
    world.announcer.undrain(V);
    await world.clock.advance(10);
    expect(world.traffic.watched.size).toBe(0);
    expect(world.announcer.explain(V)).toMatchObject({ state: "announced", health: "degraded" });
  });

  it("leaves no timer behind when the VIP is removed", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.announcer.setHealth(V, "healthy", 60_000);
    world.announcer.set([]);
    await world.clock.advance(10_000);
    expect(world.announcer.explain(V).state).toBe("unknown");
    await world.clock.advance(120_000);
    expect(world.named("vip.unhealthy")).toEqual([]);
  });
});

describe("a check that runs for another VIP already", () => {
  it("has its verdict for one that comes to share it at once, however rarely it is asked", async () => {
    const world = new World();
    const other = "192.0.2.11/32";
    const check = { tcp: "127.0.0.1:6443", intervalMs: 60_000, fastIntervalMs: 100 };
    await world.begin(vip(V, { check }));
    await world.clock.advance(5_000);
    world.announcer.apply({ set: [vip(other, { check })] });
    await world.clock.advance(5);
    expect(world.routes.announced(other)).toBe(true);
    expect(world.named("vip.healthy")).toMatchObject([{ vip: V }, { vip: other }]);
  });

  it("is another one where a program runs, which is told each VIP and its interface, also after that has changed", async () => {
    const world = new World();
    world.host.setLink("dummy0", true);
    const told: string[] = [];
    world.health.answer = (_probe, context) => {
      told.push(`${context.vip} ${context.interface}`);
      return fine;
    };
    const check = { exec: "/bin/true" };
    await world.begin(vip(V, { check }));
    await world.clock.advance(5_000);
    expect(new Set(told.splice(0))).toEqual(new Set([`${V} lo`]));
    world.announcer.set([vip(V, { check, interface: "dummy0" })]);
    await world.clock.advance(5_000);
    expect(new Set(told)).toEqual(new Set([`${V} dummy0`]));
    expect(world.routes.log).toEqual([`announce ${V} 10.0.0.254`]);
  });

  it("is unhealthy for it as well", async () => {
    const world = new World();
    const other = "192.0.2.11/32";
    const check = { tcp: "127.0.0.1:6443", intervalMs: 60_000, fastIntervalMs: 100 };
    world.health.answer = () => refused;
    await world.begin(vip(V, { check }));
    await world.clock.advance(5_000);
    world.announcer.apply({ set: [vip(other, { check, whenUnhealthy: "unbind" })] });
    await world.clock.advance(5);
    expect(world.announcer.explain(other)).toMatchObject({ health: "unhealthy", bound: false });
  });
});
