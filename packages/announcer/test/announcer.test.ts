import { describe, expect, it } from "vitest";
import { HostIndex } from "../src/host/host-index.ts";
import { portError } from "./fakes/fake-host.ts";
import { order, vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";

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
      fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
      causes: ["bound on lo"],
    });
  });

  it("waits for no disk: the ledger follows the binding, and a slow one holds up neither route nor withdrawal", async () => {
    const world = new World();
    world.ledger.wait = () => world.clock.sleep(10_000);
    await world.begin(vip(V));
    expect(world.routes.announced(V)).toBe(true);
    expect(world.ledger.entries.size).toBe(0);
    world.announcer.apply({ remove: [V] });
    await world.clock.advance(1000);
    expect(world.host.has(V)).toBe(false);
    await world.clock.advance(30_000);
    expect(world.ledger.entries.size).toBe(0);
  });

  it("writes the ledger before it binds where the kernel keeps no marks", async () => {
    const world = new World();
    world.host.marks = "unknown";
    world.host.addresses.clear();
    world.host.put("127.0.0.1", 8);
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

  it("says what only the marks knew was ours when the ledger was lost, and writes it down again", async () => {
    const world = new World();
    await world.begin(vip(V), vip("192.0.2.11/32"));
    world.ledger.entries.clear();
    world.restart();
    await world.begin(vip(V));
    await world.clock.advance(1000);
    expect(world.named("ledger.rebuilt")).toMatchObject([
      { entries: 2, causes: [expect.stringContaining(`${V} on lo`)] },
    ]);
    expect([...world.ledger.entries]).toEqual([`${V} lo`]);
    expect(world.host.has("192.0.2.11/32")).toBe(false);
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

  it("keeps a running VIP when a subnet that contains it is connected later, says so, and refuses it at the next start", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.host.put("192.0.2.1", 24, "eth0");
    await world.clock.advance(1);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.named("vip.on-link")).toMatchObject([
      { vip: V, causes: [expect.stringContaining("--allow-on-link"), expect.stringContaining("next start")] },
    ]);
    expect(world.announcer.explain(V).reasons.join()).toContain("inside 192.0.2.0/24");
    world.host.take(V);
    await world.clock.advance(1);
    expect(world.host.has(V)).toBe(true);
    expect(world.routes.log).toEqual([`announce ${V} 10.0.0.254`]);
    expect(world.named("vip.on-link")).toHaveLength(1);
    world.restart();
    await world.begin(vip(V));
    expect(world.announcer.explain(V)).toMatchObject({ announced: false, refusal: { rule: "on-link" } });
    expect(world.host.has(V)).toBe(false);
  });

  it("does not take a drained VIP back into service inside a subnet that was connected meanwhile", async () => {
    const world = new World();
    await world.begin(vip(V));
    void world.announcer.drain(V);
    await world.clock.advance(1000);
    world.host.put("192.0.2.1", 24, "eth0");
    await world.clock.advance(1);
    world.announcer.undrain(V);
    await world.clock.advance(1000);
    expect(world.announcer.explain(V).refusal?.rule).toBe("on-link");
    expect(world.host.has(V)).toBe(false);
  });

  it("withdraws a running VIP that becomes the broadcast address of a subnet, on-link or not", async () => {
    const world = new World();
    await world.begin(vip("192.0.2.255/32"));
    world.host.put("192.0.2.129", 25, "eth1");
    world.host.put("192.0.2.1", 24, "eth0");
    await world.clock.advance(1000);
    expect(world.routes.announced("192.0.2.255/32")).toBe(false);
    expect(world.named("vip.refused")).toMatchObject([{ rule: "broadcast" }]);
  });

  it("looks only at VIPs that a new subnet or address concerns", async () => {
    const world = new World();
    await world.begin(...Array.from({ length: 200 }, (_, n) => vip(`198.18.0.${n}/32`)));
    let views = 0;
    const at = HostIndex.prototype.at;
    HostIndex.prototype.at = function (address) {
      views++;
      return at.call(this, address);
    };
    world.host.put("198.18.0.9", 32, "eth0");
    world.host.put("203.0.113.1", 24, "eth0");
    await world.clock.advance(1);
    HostIndex.prototype.at = at;
    expect(views).toBeLessThan(20);
  });

  it("hands the caller's own error back from an intent, and goes on with what came before it", async () => {
    const world = new World();
    await world.begin();
    const broken = function* (): Generator<ReturnType<typeof vip>> {
      yield vip(V);
      throw new Error("the caller's");
    };
    expect(() => world.announcer.apply({ set: broken() })).toThrow("the caller's");
    await world.clock.advance(1);
    expect(world.routes.announced(V)).toBe(true);
    world.announcer.apply({ set: [vip("192.0.2.11/32")] });
    await world.clock.advance(1);
    expect(world.routes.announced("192.0.2.11/32")).toBe(true);
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

  it("leaves everything in place when another process is to go on, and does nothing more", async () => {
    const world = new World();
    await world.begin(vip(V), vip("192.0.2.11/32"));
    const lines = order(world);
    const [result] = await Promise.all([world.announcer.leave(), world.clock.advance(10)]);
    expect(result).toEqual({ complete: true, left: [V, "192.0.2.11/32"] });
    expect(world.ledger.entries.size).toBe(2);
    expect(world.host.take(V)).toBe(true);
    world.announcer.apply({ remove: [V] });
    await world.clock.advance(60_000);
    expect(lines).toEqual([]);
    expect(world.routes.announced(V)).toBe(true);
    expect(await world.announcer.close()).toEqual(result);
  });
});
