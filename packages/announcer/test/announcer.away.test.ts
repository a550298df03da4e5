import { describe, expect, it } from "vitest";
import { portError } from "./fakes/fake-host.ts";
import { settle } from "./fakes/virtual-clock.ts";
import { order, vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";
const V6 = "2001:db8::10/128";

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
