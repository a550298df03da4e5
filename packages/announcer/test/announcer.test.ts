import { describe, expect, it } from "vitest";
import { portError } from "./fakes/fake-host.ts";
import { settle } from "./fakes/virtual-clock.ts";
import { vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";
const V6 = "2001:db8::10/128";

function order(world: World): string[] {
  const lines: string[] = [];
  const { host, routes } = world;
  host.log.push = (line: string): number => lines.push(line);
  routes.log.push = (line: string): number => lines.push(line);
  return lines;
}

describe("an announcer that serves", () => {
  it("binds first, announces then, and reports both", async () => {
    const world = new World();
    const lines = order(world);
    await world.begin(vip(V));
    expect(lines).toEqual([`bind ${V}`, `announce ${V} 10.0.0.254`]);
    expect(world.events.map(({ event }) => event).filter((event) => event.startsWith("vip."))).toEqual([
      "vip.bound",
      "vip.announced",
    ]);
    expect(world.events.at(-1)).toEqual({
      time: expect.stringMatching(/^2026-01-01T00:00:00\.\d{3}Z$/),
      event: "vip.announced",
      vip: V,
      peer: "10.0.0.254",
      causes: ["bound on lo"],
    });
  });

  it("writes the ledger before it binds", async () => {
    const world = new World();
    let recordedAtBind = false;
    world.host.weather = (operation) => {
      if (operation === "bind") recordedAtBind = world.ledger.entries.has(`${V} lo`);
      return { delayMs: 0 };
    };
    await world.begin(vip(V));
    expect(recordedAtBind).toBe(true);
  });

  it("gives ten thousand VIPs to a peer in one call and the ledger in a few writes", async () => {
    const world = new World();
    const many = Array.from({ length: 10_000 }, (_, n) => vip(`198.18.${n >> 8}.${n & 255}/32`));
    await world.begin(...many);
    expect(world.routes.rib.get("10.0.0.254")?.size).toBe(10_000);
    expect(world.routes.announceCalls).toBeLessThan(5);
    expect(world.ledger.writes).toBeLessThan(5);
  });

  it("touches one VIP of many when one changes", async () => {
    const world = new World();
    await world.begin(...Array.from({ length: 100 }, (_, n) => vip(`198.18.0.${n}/32`)));
    const lines = order(world);
    world.announcer.apply({ set: [vip("198.18.0.7/32", { med: 7 })] });
    await world.clock.advance(5);
    expect(lines).toEqual(["announce 198.18.0.7/32 10.0.0.254"]);
    expect(world.routes.attributes("198.18.0.7/32")?.med).toBe(7);
    world.announcer.set(Array.from({ length: 100 }, (_, n) => vip(`198.18.0.${n}/32`, n === 7 ? { med: 7 } : {})));
    await world.clock.advance(5);
    expect(lines).toHaveLength(1);
  });

  it("changes nothing before it was given an intent", async () => {
    const world = new World();
    world.host.leave("192.0.2.99", 32);
    void world.announcer.start();
    await world.clock.advance(1000);
    expect(world.host.has("192.0.2.99/32")).toBe(true);
  });

  it("recognises what a killed run left: keeps what is wanted without adding it again, and removes the rest", async () => {
    const world = new World();
    await world.begin(vip(V), vip("192.0.2.11/32"));
    world.restart();
    const lines = order(world);
    await world.begin(vip(V));
    expect(lines).toEqual(
      [`unbind 192.0.2.11/32`, `announce ${V} 10.0.0.254`].sort((a, b) => lines.indexOf(a) - lines.indexOf(b)),
    );
    expect(world.host.has("192.0.2.11/32")).toBe(false);
    expect([...world.ledger.entries]).toEqual([`${V} lo`]);
  });

  it("rests on the ledger where the kernel keeps no marks, and never guesses without it", async () => {
    const world = new World();
    world.host.marks = "unknown";
    world.host.addresses.clear();
    world.host.put("127.0.0.1", 8);
    await world.begin(vip(V));
    world.restart();
    await world.begin(vip(V));
    expect(world.routes.announced(V)).toBe(true);
    world.ledger.entries.clear();
    world.restart();
    await world.begin(vip(V));
    expect(world.routes.announced(V)).toBe(false);
    expect(world.announcer.explain(V)).toMatchObject({ state: "refused", refusal: { rule: "already-present" } });
  });

  it("goes on without the ledger while marks can be trusted, and records later", async () => {
    const world = new World();
    world.ledger.failing = () => true;
    await world.begin(vip(V));
    expect(world.routes.announced(V)).toBe(true);
    expect(world.named("ledger.failed").length).toBeGreaterThan(0);
    world.ledger.failing = null;
    await world.clock.advance(40_000);
    expect([...world.ledger.entries]).toEqual([`${V} lo`]);
  });

  it("reads a ledger later that could not be read at the start, and tidies it", async () => {
    const world = new World();
    world.ledger.entries.add("192.0.2.99/32 lo");
    world.ledger.failing = () => true;
    await world.begin(vip(V));
    expect(world.named("ledger.failed")[0]?.causes.join()).toContain("no space left");
    world.ledger.failing = null;
    await world.clock.advance(70_000);
    expect([...world.ledger.entries]).toEqual([`${V} lo`]);
  });

  it("does not bind without a ledger where the kernel keeps no marks", async () => {
    const world = new World();
    world.host.marks = "unknown";
    world.host.addresses.clear();
    world.host.put("127.0.0.1", 8);
    world.ledger.failing = (operation) => operation === "record";
    await world.begin(vip(V));
    expect(world.host.has(V)).toBe(false);
    expect(world.announcer.explain(V).failure).toMatchObject({ step: "record", code: "ENOSPC" });
    world.ledger.failing = null;
    await world.clock.advance(60_000);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("moves a VIP to another interface without a withdrawal", async () => {
    const world = new World();
    world.host.links.set("dummy0", { name: "dummy0", up: true });
    await world.begin(vip(V));
    world.announcer.apply({ set: [vip(V, { interface: "dummy0" })] });
    await world.clock.advance(5);
    expect(world.host.has(V, "lo")).toBe(false);
    expect(world.host.has(V, "dummy0")).toBe(true);
    expect(world.routes.log).not.toContain(`withdraw ${V}`);
    expect([...world.ledger.entries]).toEqual([`${V} dummy0`]);
  });

  it("binds an aggregate as a route", async () => {
    const world = new World();
    await world.begin(vip("198.51.100.0/24", { allowAggregates: true }));
    expect([...world.host.addresses.keys()]).toContain("route 198.51.100.0/24 lo");
    expect(world.routes.announced("198.51.100.0/24")).toBe(true);
  });

  it("announces to a peer that is added later, and tries again where one did not take the route", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.routes.refuse = (_, peer) =>
      peer === "10.0.0.253" ? portError("ERR_SPEAKER_ROUTE", "no IPv4 next hop") : null;
    world.routes.addPeer("10.0.0.253", true);
    await world.clock.advance(5);
    expect(world.announcer.explain(V).peers[1]).toMatchObject({ peer: "10.0.0.253" });
    expect(world.announcer.explain(V).peers[1]?.why).toContain("no IPv4 next hop");
    world.routes.refuse = () => null;
    await world.clock.advance(1000);
    expect(world.routes.attributes(V, "10.0.0.253")?.localPref).toBe(100);
    expect(world.announcer.explain(V).failure).toBeNull();
  });

  it("binds nothing with bind: false and follows whoever has the address", async () => {
    const world = new World();
    await world.begin(vip(V, { bind: false }));
    expect(world.host.log).toEqual([]);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.announcer.explain(V).reasons[0]).toContain("nobody has bound it");
    world.host.put("192.0.2.10", 32);
    await world.clock.advance(1);
    expect(world.routes.announced(V)).toBe(true);
    world.host.take(V);
    await world.clock.advance(15);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.host.log).toEqual([]);
  });

  it("announces what the operator vouches for", async () => {
    const world = new World();
    await world.begin(vip(V, { bind: false, assumeBound: true }));
    expect(world.named("vip.bound")).toEqual([]);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.host.log).toEqual([]);
  });
});

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

