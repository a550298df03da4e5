import { describe, expect, it } from "vitest";
import { portError } from "./fakes/fake-host.ts";
import { order, vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";
const W = "192.0.2.11/32";
const quiet = (promise: Promise<unknown>): void => void promise.catch(() => {});

describe("a drain that ends when nothing arrives any more", () => {
  const policy = { drainMs: 30_000, drainIdleMs: 1_000 };

  it("lasts until no packet has arrived for the time, and says so", async () => {
    const world = new World(policy);
    await world.begin(vip(V));
    quiet(world.announcer.drain(V));
    for (let n = 0; n < 20; n++) {
      await world.clock.advance(200);
      world.traffic.arrive("192.0.2.10");
    }
    expect(world.routes.announced(V)).toBe(true);
    await world.clock.advance(990);
    expect(world.routes.announced(V)).toBe(true);
    await world.clock.advance(20);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.named("vip.withdrawn")[0]?.causes).toEqual([
      "a drain was asked for",
      "no packet for it has arrived for 1000 ms",
    ]);
    expect(world.traffic.watched.size).toBe(0);
    await world.clock.advance(600);
    expect(world.host.has(V)).toBe(false);
  });

  it("gives routers the time even where nothing ever arrives, and ends at its limit whatever arrives", async () => {
    const world = new World(policy);
    await world.begin(vip(V), vip(W));
    quiet(world.announcer.drainAll());
    await world.clock.advance(990);
    expect([V, W].map((one) => world.routes.announced(one))).toEqual([true, true]);
    for (let n = 0; n < 58; n++) {
      world.traffic.arrive("192.0.2.11");
      await world.clock.advance(500);
    }
    expect([V, W].map((one) => world.routes.announced(one))).toEqual([false, true]);
    world.traffic.arrive("192.0.2.11");
    await world.clock.advance(100);
    expect(world.routes.announced(W)).toBe(false);
  });

  it("takes its whole time where packets cannot be seen", async () => {
    const world = new World(policy);
    world.traffic.refuse = portError("EPERM", "this needs CAP_NET_RAW");
    await world.begin(vip(V));
    quiet(world.announcer.drain(V));
    await world.clock.advance(29_900);
    expect(world.routes.announced(V)).toBe(true);
    await world.clock.advance(200);
    expect(world.routes.announced(V)).toBe(false);
  });

  it("stops looking when it is taken back, and in a stop that skips it", async () => {
    const world = new World(policy);
    await world.begin(vip(V));
    quiet(world.announcer.drain(V));
    await world.clock.advance(10);
    expect([...world.traffic.watched]).toEqual(["192.0.2.10"]);
    world.announcer.undrain(V);
    await world.clock.advance(10);
    expect(world.traffic.watched.size).toBe(0);
    void world.announcer.close();
    await world.clock.advance(10);
    expect(world.traffic.watched.size).toBe(1);
    void world.announcer.close();
    await world.clock.advance(10);
    expect(world.traffic.watched.size).toBe(0);
  });
});

describe("a drain of a degraded VIP", () => {
  it("says so and lasts as long as any other, from when it was asked for", async () => {
    const world = new World({ drainMs: 10_000 });
    await world.begin(vip(V));
    world.announcer.setHealth(V, "degraded", undefined, "one disk is gone");
    await world.clock.advance(60_000);
    expect(world.announcer.explain(V).state).toBe("announced");
    const updates = world.routes.log.length;
    const done = world.announcer.drain(V);
    await world.clock.advance(9_900);
    expect(world.announcer.explain(V).state).toBe("draining");
    expect(world.routes.attributes(V)).toMatchObject({ med: 4294967295 });
    expect(world.traffic.watched.size).toBe(0);
    await world.clock.advance(1_000);
    await done;
    expect(world.events.map(({ event }) => event).filter((event) => event.startsWith("vip."))).toEqual([
      "vip.bound",
      "vip.announced",
      "vip.degraded",
      "vip.announced",
      "vip.draining",
      "vip.announced",
      "vip.withdrawn",
      "vip.unbound",
    ]);
    expect(world.routes.log.slice(updates).filter((line) => line.startsWith("withdraw"))).toHaveLength(1);
  });

  it("begins anew when it is taken back and drained again, and ends early where nothing arrives", async () => {
    const world = new World({ drainMs: 10_000, drainIdleMs: 1_000 });
    await world.begin(vip(V));
    world.announcer.setHealth(V, "degraded");
    await world.clock.advance(100);
    for (let time = 0; time < 2; time++) {
      quiet(world.announcer.drain(V));
      await world.clock.advance(900);
      expect(world.traffic.watched.size).toBe(1);
      world.announcer.undrain(V);
      await world.clock.advance(10);
      expect(world.traffic.watched.size).toBe(0);
      expect(world.announcer.explain(V).state).toBe("announced");
    }
    expect(world.named("vip.draining")).toHaveLength(2);
    quiet(world.announcer.drain(V));
    await world.clock.advance(990);
    expect(world.routes.announced(V)).toBe(true);
    await world.clock.advance(20);
    expect(world.routes.announced(V)).toBe(false);
  });
});

