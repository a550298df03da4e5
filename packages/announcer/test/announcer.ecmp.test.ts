import { describe, expect, it } from "vitest";
import { order, vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";
const announcements = (lines: readonly string[]): number => lines.filter((line) => line.startsWith("announce")).length;

describe("the failback delay", () => {
  const failback = vip(V, { ecmp: { failbackMs: 30_000 } });

  it("announces as standby first, at the first start too, and takes its place when the delay is over", async () => {
    const world = new World();
    await world.begin(failback);
    expect(world.routes.attributes(V)).toMatchObject({ prepend: 10, med: 1000 });
    expect(world.named("vip.announced")[0]?.causes[0]).toBe(
      "as standby for another 30000 ms, because it has become able to serve",
    );
    expect(world.announcer.explain(V)).toMatchObject({ state: "announced", preference: 10 });
    expect(world.announcer.explain(V).reasons.at(-1)).toMatch(/as standby for another \d+ ms.*failback delay/);
    await world.clock.advance(29_990);
    expect(world.routes.attributes(V)).toMatchObject({ prepend: 10 });
    await world.clock.advance(15);
    expect(world.routes.attributes(V)).not.toHaveProperty("prepend");
    expect(world.announcer.explain(V)).toMatchObject({ standbyMs: 0 });
  });

  it("begins anew when the VIP could not serve, and not when an address was back in time", async () => {
    const world = new World();
    await world.begin(failback);
    await world.clock.advance(31_000);
    world.host.take(V);
    await world.clock.advance(20);
    expect(world.host.has(V)).toBe(true);
    expect(world.routes.attributes(V)).not.toHaveProperty("prepend");
    world.announcer.setHealth(V, "unhealthy");
    await world.clock.advance(5);
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(5);
    expect(world.routes.attributes(V)).toMatchObject({ prepend: 10 });
    await world.clock.advance(15_000);
    world.announcer.setHealth(V, "degraded");
    await world.clock.advance(5);
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(29_000);
    expect(world.routes.attributes(V)).toMatchObject({ prepend: 10 });
    await world.clock.advance(1_100);
    expect(world.routes.attributes(V)).not.toHaveProperty("prepend");
  });

  it("follows a delay that is changed while it runs, in both directions", async () => {
    const world = new World();
    await world.begin(failback);
    world.announcer.set([vip(V, { ecmp: { failbackMs: 60_000 } })]);
    await world.clock.advance(45_000);
    expect(world.routes.attributes(V)).toMatchObject({ prepend: 10 });
    world.announcer.set([vip(V, { ecmp: { failbackMs: 50_000 } })]);
    await world.clock.advance(5_100);
    expect(world.routes.attributes(V)).not.toHaveProperty("prepend");
  });

  it("takes nobody's place away when it becomes longer, or comes into the intent, afterwards", async () => {
    const world = new World();
    const other = "192.0.2.11/32";
    await world.begin(vip(V, { ecmp: { failbackMs: 1_000 } }), vip(other));
    await world.clock.advance(5_000);
    const lines = order(world);
    world.announcer.set([failback, vip(other, { ecmp: { failbackMs: 30_000 } })]);
    await world.clock.advance(60_000);
    expect(lines).toEqual([]);
    // The next time it counts.
    world.announcer.setHealth(V, "unhealthy");
    await world.clock.advance(5);
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(29_000);
    expect(world.routes.attributes(V)).toMatchObject({ prepend: 10 });
  });

  it("goes on where it was when a drain is taken back before the withdrawal", async () => {
    const world = new World({ drainMs: 5_000 });
    await world.begin(failback);
    await world.clock.advance(20_000);
    void world.announcer.drain(V);
    await world.clock.advance(1_000);
    world.announcer.undrain(V);
    await world.clock.advance(10);
    expect(world.routes.attributes(V)).toMatchObject({ prepend: 10 });
    await world.clock.advance(9_000);
    expect(world.routes.attributes(V)).not.toHaveProperty("prepend");
  });
});

describe("setWeight", () => {
  const extended = (world: World): readonly string[] | undefined => world.routes.attributes(V)?.extendedCommunities;

  it("belongs to an earlier life once the VIP was taken out of the intent", async () => {
    const world = new World({ drainMs: 5_000 });
    await world.begin(vip(V, { weight: 20e9 }));
    const declared = extended(world);
    world.announcer.setWeight(V, 10e9);
    await world.clock.advance(100);
    expect(extended(world)).not.toEqual(declared);
    world.announcer.setWeight(V, 5e9);
    world.announcer.set([]);
    await world.clock.advance(1_000);
    // Still being drained: nobody can take it back now.
    expect(world.announcer.setWeight(V, null)).toBe(false);
    world.announcer.set([vip(V, { weight: 20e9 })]);
    await world.clock.advance(60_000);
    expect(extended(world)).toEqual(declared);
  });

  it("announces the declared weight, then what it is told, rounded, by quantum and interval", async () => {
    const world = new World();
    await world.begin(vip(V, { weight: 10e9 }));
    const lines = order(world);
    const declared = extended(world);
    expect(declared).toHaveLength(1);
    expect(world.announcer.setWeight(V, 10.4e9)).toBe(true);
    await world.clock.advance(1);
    expect(announcements(lines)).toBe(0);
    world.announcer.setWeight(V, 5.04e9);
    await world.clock.advance(1);
    expect(announcements(lines)).toBe(1);
    expect(world.announcer.explain(V).weight).toBe(5e9);
    for (const weight of [6e9, 7e9, 8e9]) {
      world.announcer.setWeight(V, weight);
      await world.clock.advance(1_000);
    }
    expect(announcements(lines)).toBe(1);
    await world.clock.advance(7_100);
    expect(announcements(lines)).toBe(2);
    expect(world.announcer.explain(V).weight).toBe(8e9);
    world.announcer.setWeight(V, null);
    await world.clock.advance(10_100);
    expect(extended(world)).toEqual(declared);
  });

  it("follows the intent again after null, also when that is changed later, and not while another weight is asked for", async () => {
    const world = new World();
    await world.begin(vip(V, { weight: 10e9 }));
    world.announcer.setWeight(V, 5e9);
    await world.clock.advance(1);
    world.announcer.set([vip(V, { weight: 20e9 })]);
    await world.clock.advance(20_000);
    expect(world.announcer.explain(V).weight).toBe(5e9);
    world.announcer.setWeight(V, null);
    await world.clock.advance(20_000);
    expect(world.announcer.explain(V).weight).toBe(20e9);
    world.announcer.set([vip(V, { weight: 40e9 })]);
    await world.clock.advance(1);
    expect(world.announcer.explain(V).weight).toBe(40e9);
    const lines = order(world);
    world.announcer.set([vip(V)]);
    await world.clock.advance(1);
    expect(announcements(lines)).toBe(1);
    expect(extended(world)).toBeUndefined();
  });

  it("forgets a change that was taken back before its time", async () => {
    const world = new World();
    await world.begin(vip(V, { weight: 10e9 }));
    world.announcer.setWeight(V, 5e9);
    await world.clock.advance(1);
    const lines = order(world);
    world.announcer.setWeight(V, 9e9);
    await world.clock.advance(2_000);
    world.announcer.setWeight(V, 5.1e9);
    await world.clock.advance(60_000);
    expect(announcements(lines)).toBe(0);
  });

  it("refuses what is no weight, and does nothing for a VIP that is not there", async () => {
    const world = new World();
    await world.begin(vip(V));
    expect(() => world.announcer.setWeight(V, 0)).toThrow(/weight is 0: write bits per second/);
    expect(world.announcer.setWeight("192.0.2.99", 1e9)).toBe(false);
    expect(extended(world)).toBeUndefined();
  });
});

describe("the fingerprint", () => {
  it("is in the event and in the explanation, equal on nodes with equal intents and different with another preference", async () => {
    const print = async (more: Parameters<typeof vip>[1]): Promise<unknown> => {
      const world = new World();
      await world.begin(vip(V, more));
      const [event] = world.named("vip.announced");
      const shown = world.announcer.explain(V).peers[0]?.fingerprint;
      expect(event).toMatchObject({ fingerprint: shown });
      return shown;
    };
    const equal = await print({});
    expect(await print({ largeCommunities: ["65000:0:2"], nextHop: "10.0.0.2" })).toBe(equal);
    expect(await print({ ecmp: { preference: 9 } })).not.toBe(equal);
  });
});
