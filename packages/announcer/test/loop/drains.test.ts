import { describe, expect, it } from "vitest";
import { AnnouncerClosedError } from "../../src/loop/closed-error.ts";
import { DrainNotKeptError, Drains } from "../../src/loop/drains.ts";
import type { Policy } from "../../src/policy.ts";
import type { DrainLoad } from "../../src/ports.ts";
import { Loop } from "../fakes/loop.ts";
import { watch } from "../fakes/watch.ts";
import { vip } from "../fakes/world.ts";

const V = "192.0.2.10/32";
const W = "192.0.2.11/32";
const readOnly = { code: "EROFS", message: "/var/lib/vipcast is read-only" };

/** Drains over a loop that serves two VIPs, read from a disk that says what a test has put there. */
async function serving(policy: Partial<Policy> = {}): Promise<{ loop: Loop; drains: Drains }> {
  const loop = new Loop({ withdrawWaitMs: 0, ...policy });
  const drains = new Drains(loop.context, loop.reconciler);
  await loop.begin(vip(V), vip(W));
  return { loop, drains };
}

const goals = ({ reconciler }: Loop): string[] => [...reconciler.entries.values()].map(({ goal }) => goal);

describe("what an earlier run has drained", () => {
  it("is drained again, and is known from then on", async () => {
    const { loop, drains } = await serving();
    loop.drains.state = { node: false, vips: [W] };
    const loaded = drains.load();
    expect([drains.known, drains.unread]).toEqual([false, expect.stringContaining("has not been read yet")]);
    await loaded;
    expect([drains.known, drains.unread, goals(loop)]).toEqual([true, null, ["serve", "drain"]]);
    await loop.clock.advance(5);
    expect([V, W].map((one) => loop.routes.announced(one))).toEqual([true, false]);
  });

  it("is waited for as long as the policy says; what the disk answers later is drained then", async () => {
    const { loop, drains } = await serving({ stateTimeoutMs: 1000 });
    let answer: (load: DrainLoad) => void = () => {};
    loop.drains.load = () => new Promise((resolve) => (answer = resolve));
    const loaded = watch(drains.load());
    await loop.clock.advance(999);
    expect([loaded.outcome, drains.known]).toEqual(["pending", false]);
    await loop.clock.advance(1);
    expect([loaded.outcome, drains.known]).toEqual(["done", true]);
    expect(drains.unread).toContain("the disk has not answered within 1000 ms");
    expect(loop.named("drains.failed")).toMatchObject([{ code: "ETIMEDOUT" }]);
    answer({ ok: true, drained: { node: true, vips: [] } });
    await loop.clock.advance(5);
    expect([drains.unread, goals(loop), loop.routes.announced(V)]).toEqual([null, ["drain", "drain"], false]);
  });

  it("that cannot be read is announced, and that is said", async () => {
    const { loop, drains } = await serving();
    loop.drains.broken = readOnly;
    await drains.load();
    await loop.clock.advance(5);
    expect([drains.known, drains.unread, goals(loop)]).toEqual([true, null, ["serve", "serve"]]);
    expect(loop.named("drains.failed")).toMatchObject([
      {
        code: "EROFS",
        causes: ["what was drained before the start cannot be read, and is announced", readOnly.message],
      },
    ]);
  });
});

describe("draining", () => {
  it("is done when the VIP is out of service and that is on disk", async () => {
    const { loop, drains } = await serving({ drainMs: 100 });
    await drains.load();
    const entry = loop.reconciler.entries.get(V)!;
    const drained = watch(drains.drain(entry));
    await loop.clock.advance(99);
    expect([drained.outcome, loop.routes.announced(V), loop.drains.state.vips]).toEqual(["pending", true, [V]]);
    await loop.clock.advance(5);
    expect([drained.outcome, loop.routes.announced(V), loop.host.has(V)]).toEqual(["done", false, false]);
    expect(loop.routes.announced(W)).toBe(true);
  });

  it("that cannot be written down happens all the same, says so, and is tried again until it is", async () => {
    const { loop, drains } = await serving({ resyncMs: 1000 });
    await drains.load();
    loop.drains.broken = readOnly;
    const drained = watch(drains.drain(loop.reconciler.entries.get(V)!));
    await loop.clock.advance(5);
    expect(drained.outcome).toBeInstanceOf(DrainNotKeptError);
    expect(drained.outcome).toMatchObject({ code: "EROFS", message: expect.stringContaining(readOnly.message) });
    expect(loop.routes.announced(V)).toBe(false);
    const writes = loop.drains.writes;
    await loop.clock.advance(1000);
    expect(loop.drains.writes).toBe(writes + 1);
    loop.drains.broken = null;
    await loop.clock.advance(1000);
    expect(loop.drains.state.vips).toEqual([V]);
    const kept = loop.drains.writes;
    await loop.clock.advance(10_000);
    expect(loop.drains.writes).toBe(kept);
  });

  it("of the node takes everything, and leaves alone what is on its way out", async () => {
    const { loop, drains } = await serving({ drainMs: 100 });
    await drains.load();
    const leaving = loop.reconciler.entries.get(W)!;
    leaving.goal = "remove";
    loop.reconciler.touch(leaving);
    const drained = watch(drains.drainNode());
    expect(goals(loop)).toEqual(["drain", "remove"]);
    await loop.clock.advance(200);
    expect([drained.outcome, loop.drains.state.node, [...loop.reconciler.entries.keys()]]).toEqual(["done", true, [V]]);
  });
});

