import { describe, expect, it } from "vitest";
import type { DrainState, LedgerResult } from "../src/ports.ts";
import { watch } from "./fakes/watch.ts";
import { vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";
const W = "192.0.2.11/32";
const never = (): Promise<never> => new Promise(() => {});

describe("closing", () => {
  it("settles every promise when it runs into the stop timeout, and says what is left", async () => {
    const world = new World({ drainMs: 100, stopTimeoutMs: 2_000 });
    await world.begin(vip(V), vip(W));
    world.host.weather = () => ({ delayMs: 1_000_000 });
    const drained = watch(world.announcer.drain(V));
    const all = watch(world.announcer.drainAll());
    const idle = watch(world.announcer.idle());
    const closed = world.announcer.close();
    await world.clock.advance(1_990);
    expect([drained.outcome, all.outcome, idle.outcome]).toEqual(["pending", "pending", "pending"]);
    await world.clock.advance(20);
    expect(await closed).toEqual({ complete: false, left: [V, W] });
    expect(drained.outcome).toMatchObject({ name: "AnnouncerClosedError", code: "ERR_ANNOUNCER_CLOSED", left: [V] });
    expect(all.outcome).toMatchObject({ name: "AnnouncerClosedError", left: [V] });
    expect(idle.outcome).toMatchObject({ name: "AnnouncerClosedError", left: [V, W] });
    await world.announcer.idle();
  });

  it("does nothing more afterwards: a step that was under way is the last, and no timer is left", async () => {
    const world = new World({ stopTimeoutMs: 2_000 });
    await world.begin(vip(V));
    let open = (): void => {};
    world.host.gate = new Promise((resolve) => {
      open = resolve;
    });
    const closed = world.announcer.close();
    await world.clock.advance(2_100);
    expect(await closed).toEqual({ complete: false, left: [V] });
    const { log } = world.host;
    const writes = world.ledger.writes;
    world.host.gate = null;
    open();
    await world.clock.advance(60_000);
    expect(log.filter((line) => line.startsWith("bind"))).toHaveLength(1);
    expect(world.ledger.writes).toBe(writes);
    expect(world.clock.pending).toBe(0);
  });

  it("resolves a drain that the stop carried to its end", async () => {
    const world = new World({ drainMs: 1_000 });
    await world.begin(vip(V));
    const drained = watch(world.announcer.drain(V));
    await world.clock.advance(10);
    const closed = world.announcer.close();
    await world.clock.advance(5_000);
    expect(await closed).toEqual({ complete: true, left: [] });
    expect(drained.outcome).toBe("done");
    expect(world.drains.state.vips).toEqual([V]);
  });

  it("ends the wait of a drain for a disk that hangs, and says that it is not written down", async () => {
    const world = new World({ stopTimeoutMs: 2_000 });
    await world.begin(vip(V));
    world.drains.save = never;
    const drained = watch(world.announcer.drain(V));
    await world.clock.advance(1_000);
    expect(drained.outcome).toBe("pending");
    const closed = world.announcer.close();
    await world.clock.advance(2_100);
    expect(await closed).toEqual({ complete: false, left: [] });
    expect(drained.outcome).toMatchObject({ name: "DrainNotKeptError", code: "ERR_ANNOUNCER_CLOSED" });
    expect(world.clock.pending).toBe(0);
  });

  it("waits for what is being written down", async () => {
    const world = new World();
    await world.begin(vip(V));
    const { drains, clock } = world;
    drains.save = async (state: DrainState): Promise<LedgerResult> => {
      await clock.sleep(3_000);
      drains.state = state;
      return { ok: true };
    };
    const drained = watch(world.announcer.drain(V));
    const closed = watch(world.announcer.close());
    await clock.advance(2_900);
    expect([drained.outcome, closed.outcome]).toEqual(["pending", "pending"]);
    await clock.advance(200);
    expect([drained.outcome, closed.outcome]).toEqual(["done", "done"]);
    expect(drains.state.vips).toEqual([V]);
  });

  it("ends a start that waits for the disk or for the host, and takes no notice of what comes later", async () => {
    for (const what of ["disk", "host"]) {
      const world = new World();
      let open = (): void => {};
      const shut = new Promise<void>((resolve) => {
        open = resolve;
      });
      const { drains } = world;
      if (what === "host") world.host.gate = shut;
      else drains.load = () => shut.then(() => ({ ok: true, drained: drains.state }));
      const started = watch(world.announcer.start());
      world.announcer.set([vip(V)]);
      const drained = watch(world.announcer.drain(V));
      await world.clock.advance(10);
      const closed = world.announcer.close();
      await world.clock.advance(10);
      expect(await closed).toEqual({ complete: true, left: [] });
      expect(started.outcome).toBe("done");
      expect(drained.outcome).toMatchObject({
        name: what === "host" ? "AnnouncerClosedError" : expect.stringMatching(/Closed|NotKept/),
      });
      const { writes } = drains;
      open();
      await world.clock.advance(60_000);
      expect(drains.writes).toBe(writes);
      expect(world.clock.pending).toBe(0);
    }
  });

  it("settles them as well when it leaves everything in place", async () => {
    const world = new World({ drainMs: 10_000 });
    await world.begin(vip(V));
    const drained = watch(world.announcer.drain(V));
    await world.clock.advance(100);
    const left = world.announcer.leave();
    const late = watch(world.announcer.drainAll());
    await world.clock.advance(100);
    expect(await left).toEqual({ complete: true, left: [V] });
    expect(drained.outcome).toMatchObject({ name: "AnnouncerClosedError", left: [V] });
    expect(late.outcome).toMatchObject({ name: "AnnouncerClosedError", left: [] });
    expect(world.drains.state).toEqual({ node: false, vips: [V] });
    expect(world.routes.announced(V)).toBe(true);
    expect(world.clock.pending).toBe(0);
  });

  it("refuses a drain from then on, with words, and writes nothing down", async () => {
    const world = new World({ drainMs: 1_000 });
    await world.begin(vip(V));
    const closed = world.announcer.close();
    const early = [watch(world.announcer.drain(V)), watch(world.announcer.drainAll())];
    await world.clock.advance(5_000);
    await closed;
    const late = [watch(world.announcer.drain(V)), watch(world.announcer.drainAll())];
    await world.clock.advance(10);
    for (const { outcome } of [...early, ...late]) {
      expect(outcome).toMatchObject({ name: "AnnouncerClosedError", left: [] });
      expect(String(outcome)).toContain("nothing was drained or written down; drain before close()");
    }
    expect(world.announcer.drained).toBe(false);
    expect(world.announcer.undrain(V)).toBe(false);
    world.announcer.undrainAll();
    await world.clock.advance(60_000);
    expect(world.drains.writes).toBe(0);
  });
});
