import { describe, expect, it } from "vitest";
import { HealthWatch } from "../../src/loop/health-watch.ts";
import { Intent } from "../../src/loop/intent.ts";
import { Loop } from "../fakes/loop.ts";
import { vip } from "../fakes/world.ts";

const V = "192.0.2.10/32";
const W = "192.0.2.11/32";

async function declared(): Promise<{ loop: Loop; intent: Intent }> {
  const loop = new Loop({ withdrawWaitMs: 100 });
  const health = new HealthWatch(loop.context, (entry) => loop.reconciler.touch(entry));
  const intent = new Intent(loop.context, loop.reconciler, health);
  await loop.context.drains.load();
  await loop.begin();
  return { loop, intent };
}

const goals = ({ reconciler }: Loop): Record<string, string> =>
  Object.fromEntries([...reconciler.entries].map(([prefix, { goal }]) => [prefix, goal]));

describe("declaring VIPs", () => {
  it("is given with the first word, be it nothing", async () => {
    const { intent } = await declared();
    expect(intent.given).toBe(false);
    intent.set([]);
    expect(intent.given).toBe(true);
  });

  it("adds, keeps and takes away; what is equal is not touched", async () => {
    const { loop, intent } = await declared();
    intent.set([vip(V), vip(W)]);
    await loop.clock.advance(5);
    const { announceCalls } = loop.routes;
    const entry = loop.reconciler.entries.get(V)!;
    let looked = 0;
    const touch = loop.reconciler.touch.bind(loop.reconciler);
    loop.reconciler.touch = (one) => {
      if (one === entry) looked++;
      touch(one);
    };
    intent.set([vip(V)]);
    expect([goals(loop), looked]).toEqual([{ [V]: "serve", [W]: "remove" }, 0]);
    await loop.clock.advance(200);
    expect([goals(loop), loop.host.has(W), loop.routes.announceCalls]).toEqual([
      { [V]: "serve" },
      false,
      announceCalls,
    ]);
  });

  it("sets a prefix that is in both lists, and ignores one to remove that is not there", async () => {
    const { loop, intent } = await declared();
    intent.apply({ set: [vip(V)], remove: [V, W] });
    await loop.clock.advance(5);
    expect([goals(loop), loop.routes.announced(V)]).toEqual([{ [V]: "serve" }, true]);
  });

  it("holds what came before an iterator threw, and sends it", async () => {
    const { loop, intent } = await declared();
    const vips = function* (): Generator<ReturnType<typeof vip>> {
      yield vip(V);
      throw new Error("the source is broken");
    };
    expect(() => intent.apply({ set: vips() })).toThrow("the source is broken");
    await loop.clock.advance(5);
    expect(loop.routes.announced(V)).toBe(true);
  });

  it("changes what is declared anew, without a withdrawal", async () => {
    const { loop, intent } = await declared();
    intent.set([vip(V)]);
    await loop.clock.advance(5);
    intent.apply({ set: [vip(V, { med: 7 })] });
    await loop.clock.advance(5);
    expect([loop.routes.attributes(V)?.med, loop.routes.withdrawCalls]).toEqual([7, 0]);
  });

  it("takes back what is on its way out, drained where that was asked for meanwhile", async () => {
    const { loop, intent } = await declared();
    intent.set([vip(V), vip(W)]);
    await loop.clock.advance(5);
    intent.set([]);
    await loop.clock.advance(5);
    void loop.context.drains.add(W);
    intent.set([vip(V), vip(W)]);
    await loop.clock.advance(200);
    expect(goals(loop)).toEqual({ [V]: "serve", [W]: "drain" });
    expect([V, W].map((one) => loop.routes.announced(one))).toEqual([true, false]);
  });
});

describe("another place", () => {
  it("is bound before the old one is given up, and the route stays all the while", async () => {
    const { loop, intent } = await declared();
    loop.host.links.set("veth0", { name: "veth0", up: true });
    loop.host.resync();
    intent.set([vip(V)]);
    await loop.clock.advance(5);
    intent.apply({ set: [vip(V, { interface: "veth0" })] });
    await loop.clock.advance(5);
    expect(loop.host.log).toEqual([`bind ${V}`, `bind ${V}`, `unbind ${V}`]);
    expect([loop.host.has(V, "veth0"), loop.routes.withdrawCalls]).toEqual([true, 0]);
    expect(loop.named("address.lost")).toEqual([]);
  });

  it("does not give an address that is lost already more time", async () => {
    const { loop, intent } = await declared();
    intent.set([vip(V)]);
    loop.host.setLink("veth0", false);
    await loop.clock.advance(5);
    loop.host.setLink("lo", false);
    await loop.clock.advance(6);
    const { lostAtMs } = loop.reconciler.entries.get(V)!;
    intent.apply({ set: [vip(V, { interface: "veth0" })] });
    await loop.clock.advance(1);
    intent.apply({ set: [vip(V)] });
    await loop.clock.advance(2);
    expect([loop.routes.announced(V), lostAtMs]).toEqual([true, loop.reconciler.entries.get(V)?.lostAtMs]);
    await loop.clock.advance(2);
    expect(loop.routes.announced(V)).toBe(false);
  });
});

it("finds a VIP as somebody writes it, and only while it is wanted where that matters", async () => {
  const { loop, intent } = await declared();
  expect(intent.names()).toBe("none, the intent is empty");
  intent.set([vip(V), vip("2001:db8::1")]);
  expect(intent.find("2001:DB8:0::1")?.vip.prefix).toBe("2001:db8::1/128");
  expect([intent.find("192.0.2.99"), intent.find("nonsense")]).toEqual([undefined, undefined]);
  expect(intent.findWanted("192.0.2.10")?.vip.prefix).toBe(V);
  await loop.clock.advance(5);
  intent.apply({ remove: [V] });
  expect([intent.findWanted(V), intent.find(V)?.goal]).toEqual([undefined, "remove"]);
  intent.set(Array.from({ length: 6 }, (_, n) => vip(`192.0.2.${n + 1}`)));
  expect(intent.names()).toMatch(/, …$/);
});