describe("guards while running", () => {
  it("withdraws a VIP when a host address equal to it appears, and says so", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.host.put("192.0.2.10", 24, "eth0");
    await world.clock.advance(1000);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.host.has(V, "lo")).toBe(false);
    expect(world.named("vip.refused")).toMatchObject([{ vip: V, rule: "host-address" }]);
    expect(world.named("vip.withdrawn")).toMatchObject([{ reason: "refused" }]);
    world.host.take("192.0.2.10/24", "eth0");
    await world.clock.advance(5);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("refuses a VIP inside a subnet that is connected later", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.host.put("192.0.2.1", 24, "eth0");
    await world.clock.advance(1);
    expect(world.announcer.explain(V).refusal?.rule).toBe("on-link");
  });

  it("leaves an address alone that was there before, and announces it when adopted", async () => {
    const world = new World();
    world.host.put("192.0.2.10", 32);
    await world.begin(vip(V));
    expect(world.routes.announced(V)).toBe(false);
    expect(world.named("vip.refused")).toMatchObject([{ rule: "already-present" }]);
    world.announcer.apply({ set: [vip(V, { adopt: true })] });
    await world.clock.advance(1);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.named("vip.bound")).toMatchObject([{ adopted: true }]);
    await Promise.all([world.announcer.close(), world.clock.advance(2000)]);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.host.has(V)).toBe(true);
  });
});

