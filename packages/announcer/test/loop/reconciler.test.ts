import { describe, expect, it } from "vitest";
import { AnnouncerClosedError } from "../../src/loop/closed-error.ts";
import { portError } from "../fakes/fake-host.ts";
import { Loop } from "../fakes/loop.ts";
import { watch } from "../fakes/watch.ts";
import { vip } from "../fakes/world.ts";

const V = "192.0.2.10/32";
const W = "192.0.2.11/32";

describe("one runner per VIP", () => {
  it("does nothing before it is enabled, whatever it is asked, and everything then", async () => {
    const loop = new Loop();
    const entry = loop.reconciler.add(vip(V));
    loop.reconciler.touchAll();
    void loop.observer.start();
    await loop.clock.advance(100);
    expect([loop.host.log, loop.routes.log]).toEqual([[], []]);
    loop.reconciler.enable();
    await loop.clock.advance(1);
    expect([loop.host.has(V), loop.routes.announced(V), entry.running]).toEqual([true, true, false]);
  });

  it("never does two things for one VIP at once, and looks again after a step during which it was asked to", async () => {
    const loop = new Loop();
    const overlaps: string[] = [];
    loop.host.onOverlap = (prefix) => overlaps.push(prefix);
    loop.host.weather = () => ({ delayMs: 20 });
    const entry = loop.reconciler.add(vip(V));
    void loop.observer.start();
    await loop.clock.advance(50);
    loop.reconciler.enable();
    await loop.clock.advance(5);
    entry.goal = "remove";
    for (let time = 0; time < 5; time++) {
      loop.reconciler.touch(entry);
      loop.reconciler.linkChanged("lo");
    }
    expect(loop.host.log).toEqual([]);
    await loop.clock.advance(1000);
    expect(overlaps).toEqual([]);
    // The bind that was under way is answered, and then what was bound is taken away without having been announced.
    expect([loop.host.log, loop.routes.log]).toEqual([[`bind ${V}`, `unbind ${V}`], []]);
    expect(loop.reconciler.entries.size).toBe(0);
  });

  it("withdraws at once although a slow step is under way, and unbinds nothing before that is handed over", async () => {
    const loop = new Loop({ withdrawWaitMs: 0 });
    loop.host.links.set("veth0", { name: "veth0", up: true });
    const [entry] = await loop.begin(vip(V));
    // Moving to another interface: the new place is bound while the old one answers.
    loop.host.weather = () => ({ delayMs: 100 });
    loop.routes.handOverMs = 400;
    entry!.vip = vip(V, { interface: "veth0" });
    loop.reconciler.touch(entry!);
    await loop.clock.advance(5);
    expect(entry!.busy).toBe(true);
    entry!.verdict = { health: "unhealthy", causes: ["connect ECONNREFUSED"] };
    loop.reconciler.touch(entry!);
    await loop.clock.advance(2);
    expect(loop.routes.announced(V)).toBe(false);
    expect(loop.named("vip.unbound")).toEqual([]);
    await loop.clock.advance(390);
    expect(loop.host.log).not.toContain(`unbind ${V}`);
    await loop.clock.advance(300);
    expect(loop.host.has(V, "veth0")).toBe(true);
    expect(loop.host.has(V, "lo")).toBe(false);
  });

  it("withdraws a lost address in time although the ledger, which comes before it is put back, is slow", async () => {
    const loop = new Loop();
    loop.host.marks = "unknown";
    loop.host.addresses.clear();
    loop.host.put("127.0.0.1", 8, "lo", "host");
    loop.host.put("192.0.2.10", 32);
    await loop.begin(vip(V, { adopt: true }));
    expect(loop.routes.announced(V)).toBe(true);
    loop.ledger.wait = () => loop.clock.sleep(400);
    loop.host.take(V);
    await loop.clock.advance(9);
    expect(loop.routes.announced(V)).toBe(true);
    await loop.clock.advance(2);
    expect([loop.routes.announced(V), loop.host.has(V)]).toEqual([false, false]);
    await loop.clock.advance(1000);
    expect([loop.routes.announced(V), loop.host.has(V)]).toEqual([true, true]);
  });

  it("takes an exception in a step for a defect, says so, and tries again with backoff", async () => {
    const loop = new Loop();
    const record = loop.context.book.record.bind(loop.context.book);
    let calls = 0;
    loop.context.book.record = (...args) => {
      if (++calls === 1) throw new TypeError("undefined is not a function");
      return record(...args);
    };
    const [entry] = await loop.begin(vip(V));
    expect(entry!.failure).toMatchObject({ code: "ERR_DEFECT", attempt: 1 });
    expect(loop.said).toContain("error a step ended in an unexpected way");
    await loop.clock.advance(1000);
    expect([calls, loop.ledger.entries.has(`${V} lo`), entry!.running]).toEqual([2, true, false]);
  });
});

