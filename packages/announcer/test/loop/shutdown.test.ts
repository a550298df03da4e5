import { describe, expect, it } from "vitest";
import type { DesiredVip } from "../../src/intent/desired-vip.ts";
import { Drains } from "../../src/loop/drains.ts";
import { PeerWatch } from "../../src/loop/peer-watch.ts";
import { type CloseResult, leave, shutDown, type WorkingParts } from "../../src/loop/shutdown.ts";
import type { Policy } from "../../src/policy.ts";
import { portError } from "../fakes/fake-host.ts";
import { Loop } from "../fakes/loop.ts";
import { watch } from "../fakes/watch.ts";
import { vip } from "../fakes/world.ts";

const V = "192.0.2.10/32";
const W = "192.0.2.11/32";

async function serving(
  policy: Partial<Policy>,
  ...vips: DesiredVip[]
): Promise<{ loop: Loop; parts: WorkingParts; ended: () => CloseResult | null; end: (how: typeof shutDown) => void }> {
  const loop = new Loop(policy);
  const { context, reconciler, observer } = loop;
  const parts = {
    reconciler,
    observer,
    peers: new PeerWatch(context, reconciler),
    drains: new Drains(context, reconciler),
  };
  parts.peers.start();
  await parts.drains.load();
  await loop.begin(...(vips.length === 0 ? [vip(V)] : vips));
  let result: CloseResult | null = null;
  return {
    loop,
    parts,
    ended: () => result,
    end: (how) =>
      void how(context, parts).then((came) => {
        result = came;
      }),
  };
}

describe("shutting down", () => {
  it("drains each VIP for its time, withdraws, waits, unbinds, forgets, and leaves nothing running", async () => {
    const { loop, end, ended } = await serving({ withdrawWaitMs: 100 }, vip(V, { drainMs: 1000 }), vip(W));
    end(shutDown);
    await loop.clock.advance(1);
    expect([loop.routes.announced(V), loop.routes.announced(W), loop.host.has(W)]).toEqual([true, false, true]);
    await loop.clock.advance(100);
    expect(loop.host.has(W)).toBe(false);
    await loop.clock.advance(900);
    expect([loop.routes.announced(V), loop.host.has(V), ended()]).toEqual([false, true, null]);
    await loop.clock.advance(105);
    expect([loop.host.has(V), ended()]).toEqual([false, { complete: true, left: [] }]);
    expect([loop.ledger.entries.size, loop.host.listeners, loop.routes.listeners]).toEqual([0, 0, 0]);
    expect(loop.clock.pending).toBe(0);
  });

  it("gives itself the longest drain and ten seconds where the policy does not say, and withdraws before the end", async () => {
    const { loop, end, ended } = await serving({ withdrawWaitMs: 500 }, vip(V, { drainMs: 5_000 }), vip(W));
    loop.routes.gate = new Promise(() => {});
    end(shutDown);
    await loop.clock.advance(5_100);
    expect(loop.routes.announced(V)).toBe(false);
    await loop.clock.advance(9_500);
    expect([ended(), loop.host.has(V)]).toEqual([null, true]);
    // A quarter of a second before the end hand-overs are waited for no longer.
    await loop.clock.advance(200);
    expect(loop.host.has(V)).toBe(false);
    await loop.clock.advance(300);
    expect(ended()).toEqual({ complete: true, left: [] });
  });

  it("ends a drain that is longer than the stop timeout in time for the withdrawal and the wait after it", async () => {
    const { loop, end, ended } = await serving({ drainMs: 60_000, stopTimeoutMs: 5_000, withdrawWaitMs: 500 });
    end(shutDown);
    await loop.clock.advance(3_499);
    expect(loop.routes.announced(V)).toBe(true);
    await loop.clock.advance(2);
    expect([loop.routes.announced(V), loop.host.has(V)]).toEqual([false, true]);
    await loop.clock.advance(505);
    expect([loop.host.has(V), ended()]).toEqual([false, { complete: true, left: [] }]);
  });

  it("says what is left when the kernel does not answer in time", async () => {
    const { loop, end, ended } = await serving({ stopTimeoutMs: 2_000, withdrawWaitMs: 0 }, vip(V), vip(W));
    loop.host.gate = new Promise(() => {});
    end(shutDown);
    await loop.clock.advance(1_999);
    expect([loop.routes.announced(V), ended()]).toEqual([false, null]);
    await loop.clock.advance(1);
    expect(ended()).toEqual({ complete: false, left: [V, W] });
    expect(loop.clock.pending).toBe(0);
  });

  it("asks the host before it says that nothing is left, and takes away what it finds", async () => {
    const { loop, end, ended } = await serving({ withdrawWaitMs: 0 });
    // Done by the kernel after it had said that it was not: nobody was told.
    const unbind = loop.host.unbind.bind(loop.host);
    loop.host.unbind = async (binding) => {
      await unbind(binding);
      loop.host.deaf = true;
      loop.host.leave("192.0.2.10", 32);
      loop.host.deaf = false;
      loop.host.unbind = unbind;
    };
    end(shutDown);
    await loop.clock.advance(1000);
    expect([ended(), loop.host.has(V)]).toEqual([{ complete: true, left: [] }, false]);
  });

  it("does not say so before a look at the host has succeeded", async () => {
    const { loop, end, ended } = await serving({ withdrawWaitMs: 0 });
    const observe = loop.host.observe.bind(loop.host);
    loop.host.observe = () => Promise.reject(portError("ENOBUFS", "no buffer space"));
    end(shutDown);
    await loop.clock.advance(1000);
    expect([ended(), loop.host.has(V)]).toEqual([null, false]);
    loop.host.observe = observe;
    await loop.clock.advance(2000);
    expect(ended()).toEqual({ complete: true, left: [] });
    const blind = await serving({ stopTimeoutMs: 3000 });
    blind.loop.host.observe = () => Promise.reject(portError("ENOBUFS", "no buffer space"));
    blind.end(shutDown);
    await blind.loop.clock.advance(3000);
    expect([blind.ended(), blind.loop.clock.pending]).toEqual([{ complete: false, left: [] }, 0]);
  });

  it("does not go round in circles for lines of a ledger that cannot be written", async () => {
    const { loop, end, ended } = await serving({ withdrawWaitMs: 0 });
    loop.ledger.failing = (operation) => operation !== "load";
    end(shutDown);
    await loop.clock.advance(5_000);
    expect([ended(), loop.host.has(V), loop.ledger.entries.size]).toEqual([{ complete: true, left: [] }, false, 1]);
    expect(loop.ledger.writes).toBeLessThan(10);
  });

  it("waits for what is being written about drains, and takes nothing away where work has not begun", async () => {
    const loop = new Loop();
    const { context, reconciler, observer } = loop;
    const drains = new Drains(context, reconciler);
    const parts = { reconciler, observer, peers: new PeerWatch(context, reconciler), drains };
    await drains.load();
    loop.host.leave("192.0.2.10", 32);
    const entry = reconciler.add(vip(V));
    const save = loop.drains.save.bind(loop.drains);
    loop.drains.save = async (state) => {
      await loop.clock.sleep(50);
      return save(state);
    };
    void drains.drain(entry).catch(() => {});
    let ended: CloseResult | null = null;
    void shutDown(context, parts).then((result) => {
      ended = result;
    });
    await loop.clock.advance(49);
    expect(ended).toBeNull();
    await loop.clock.advance(2);
    expect(ended).toEqual({ complete: true, left: [] });
    expect([loop.drains.state.vips, loop.host.has(V)]).toEqual([[V], true]);
  });
});

