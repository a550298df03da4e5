import { describe, expect, it } from "vitest";
import { vip, World } from "../fakes/world.ts";

const V = "192.0.2.10/32";
const peer = "10.0.0.254";

describe("what a peer has been sent", () => {
  it("is what was handed over on its present session", async () => {
    const world = new World();
    await world.begin(vip(V));
    const sent = (): boolean | undefined => world.announcer.explain(V).peers[0]?.announced;
    await world.clock.advance(50);
    expect(sent()).toBe(true);
    world.routes.drop(peer);
    await world.clock.advance(1);
    expect(sent()).toBe(false);
    world.routes.establish(peer);
    await world.clock.advance(50);
    expect(sent()).toBe(true);
  });

  it("is offered again to a peer that was removed and added in one turn", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.routes.removePeer(peer);
    world.routes.addPeer(peer);
    world.routes.establish(peer);
    await world.clock.advance(50);
    expect(world.routes.attributes(V)).toBeDefined();
    expect(world.announcer.explain(V).peers[0]?.announced).toBe(true);
  });

  it("is reported with where the address is, and with why a route goes", async () => {
    const world = new World();
    await world.begin(vip(V), vip("192.0.2.11", { bind: false, assumeBound: true }));
    await world.clock.advance(50);
    const causes = Object.fromEntries(
      world.named("vip.announced").map((event) => ["vip" in event ? event.vip : "", event.causes]),
    );
    expect(causes).toEqual({ [V]: ["bound on lo"], "192.0.2.11/32": ["its address is left to others"] });
    world.announcer.apply({ remove: [V] });
    await world.clock.advance(50);
    expect(world.named("vip.withdrawn")).toMatchObject([
      { vip: V, peer, reason: "removed", causes: [`${V} is no longer in the intent`] },
    ]);
  });
});
