import { describe, expect, it } from "vitest";
import { portError } from "./fakes/fake-host.ts";
import { vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";
const V6 = "2001:db8::10/128";

describe("an address that somebody removes", () => {
  it("is put back at once, on the event, without a withdrawal, and that is reported", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.host.eventDelayMs = 0.05;
    world.host.take(V);
    await world.clock.advance(1);
    expect(world.host.has(V)).toBe(true);
    expect(world.routes.log).toEqual([`announce ${V} 10.0.0.254`]);
    expect(world.named("address.lost")).toMatchObject([{ vip: V, interface: "lo" }]);
    expect(world.named("address.restored")).toMatchObject([{ vip: V, interface: "lo", afterMs: 0, withdrawn: false }]);
  });

  it("is put back at once when it is an aggregate's route", async () => {
    const world = new World();
    const aggregate = "198.51.100.0/24";
    await world.begin(vip(aggregate, { allowAggregates: true }));
    expect(world.host.take(aggregate, "lo", "route")).toBe(true);
    await world.clock.advance(5);
    expect(world.host.has(aggregate)).toBe(true);
    expect(world.named("address.restored")).toMatchObject([{ vip: aggregate, withdrawn: false }]);
    expect(world.routes.log).toEqual([`announce ${aggregate} 10.0.0.254`]);
  });

  it("is withdrawn when it cannot be put back, and announced when it can be", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.host.weather = (operation) => ({
      delayMs: 0,
      ...(operation === "bind" ? { error: portError("EPERM", "Operation not permitted") } : {}),
    });
    world.host.take(V);
    await world.clock.advance(1);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.named("vip.withdrawn")).toMatchObject([{ reason: "address-lost" }]);
    expect(world.named("vip.withdrawn")[0]?.causes.join()).toContain("Operation not permitted");
    world.host.weather = () => ({ delayMs: 0 });
    await world.clock.advance(1000);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.named("address.restored")).toMatchObject([{ withdrawn: true }]);
  });

  it("is withdrawn when putting it back takes longer than the window", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.host.weather = (operation) => ({ delayMs: operation === "bind" ? 50 : 0 });
    world.host.take(V);
    await world.clock.advance(9);
    expect(world.routes.announced(V)).toBe(true);
    await world.clock.advance(3);
    expect(world.routes.announced(V)).toBe(false);
    await world.clock.advance(50);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("is never announced when it cannot be bound", async () => {
    const world = new World();
    world.host.weather = (operation) => ({
      delayMs: 0,
      ...(operation === "bind" ? { error: portError("EPERM", "Operation not permitted") } : {}),
    });
    await world.begin(vip(V));
    await world.clock.advance(60_000);
    expect(world.routes.log).toEqual([]);
    expect(world.announcer.explain(V)).toMatchObject({
      state: "failing",
      announced: false,
      failure: { step: "bind", code: "EPERM" },
    });
    expect(world.named("vip.failed").length).toBeGreaterThan(3);
    expect(world.named("vip.failed").length).toBeLessThan(15);
  });

  it("is withdrawn and held down when it is removed again and again, and says who may be fighting", async () => {
    const world = new World();
    await world.begin(vip(V));
    for (let n = 0; n < 20; n++) {
      world.host.take(V);
      await world.clock.advance(20);
    }
    expect(world.routes.announced(V)).toBe(false);
    expect(world.named("vip.damped")).toMatchObject([{ removals: 5, holdDownMs: 5000 }]);
    expect(world.named("vip.damped")[0]?.causes.join()).toMatch(/network manager.*keepalived/);
    expect(world.named("vip.withdrawn")).toHaveLength(1);
    expect(world.announcer.explain(V).state).toBe("damped");
    await world.clock.advance(5000);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("is held down longer each time", async () => {
    const world = new World();
    await world.begin(vip(V));
    for (let n = 0; n < 1000; n++) {
      world.host.take(V);
      await world.clock.advance(50);
    }
    const holds = world.named("vip.damped").map((event) => (event.event === "vip.damped" ? event.holdDownMs : 0));
    expect(holds).toEqual([5000, 10_000, 20_000, 40_000]);
  });

  it("is noticed by the periodic resync when its event was lost, and at once on a resync event", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.host.deaf = true;
    world.host.take(V);
    await world.clock.advance(100);
    expect(world.host.has(V)).toBe(false);
    world.host.resync();
    await world.clock.advance(1);
    expect(world.host.has(V)).toBe(true);
    world.host.take(V);
    await world.clock.advance(40_000);
    expect(world.host.has(V)).toBe(true);
  });

  it("comes back after lo went down and up, which drops IPv6 addresses", async () => {
    const world = new World();
    await world.begin(vip(V6), vip(V));
    world.host.setLink("lo", false);
    await world.clock.advance(100);
    expect(world.routes.announced(V6)).toBe(false);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.announcer.explain(V).reasons.join()).toContain("ip link set lo up");
    world.host.setLink("lo", true);
    await world.clock.advance(1);
    expect(world.host.has(V6)).toBe(true);
    expect(world.routes.announced(V6)).toBe(true);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("says that lo is down, and does not take its lost IPv6 addresses for a fight", async () => {
    const world = new World();
    await world.begin(vip(V6), vip(V));
    for (let round = 0; round < 10; round++) {
      world.host.setLink("lo", false);
      await world.clock.advance(1);
      world.host.setLink("lo", true);
      await world.clock.advance(1);
    }
    expect(new Set(world.named("address.lost").flatMap(({ causes }) => causes))).toEqual(new Set(["lo is down"]));
    expect(world.named("vip.damped")).toEqual([]);
    expect(world.routes.announced(V6)).toBe(true);
  });

  it("keeps its route when lo is down for less than the window", async () => {
    const world = new World();
    await world.begin(vip(V6));
    world.host.setLink("lo", false);
    await world.clock.advance(5);
    world.host.setLink("lo", true);
    await world.clock.advance(100);
    expect(world.host.has(V6)).toBe(true);
    expect(world.routes.log).toEqual([`announce ${V6} 10.0.0.254`]);
  });

  it("is not confused by late news of its own unbind and bind", async () => {
    const world = new World();
    world.host.eventDelayMs = 20;
    await world.begin(vip(V));
    world.announcer.apply({ remove: [V] });
    await world.clock.advance(501);
    world.announcer.apply({ set: [vip(V)] });
    await world.clock.advance(200);
    expect(world.named("address.lost")).toEqual([]);
    expect(world.host.has(V)).toBe(true);
    expect(world.routes.announced(V)).toBe(true);
  });
});

describe("an address that nobody has removed", () => {
  it("is not missed because the host's own of the same length as an aggregate goes", async () => {
    const world = new World();
    const aggregate = "198.51.100.0/31";
    const own = ["198.51.100.0", 31, "lo"] as const;
    world.host.put(...own);
    await world.begin(vip(aggregate, { allowAggregates: true, allowOnLink: true }));
    for (let removals = 0; removals < 6; removals++) {
      world.host.take(aggregate, "lo", "address");
      await world.clock.advance(50);
      world.host.put(...own);
      await world.clock.advance(50);
    }
    expect(world.routes.log).toEqual([`announce ${aggregate} 10.0.0.254`]);
    expect(world.events.map(({ event }) => event)).not.toContain("address.lost");
  });

  it("is not reported as lost when the intent gives it another interface", async () => {
    const world = new World();
    world.host.setLink("dummy0", true);
    await world.begin(vip(V));
    world.announcer.set([vip(V, { interface: "dummy0" })]);
    await world.clock.advance(1_000);
    expect(world.routes.log).toEqual([`announce ${V} 10.0.0.254`]);
    expect(world.host.log).toEqual([`bind ${V}`, `bind ${V}`, `unbind ${V}`]);
    expect(world.named("address.lost")).toEqual([]);
    expect(world.named("vip.bound")).toMatchObject([{ interface: "lo" }, { interface: "dummy0" }]);
  });

  it("is withdrawn in time all the same when it cannot be bound at its new place", async () => {
    for (const name of ["down0", "slow0"]) {
      const world = new World();
      world.host.setLink(name, name !== "down0");
      await world.begin(vip(V));
      world.host.weather = (operation) => ({ delayMs: operation === "bind" ? 60_000 : 0 });
      world.announcer.set([vip(V, { interface: name })]);
      await world.clock.advance(15);
      expect(world.routes.announced(V)).toBe(false);
    }
  });

  it("leaves no failure behind when somebody else has bound what could not be", async () => {
    const world = new World();
    world.host.weather = (operation) =>
      operation === "bind" ? { delayMs: 0, error: portError("EIO", "the kernel is busy") } : { delayMs: 0 };
    await world.begin(vip(V, { adopt: true }));
    await world.clock.advance(60_000);
    world.host.put("192.0.2.10", 32);
    await world.clock.advance(5);
    expect(world.announcer.explain(V)).toMatchObject({ state: "announced", failure: null });
    expect(world.announcer.explain(V).reasons).toEqual(["it is bound on lo, healthy and not draining"]);
  });
});