describe("leaving", () => {
  it("takes nothing away, says what is bound, and waits for the disk", async () => {
    const { loop, end, ended } = await serving({});
    loop.ledger.entries.clear();
    loop.ledger.wait = () => loop.clock.sleep(300);
    loop.reconciler.add(vip(W));
    loop.reconciler.touchAll();
    await loop.clock.advance(10);
    end(leave);
    await loop.clock.advance(280);
    expect(ended()).toBeNull();
    await loop.clock.advance(20);
    expect(ended()).toEqual({ complete: true, left: [V, W] });
    expect([loop.routes.announced(V), loop.host.has(W), loop.ledger.entries.has(`${W} lo`)]).toEqual([
      true,
      true,
      true,
    ]);
    expect([loop.host.listeners, loop.clock.pending]).toEqual([0, 0]);
  });

  it("waits no longer than a second for a disk that hangs, and no drain goes on meanwhile", async () => {
    const { loop, parts, end, ended } = await serving({ drainMs: 500 });
    loop.drains.save = () => new Promise(() => {});
    const drained = watch(parts.drains.drain(parts.reconciler.entries.get(V)!));
    const kept = watch(parts.drains.drainNode());
    loop.ledger.wait = () => new Promise(() => {});
    loop.reconciler.add(vip(W));
    loop.reconciler.touchAll();
    await loop.clock.advance(10);
    end(leave);
    await loop.clock.advance(999);
    expect(ended()).toBeNull();
    await loop.clock.advance(1);
    expect([ended()?.complete, loop.routes.announced(V)]).toEqual([true, true]);
    await loop.clock.advance(0);
    expect([drained.outcome, kept.outcome]).toMatchObject([{ left: [V] }, { left: [V] }]);
  });

  it("tells whoever waits for the disk alone that it has not answered", async () => {
    const { loop, parts, end } = await serving({ withdrawWaitMs: 0 });
    loop.drains.save = () => new Promise(() => {});
    const drained = watch(parts.drains.drain(parts.reconciler.entries.get(V)!));
    await loop.clock.advance(10);
    end(leave);
    await loop.clock.advance(1000);
    expect(drained.outcome).toMatchObject({ name: "DrainNotKeptError", code: "ERR_ANNOUNCER_CLOSED" });
  });
});