describe("taking a VIP away", () => {
  it("withdraws, waits, unbinds, forgets", async () => {
    const world = new World();
    await world.begin(vip(V));
    const lines = order(world);
    world.routes.handOverMs = 30;
    world.announcer.apply({ remove: [V] });
    await world.clock.advance(529);
    expect(lines).toEqual([`withdraw ${V}`]);
    await world.clock.advance(2);
    expect(lines).toEqual([`withdraw ${V}`, `unbind ${V}`]);
    expect(world.ledger.entries.size).toBe(0);
    expect(world.announcer.explain(V).state).toBe("unknown");
    expect(world.named("vip.unbound")).toHaveLength(1);
  });

  it("drains with the worst preference first, and resolves when it is unbound", async () => {
    const world = new World({ drainMs: 10_000 });
    await world.begin(vip(V));
    let done = false;
    const drained = world.announcer.drain("192.0.2.10").then(() => {
      done = true;
    });
    await world.clock.advance(9_900);
    expect(world.routes.attributes(V)).toMatchObject({ med: 4294967295, communities: [0xffff0000], prepend: 20 });
    expect(world.announcer.explain(V).state).toBe("draining");
    await world.clock.advance(200);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.host.has(V)).toBe(true);
    expect(done).toBe(false);
    await world.clock.advance(500);
    await drained;
    expect(world.host.has(V)).toBe(false);
    expect(world.events.map(({ event }) => event).slice(-4)).toEqual([
      "vip.draining",
      "vip.announced",
      "vip.withdrawn",
      "vip.unbound",
    ]);
    expect(world.announcer.undrain(V)).toBe(true);
    await world.clock.advance(5);
    expect(world.routes.attributes(V)).toEqual({ origin: "igp", nextHop: "self" });
  });

  it("undrains on abort, at every step, and rejects with the signal's reason", async () => {
    for (const at of [0, 50, 150, 700]) {
      const world = new World({ drainMs: 100 });
      await world.begin(vip(V));
      const abort = new AbortController();
      const drained = world.announcer.drain(V, { signal: abort.signal }).then(
        () => "done",
        (reason: unknown) => reason,
      );
      await world.clock.advance(at);
      abort.abort("changed my mind");
      await world.clock.advance(1000);
      expect(await drained).toBe(at === 700 ? "done" : "changed my mind");
      expect(world.routes.announced(V)).toBe(at !== 700);
    }
  });

  it("puts back an address that somebody removes during a drain", async () => {
    const world = new World({ drainMs: 1000 });
    await world.begin(vip(V));
    void world.announcer.drain(V);
    await world.clock.advance(100);
    world.host.take(V);
    await world.clock.advance(1);
    expect(world.host.has(V)).toBe(true);
    expect(world.routes.log.filter((line) => line.startsWith("withdraw"))).toEqual([]);
  });

  it("refuses to drain what it does not know", async () => {
    const world = new World();
    await world.begin(vip(V));
    await expect(world.announcer.drain("192.0.2.99")).rejects.toThrow(
      "192.0.2.99 is not in the intent: name one of 192.0.2.10/32",
    );
  });

  it("serves a VIP again that is set while it is being taken away", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.announcer.apply({ remove: [V] });
    await world.clock.advance(100);
    world.announcer.apply({ set: [vip(V)] });
    await world.clock.advance(1000);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.host.log).toEqual([`bind ${V}`]);
  });
});

