import { describe, expect, it } from "vitest";
import type { DrainLoad, LedgerLoad } from "../src/ports.ts";
import { vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";
const W = "192.0.2.11/32";

/** A disk whose answer comes when it is told to. */
function slow<T>(answer: T): { readonly read: () => Promise<T>; readonly answer: () => void } {
  let open = (): void => {};
  const opened = new Promise<T>((resolve) => {
    open = () => resolve(answer);
  });
  return { read: () => opened, answer: () => open() };
}

describe("a disk that does not answer at the start", () => {
  it("keeps VIPs back for the state timeout, says so, and carries out what it says later", async () => {
    const world = new World({ drainMs: 1_000 });
    const disk = slow<DrainLoad>({ ok: true, drained: { node: false, vips: [V] } });
    world.drains.load = disk.read;
    await world.begin(vip(V), vip(W));
    await world.clock.advance(4_900);
    expect(world.host.has(W)).toBe(false);
    expect(world.announcer.explain(W).reasons).toEqual([
      "nothing is bound or announced before the host has been observed: what was drained before the start has not been read yet",
    ]);
    await world.clock.advance(200);
    expect([V, W].map((one) => world.routes.announced(one))).toEqual([true, true]);
    expect(world.named("drains.failed")).toMatchObject([{ code: "ETIMEDOUT" }]);
    const unread =
      "what was drained before the start is not known yet, and is announced until it is: the disk has not answered within 5000 ms";
    expect(world.announcer.explain(V).reasons).toContain(unread);
    disk.answer();
    await world.clock.advance(100);
    expect(world.announcer.explain(V).state).toBe("draining");
    await world.clock.advance(2_000);
    expect([V, W].map((one) => world.routes.announced(one))).toEqual([false, true]);
    expect(world.announcer.explain(W).reasons).not.toContain(unread);
  });

  it("is told later what was drained meanwhile, on top of what it says", async () => {
    const world = new World();
    const disk = slow<DrainLoad>({ ok: true, drained: { node: false, vips: [V] } });
    world.drains.load = disk.read;
    await world.begin(vip(V), vip(W));
    await world.clock.advance(6_000);
    const drained = world.announcer.drain(W);
    await world.clock.advance(1_000);
    expect(world.host.has(W)).toBe(false);
    expect(world.announcer.explain(W).reasons[1]).toMatch(
      /not written down .* the disk has not answered within 5000 ms/,
    );
    expect(world.drains.writes).toBe(0);
    disk.answer();
    await world.clock.advance(1_000);
    await drained;
    expect(world.drains.state).toEqual({ node: false, vips: [V, W] });
    expect([V, W].map((one) => world.routes.announced(one))).toEqual([false, false]);
    expect(world.announcer.explain(W).reasons[1]).not.toMatch(/not written down/);
  });

  it("brings back no drain that somebody has ended before it answered", async () => {
    const world = new World({ drainMs: 1_000 });
    const disk = slow<DrainLoad>({ ok: true, drained: { node: false, vips: [V, W] } });
    world.drains.load = disk.read;
    await world.begin(vip(V), vip(W));
    await world.clock.advance(6_000);
    expect(world.announcer.undrain(V)).toBe(true);
    disk.answer();
    await world.clock.advance(5_000);
    expect([V, W].map((one) => world.routes.announced(one))).toEqual([true, false]);
    expect(world.drains.state).toEqual({ node: false, vips: [W] });
    expect(world.announcer.undrain(V)).toBe(false);
  });

  it("may answer that it cannot be read, in time or late", async () => {
    for (const afterMs of [1_000, 10_000]) {
      const world = new World();
      const disk = slow<DrainLoad>({ ok: false, code: "EIO", message: "the disk is gone" });
      world.drains.load = disk.read;
      await world.begin(vip(V));
      await world.clock.advance(afterMs);
      disk.answer();
      await world.clock.advance(100);
      expect(world.named("drains.failed").at(-1)).toMatchObject({ code: "EIO" });
      expect(world.routes.announced(V)).toBe(true);
    }
  });

  it("leaves what is ours to the kernel's marks, and counts once it has answered", async () => {
    const world = new World();
    world.host.leave("192.0.2.99", 32);
    const disk = slow<LedgerLoad>({ ok: true, entries: [] });
    world.ledger.load = disk.read;
    await world.begin(vip(V));
    await world.clock.advance(4_900);
    expect(world.host.has(V)).toBe(false);
    expect(world.announcer.explain(V).reasons[0]).toContain("the ledger has not been read yet");
    await world.clock.advance(1_000);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.host.has("192.0.2.99/32")).toBe(false);
    expect(world.named("ledger.failed")).toMatchObject([{ code: "ETIMEDOUT" }]);
    // Observed again and again meanwhile, it is not asked again.
    await world.clock.advance(100_000);
    expect(world.ledger.writes).toBe(0);
    disk.answer();
    await world.clock.advance(5_000);
    expect([...world.ledger.entries]).toEqual([`${V} lo`]);
    expect(world.named("ledger.failed")).toHaveLength(1);
  });

  it("lets nothing count as ours where the kernel keeps no marks, until it has answered", async () => {
    const world = new World();
    world.host.marks = "unknown";
    world.host.addresses.clear();
    world.host.leave("192.0.2.99", 32);
    world.host.leave("192.0.2.10", 32);
    const disk = slow<LedgerLoad>({
      ok: true,
      entries: [
        { prefix: "192.0.2.99/32", interface: "lo" },
        { prefix: V, interface: "lo" },
      ],
    });
    world.ledger.load = disk.read;
    await world.begin(vip(V));
    await world.clock.advance(20_000);
    expect(world.announcer.explain(V)).toMatchObject({ announced: false, state: "refused" });
    expect(world.host.has("192.0.2.99/32")).toBe(true);
    disk.answer();
    await world.clock.advance(5_000);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.host.has("192.0.2.99/32")).toBe(false);
  });
});