describe("news", () => {
  it("about an address reaches the VIPs with that address, and about a subnet those inside", async () => {
    const loop = new Loop();
    await loop.begin(vip(V), vip(W), vip("198.51.100.200"));
    const looked: string[] = [];
    loop.reconciler.touch = (entry) => looked.push(entry.vip.prefix);
    const foreign = { interface: "eth0", scope: "global", kind: "address", mark: "other" } as const;
    loop.reconciler.addressChanged({ ...foreign, address: "192.0.2.10", prefixLength: 32 }, false);
    expect(looked.splice(0)).toEqual([V]);
    loop.reconciler.addressChanged({ ...foreign, address: "198.51.100.1", prefixLength: 32 }, false);
    expect(looked).toEqual([]);
    loop.reconciler.addressChanged({ ...foreign, address: "192.0.2.1", prefixLength: 24 }, false);
    expect(looked.sort()).toEqual([V, W]);
  });

  it("about an interface has what failed there tried again at once, and nothing elsewhere", async () => {
    const loop = new Loop({ retryMs: 10_000 });
    loop.host.links.set("veth0", { name: "veth0", up: true });
    loop.host.weather = () => ({ delayMs: 0 });
    loop.host.bind = () => Promise.reject(portError("ENODEV", "no such device"));
    const [entry] = await loop.begin(vip(V, { interface: "veth0" }));
    expect(entry!.failure).toMatchObject({ step: "bind", attempt: 1 });
    loop.reconciler.linkChanged("lo");
    await loop.clock.advance(1);
    expect(entry!.failure).toMatchObject({ attempt: 1 });
    Reflect.deleteProperty(loop.host, "bind");
    loop.reconciler.linkChanged("veth0");
    await loop.clock.advance(1);
    expect([entry!.failure, loop.routes.announced(V)]).toEqual([null, true]);
  });

  it("of a route that a peer does not take is in the entry with the peer, and the route is offered again", async () => {
    const loop = new Loop();
    loop.routes.refuse = () => portError("ERR_SPEAKER_ROUTE", "the family was not negotiated");
    const [entry] = await loop.begin(vip(V));
    expect(entry!.failure).toMatchObject({ step: "announce", message: "the family was not negotiated" });
    expect([...entry!.refusedBy]).toEqual([["10.0.0.254", "the family was not negotiated"]]);
    loop.routes.refuse = () => null;
    await loop.clock.advance(1000);
    expect([entry!.failure, [...entry!.refusedBy], loop.routes.announced(V)]).toEqual([null, [], true]);
  });
});

it("counts an address from its first loss when the place to which it moves was down before it was bound there", async () => {
  const loop = new Loop();
  loop.host.links.set("veth0", { name: "veth0", up: true });
  const [entry] = await loop.begin(vip(V, { interface: "veth0" }));
  loop.host.setLink("veth0", false);
  await loop.clock.advance(4);
  entry!.vip = vip(V);
  entry!.reportedBound = false;
  // The news of it comes after the bind, and before that of the bind.
  loop.host.setLink("lo", false);
  loop.reconciler.touch(entry!);
  await loop.clock.advance(5);
  expect([loop.host.has(V), loop.routes.announced(V)]).toEqual([true, true]);
  await loop.clock.advance(2);
  expect(loop.routes.announced(V)).toBe(false);
});

describe("what an earlier run has left", () => {
  it("is taken away where nobody wants it, at the start and after each look, and kept where somebody does", async () => {
    const loop = new Loop({ withdrawWaitMs: 0 });
    loop.host.leave("192.0.2.10", 32);
    loop.host.leave("192.0.2.11", 32);
    await loop.begin(vip(V));
    expect([loop.host.has(V), loop.host.has(W)]).toEqual([true, false]);
    expect(loop.host.log).toEqual([`unbind ${W}`]);
    loop.host.deaf = true;
    loop.host.leave("192.0.2.11", 32);
    loop.host.deaf = false;
    loop.host.resync();
    await loop.clock.advance(5);
    expect(loop.host.has(W)).toBe(false);
    expect([...loop.reconciler.entries.keys()]).toEqual([V]);
  });
});

