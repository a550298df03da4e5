import { describe, expect, it } from "vitest";
import type { HostState } from "../../src/ports.ts";
import { portError } from "../fakes/fake-host.ts";
import { vip, World } from "../fakes/world.ts";

const V = "192.0.2.10/32";

/** A world whose dumps end when the test says so. */
function slowDumps(): { world: World; dumps: ((state?: Error) => void)[] } {
  const world = new World();
  const dumps: ((state?: Error) => void)[] = [];
  const observe = world.host.observe.bind(world.host);
  world.host.observe = async (): Promise<HostState> => {
    // What the kernel is asked for is what it has now, however long the answer takes.
    const state = await observe();
    return new Promise((resolve, reject) =>
      dumps.push((error) => (error === undefined ? resolve(state) : reject(error))),
    );
  };
  return { world, dumps };
}

describe("observing the host", () => {
  it("answers whatever asks for a second observation while one is running with one more, which sees what happened before", async () => {
    const { world, dumps } = slowDumps();
    await world.begin(vip(V));
    expect(dumps).toHaveLength(1);
    world.host.deaf = true;
    world.host.put("10.0.0.7", 24, "eth0");
    world.host.deaf = false;
    world.host.resync();
    world.host.resync();
    await world.clock.advance(5);
    expect(dumps).toHaveLength(1);
    dumps[0]!();
    await world.clock.advance(5);
    expect(dumps).toHaveLength(2);
    dumps[1]!();
    await world.clock.advance(5);
    expect(dumps).toHaveLength(2);
    expect(world.routes.announced(V)).toBe(true);
    // Only the second one has seen the subnet.
    world.announcer.apply({ set: [vip("10.0.0.9/32")] });
    await world.clock.advance(5);
    expect(world.named("vip.refused")).toMatchObject([{ vip: "10.0.0.9/32", rule: "on-link" }]);
  });

  it("is tried again with backoff after a failure, and what was known stays", async () => {
    const { world, dumps } = slowDumps();
    await world.begin(vip(V));
    dumps[0]!();
    await world.clock.advance(5);
    world.host.resync();
    await world.clock.advance(5);
    dumps[1]!(portError("ENOBUFS", "no buffer space"));
    await world.clock.advance(1);
    expect(dumps).toHaveLength(2);
    expect(world.routes.announced(V)).toBe(true);
    await world.clock.advance(2000);
    expect(dumps).toHaveLength(3);
  });

  it("does not begin again once it was stopped", async () => {
    const { world, dumps } = slowDumps();
    await world.begin();
    world.host.resync();
    await world.clock.advance(5);
    void world.announcer.close();
    dumps[0]!();
    await world.clock.advance(60_000);
    expect(dumps).toHaveLength(1);
  });
});