describe("what is drained", () => {
  it("stays so over a restart until it is undrained, and unbinds what a killed run left", async () => {
    const world = new World();
    await world.begin(vip(V), vip(W));
    quiet(world.announcer.drain(V));
    await world.clock.advance(1);
    expect(world.drains.state).toEqual({ node: false, vips: [V] });
    world.restart();
    const lines = order(world);
    world.routes.establish("10.0.0.254");
    await world.begin(vip(V), vip(W));
    await world.clock.advance(600);
    expect(lines.filter((line) => line.includes(`announce ${V}`))).toEqual([]);
    expect(world.host.has(V)).toBe(false);
    expect(world.announcer.explain(V)).toMatchObject({ state: "drained", announced: false });
    expect(world.announcer.explain(W)).toMatchObject({ state: "announced" });
    expect(world.announcer.undrain(V)).toBe(true);
    await world.clock.advance(5);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.drains.state).toEqual({ node: false, vips: [] });
    expect(world.announcer.undrain(V)).toBe(false);
  });

  it("is not what a stop drains", async () => {
    const world = new World({ drainMs: 1_000 });
    await world.begin(vip(V));
    void world.announcer.close();
    await world.clock.advance(5_000);
    expect(world.host.has(V)).toBe(false);
    expect(world.drains.writes).toBe(0);
  });

  it("covers, for the whole node, VIPs that join later, and one VIP cannot leave it", async () => {
    const world = new World();
    await world.begin(vip(V));
    const done = world.announcer.drainAll();
    await world.clock.advance(600);
    await done;
    world.announcer.apply({ set: [vip(W)] });
    await world.clock.advance(5);
    expect([V, W].map((one) => world.host.has(one))).toEqual([false, false]);
    expect(world.announcer.drained).toBe(true);
    expect(world.announcer.undrain(V)).toBe(false);
    expect(world.announcer.explain(W).reasons[0]).toContain("whole node");
    world.restart();
    world.routes.establish("10.0.0.254");
    await world.begin(vip(V), vip(W));
    expect([V, W].map((one) => world.routes.announced(one))).toEqual([false, false]);
    world.announcer.undrainAll();
    await world.clock.advance(5);
    expect([V, W].map((one) => world.routes.announced(one))).toEqual([true, true]);
    expect(world.drains.state).toEqual({ node: false, vips: [] });
  });

  it("is remembered for a VIP that leaves the intent and comes back", async () => {
    const world = new World();
    await world.begin(vip(V));
    quiet(world.announcer.drain(V));
    await world.clock.advance(600);
    world.announcer.set([]);
    await world.clock.advance(600);
    world.announcer.set([vip(V)]);
    await world.clock.advance(5);
    expect(world.routes.announced(V)).toBe(false);
    world.announcer.set([]);
    await world.clock.advance(5);
    expect(world.announcer.undrain(V)).toBe(true);
    world.announcer.set([vip(V)]);
    await world.clock.advance(5);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("is carried out on a broken disk, rejects with the reason, and is written down when the disk is back", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.drains.broken = { code: "EROFS", message: "the file system is read-only" };
    const failed = world.announcer.drain(V).then(
      () => null,
      (error: unknown) => error,
    );
    await world.clock.advance(600);
    expect(await failed).toMatchObject({ name: "DrainNotKeptError", code: "EROFS" });
    expect(world.host.has(V)).toBe(false);
    expect(world.named("drains.failed")).toMatchObject([{ code: "EROFS" }]);
    expect(world.announcer.explain(V).reasons[1]).toMatch(/not written down.*read-only/);
    world.drains.broken = null;
    await world.clock.advance(31_000);
    expect(world.drains.state.vips).toEqual([V]);
    expect(world.announcer.explain(V).reasons).toHaveLength(2);
  });

  it("is announced where the file cannot be read, with an event", async () => {
    const world = new World();
    world.drains.state = { node: true, vips: [] };
    world.drains.broken = { code: "ERR_DRAINS_DAMAGED", message: "drains.json is damaged" };
    await world.begin(vip(V));
    expect(world.named("drains.failed")).toHaveLength(1);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("is announced where the port breaks its contract and rejects, and says so when it is drained", async () => {
    const world = new World();
    const broken = (): Promise<never> => Promise.reject(portError("EIO", "the disk is gone"));
    world.drains.load = broken;
    world.drains.save = broken;
    world.ledger.load = broken;
    world.ledger.record = broken;
    await world.begin(vip(V));
    expect(world.routes.announced(V)).toBe(true);
    expect(world.named("ledger.failed").length).toBeGreaterThan(0);
    const failed = world.announcer.drain(V).catch((error: unknown) => error);
    await world.clock.advance(600);
    expect(await failed).toMatchObject({ name: "DrainNotKeptError", code: "EIO" });
    expect(world.host.has(V)).toBe(false);
  });
});