describe("waiting for the loop", () => {
  it("ends when the goal is reached, and not while a retry is outstanding", async () => {
    const loop = new Loop({ retryMs: 100, withdrawWaitMs: 50 });
    const [entry] = await loop.begin(vip(V));
    entry!.goal = "remove";
    const settled = watch(loop.reconciler.settled(entry!));
    const idle = watch(loop.reconciler.idle());
    loop.host.unbind = () => Promise.reject(portError("EPERM", "no"));
    await loop.clock.advance(60);
    // Nobody is at work, and the address is still there.
    expect([settled.outcome, idle.outcome, loop.host.has(V)]).toEqual(["pending", "done", true]);
    Reflect.deleteProperty(loop.host, "unbind");
    await loop.clock.advance(200);
    expect([settled.outcome, loop.host.has(V), loop.reconciler.entries.size]).toEqual(["done", false, 0]);
  });

  it("ends with what is left when the loop is stopped; the step that is under way is the last one", async () => {
    const loop = new Loop();
    loop.host.weather = (operation) => ({ delayMs: operation === "bind" ? 100 : 0 });
    const [entry] = await loop.begin(vip(V));
    const settled = watch(loop.reconciler.settled(entry!));
    const idle = watch(loop.reconciler.idle());
    loop.reconciler.stop();
    loop.observer.stop();
    await loop.clock.advance(0);
    expect([settled.outcome, idle.outcome]).toMatchObject([{ left: [V] }, { left: [V] }]);
    expect(settled.outcome).toBeInstanceOf(AnnouncerClosedError);
    await loop.clock.advance(1000);
    expect([loop.host.log, loop.routes.log, loop.ledger.writes]).toEqual([[`bind ${V}`], [], 0]);
    loop.reconciler.enable();
    loop.reconciler.touchAll();
    await loop.clock.advance(1000);
    expect([loop.routes.log, loop.clock.pending]).toEqual([[], 0]);
  });

  it("does not outlive a stop in a step that only waits", async () => {
    const loop = new Loop({ drainMs: 60_000 });
    const [entry] = await loop.begin(vip(V));
    entry!.goal = "remove";
    loop.reconciler.touch(entry!);
    await loop.clock.advance(10);
    expect(entry!.running).toBe(true);
    loop.reconciler.stop();
    await loop.clock.advance(0);
    expect([entry!.running, loop.routes.announced(V), loop.host.has(V)]).toEqual([false, true, true]);
  });

  it("is over at once when a drain is skipped, and hand-overs are waited for no longer in a hurry", async () => {
    const loop = new Loop({ drainMs: 60_000, withdrawWaitMs: 5_000 });
    const [entry] = await loop.begin(vip(V));
    loop.routes.gate = new Promise(() => {});
    entry!.goal = "stop";
    const settled = watch(loop.reconciler.settled(entry!));
    await loop.clock.advance(10_000);
    expect(loop.routes.announced(V)).toBe(true);
    loop.reconciler.skipDrains();
    await loop.clock.advance(1);
    expect([loop.routes.announced(V), loop.host.has(V)]).toEqual([false, true]);
    loop.reconciler.hurry();
    await loop.clock.advance(1);
    expect([settled.outcome, loop.host.has(V)]).toEqual(["done", false]);
  });
});

it("announces many VIPs with few calls, since their routes travel together", async () => {
  const loop = new Loop();
  const many = Array.from({ length: 50 }, (_, n) => vip(`192.0.2.${n + 100}`));
  await loop.begin(...many);
  expect(loop.routes.announceCalls).toBeLessThan(3);
  expect(loop.routes.rib.get("10.0.0.254")?.size).toBe(50);
});

it("does not miss the end of the failback delay when it comes between a plan and the wait for it", async () => {
  for (let reading = 1; reading < 40; reading++) {
    const loop = new Loop();
    const [entry] = await loop.begin(vip(V, { ecmp: { failbackMs: 1000 } }));
    expect(entry!.announced?.mode).toBe("standby");
    await loop.clock.advance((entry!.ableSinceMs ?? 0) + 999 - loop.clock.now());
    let readings = 0;
    const { clock } = loop;
    const now = clock.now.bind(clock);
    clock.now = () => now() + (++readings >= reading ? 2 : 0);
    loop.reconciler.touch(entry!);
    await loop.clock.advance(2);
    expect([reading, entry!.announced?.mode]).toEqual([reading, "normal"]);
  }
});