describe("closing", () => {
  it("drains, withdraws, waits and unbinds everything, and leaves nothing behind", async () => {
    const world = new World({ drainMs: 1000 });
    await world.begin(vip(V), vip(V6));
    const closed = world.announcer.close();
    await world.clock.advance(1499);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.host.has(V)).toBe(true);
    await world.clock.advance(5);
    expect(await closed).toEqual({ complete: true, left: [] });
    expect(world.host.has(V)).toBe(false);
    expect(world.clock.pending).toBe(0);
    expect(world.host.listeners + world.routes.listeners).toBe(0);
  });

  it("skips the drain wait at the second call, not the withdrawal", async () => {
    const world = new World({ drainMs: 60_000 });
    await world.begin(vip(V));
    const closed = world.announcer.close();
    await world.clock.advance(100);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.announcer.close()).toBe(closed);
    await world.clock.advance(100);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.host.has(V)).toBe(true);
    await world.clock.advance(450);
    expect((await closed).complete).toBe(true);
    expect(world.host.has(V)).toBe(false);
  });

  it("is bounded by the stop timeout although a hand-over never ends, and has withdrawn and unbound before it", async () => {
    const world = new World({ drainMs: 60_000, stopTimeoutMs: 2000 });
    await world.begin(vip(V));
    world.routes.handOverMs = 1e9;
    const closed = world.announcer.close();
    await world.clock.advance(2001);
    expect(await closed).toEqual({ complete: true, left: [] });
    expect(world.routes.announced(V)).toBe(false);
    expect(world.host.has(V)).toBe(false);
  });

  it("names what is left when an address cannot be removed", async () => {
    const world = new World({ stopTimeoutMs: 1000 });
    await world.begin(vip(V));
    world.host.weather = (operation) => ({
      delayMs: 0,
      ...(operation === "unbind" ? { error: portError("EPERM", "Operation not permitted") } : {}),
    });
    const closed = world.announcer.close();
    await world.clock.advance(1001);
    expect(await closed).toEqual({ complete: false, left: [V] });
    expect(world.routes.announced(V)).toBe(false);
  });

  it("ends before the host was ever observed", async () => {
    const world = new World();
    world.host.weather = () => ({ delayMs: 0, error: portError("EPERM", "no") });
    await world.begin(vip(V));
    const closed = world.announcer.close();
    await world.clock.advance(1);
    expect(await closed).toEqual({ complete: true, left: [] });
    await settle();
    expect(world.clock.pending).toBe(0);
  });

  it("starts by itself once the host can be observed", async () => {
    const world = new World();
    world.host.weather = () => ({ delayMs: 0, error: portError("EPERM", "no") });
    await world.begin(vip(V));
    expect(world.routes.announced(V)).toBe(false);
    world.host.weather = () => ({ delayMs: 0 });
    await world.clock.advance(1000);
    expect(world.routes.announced(V)).toBe(true);
  });
});
