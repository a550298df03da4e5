import { describe, expect, it } from "vitest";
import { anonymous } from "../../src/ecmp/node-identity.ts";
import { Outbox } from "../../src/loop/outbox.ts";
import { portError } from "../fakes/fake-host.ts";
import { FakeRoutes } from "../fakes/fake-routes.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { vip } from "../fakes/world.ts";

function setUp(): { clock: VirtualClock; routes: FakeRoutes; outbox: Outbox; offered: string[] } {
  const clock = new VirtualClock();
  const routes = new FakeRoutes(clock);
  routes.addPeer("10.0.0.254");
  const offered: string[] = [];
  const outbox = new Outbox(routes, clock, anonymous, (prefix, failures) =>
    offered.push(`${prefix} ${failures.length}`),
  );
  return { clock, routes, outbox, offered };
}

const normal = { mode: "normal", weight: null } as const;
const worst = { mode: "worst", weight: null } as const;
const [A, B] = [vip("192.0.2.1"), vip("192.0.2.2")];

describe("Outbox", () => {
  it("sends at once when nothing else is under way", () => {
    const { routes, outbox } = setUp();
    outbox.announce(A, normal);
    expect(routes.announced(A.prefix)).toBe(true);
  });

  it("gathers while work is under way, and sends when it ends", () => {
    const { routes, outbox } = setUp();
    outbox.enter();
    outbox.announce(A, normal);
    outbox.announce(B, normal);
    expect(routes.announceCalls).toBe(0);
    outbox.leave();
    expect(routes.announceCalls).toBe(1);
    expect(routes.rib.get("10.0.0.254")?.size).toBe(2);
  });

  it("sends what is in a hurry after a millisecond although work goes on, and all else with it", async () => {
    const { clock, routes, outbox } = setUp();
    outbox.enter();
    outbox.announce(B, normal);
    await clock.advance(2);
    expect(routes.announced(B.prefix)).toBe(false);
    void outbox.withdraw(A.prefix, true);
    await clock.advance(1);
    expect(routes.withdrawCalls).toBe(1);
    expect(routes.announced(B.prefix)).toBe(true);
  });

  it("sends a withdrawal that becomes urgent while it waits, and nothing for one that does not wait", async () => {
    const { clock, routes, outbox } = setUp();
    outbox.enter();
    void outbox.withdraw(A.prefix, false);
    outbox.hurry(B.prefix);
    await clock.advance(2);
    expect(routes.withdrawCalls).toBe(0);
    outbox.hurry(A.prefix);
    await clock.advance(1);
    expect(routes.withdrawCalls).toBe(1);
  });

  it("sends the rest at intervals that double while work goes on", async () => {
    const { clock, routes, outbox } = setUp();
    outbox.enter();
    const sentAt: number[] = [];
    for (let ms = 0; ms < 5000; ms++) {
      outbox.announce(ms % 2 === 0 ? A : B, normal);
      const before = routes.announceCalls;
      await clock.advance(1);
      if (routes.announceCalls > before) sentAt.push(ms + 1);
    }
    expect(sentAt).toEqual([50, 150, 350, 750, 1550, 2550, 3550, 4550]);
    outbox.leave();
    outbox.enter();
    outbox.announce(A, worst);
    const before = routes.announceCalls;
    await clock.advance(50);
    expect(routes.announceCalls).toBe(before + 1);
  });

  it("holds withdrawals of VIPs that still answer for others to travel with", async () => {
    const { clock, routes, outbox } = setUp();
    outbox.enter();
    void outbox.withdraw(A.prefix, false);
    await clock.advance(49);
    expect(routes.withdrawCalls).toBe(0);
    void outbox.withdraw(B.prefix, false);
    await clock.advance(1);
    expect(routes.withdrawCalls).toBe(1);
  });

  it("never sends an announcement that a withdrawal has overtaken", async () => {
    const { routes, outbox } = setUp();
    outbox.enter();
    outbox.announce(A, normal);
    const handedOver = outbox.withdraw(A.prefix, true);
    outbox.leave();
    await handedOver;
    expect(routes.log).toEqual([`withdraw ${A.prefix}`]);
  });

  it("makes one call of many withdrawals, which resolves for all when it was handed over", async () => {
    const { clock, routes, outbox } = setUp();
    routes.handOverMs = 10;
    outbox.enter();
    let done = 0;
    for (const { prefix } of [A, B]) void outbox.withdraw(prefix, true).then(() => done++);
    outbox.leave();
    expect(routes.withdrawCalls).toBe(1);
    await clock.advance(9);
    expect(done).toBe(0);
    await clock.advance(2);
    expect(done).toBe(2);
  });

  it("sends the good routes of a batch that holds a bad one", () => {
    const { routes, outbox, offered } = setUp();
    routes.refuse = (prefix) => (prefix === A.prefix ? portError("ERR_SPEAKER_ROUTE", "bad") : null);
    outbox.enter();
    outbox.announce(A, normal);
    outbox.announce(B, normal);
    outbox.leave();
    expect(routes.announced(B.prefix)).toBe(true);
    expect(offered).toEqual([`${A.prefix} 1`, `${B.prefix} 0`]);
  });

  it("turns a port that throws on withdrawal into a rejection", async () => {
    const { routes, outbox } = setUp();
    routes.withdraw = () => {
      throw new Error("closed");
    };
    await expect(outbox.withdraw(A.prefix, true)).rejects.toThrow("closed");
  });
});