describe("undraining", () => {
  it("puts back what was drained, and is nothing for what was not", async () => {
    const { loop, drains } = await serving();
    await drains.load();
    expect(drains.undrain(V)).toBe(false);
    await Promise.all([drains.drain(loop.reconciler.entries.get(V)!), loop.clock.advance(5)]);
    expect(drains.undrain(V)).toBe(true);
    await loop.clock.advance(5);
    expect([loop.routes.announced(V), loop.drains.state.vips]).toEqual([true, []]);
  });

  it("of one VIP is nothing while the node is drained; of the node it ends everything", async () => {
    const { loop, drains } = await serving();
    await drains.load();
    await Promise.all([drains.drain(loop.reconciler.entries.get(V)!), drains.drainNode(), loop.clock.advance(5)]);
    expect([drains.undrain(V), goals(loop)]).toEqual([false, ["drain", "drain"]]);
    drains.undrainNode();
    await loop.clock.advance(5);
    expect([goals(loop), loop.drains.state]).toEqual([["serve", "serve"], { node: false, vips: [] }]);
  });

  it("counts before the disk has said what was drained, whatever it will say", async () => {
    const { loop, drains } = await serving();
    loop.drains.state = { node: false, vips: [V, W] };
    expect(drains.undrain(V)).toBe(true);
    await drains.load();
    await loop.clock.advance(5);
    expect([goals(loop), loop.drains.state.vips]).toEqual([["serve", "drain"], [W]]);
  });
});

describe("stopping", () => {
  it("tells whoever waits for the disk, and nothing is written or tried again", async () => {
    const { loop, drains } = await serving({ resyncMs: 1000 });
    await drains.load();
    loop.drains.save = () => new Promise(() => {});
    const drained = watch(drains.drain(loop.reconciler.entries.get(V)!));
    await loop.clock.advance(5);
    expect(drained.outcome).toBe("pending");
    drains.stop();
    await loop.clock.advance(0);
    expect(drained.outcome).toMatchObject({ name: "DrainNotKeptError", code: "ERR_ANNOUNCER_CLOSED" });
    expect(drains.undrain(V)).toBe(false);
    drains.undrainNode();
    expect(goals(loop)).toEqual(["drain", "serve"]);
    loop.observer.stop();
    loop.reconciler.stop();
    await loop.clock.advance(0);
    expect(loop.clock.pending).toBe(0);
  });

  it("ends the wait for a disk that does not answer, and takes nothing that it says later", async () => {
    const { loop, drains } = await serving();
    let answer: (load: DrainLoad) => void = () => {};
    loop.drains.load = () => new Promise((resolve) => (answer = resolve));
    const loaded = watch(drains.load());
    drains.stop();
    await loop.clock.advance(0);
    expect([loaded.outcome, drains.known]).toEqual(["done", false]);
    answer({ ok: true, drained: { node: true, vips: [] } });
    await loop.clock.advance(5);
    expect(goals(loop)).toEqual(["serve", "serve"]);
  });

  it("of the loop comes first: a drain that is not done says what is left", async () => {
    const { loop, drains } = await serving({ drainMs: 1000 });
    await drains.load();
    const drained = watch(drains.drain(loop.reconciler.entries.get(V)!));
    await loop.clock.advance(5);
    loop.reconciler.stop();
    await loop.clock.advance(0);
    expect(drained.outcome).toBeInstanceOf(AnnouncerClosedError);
  });
});
