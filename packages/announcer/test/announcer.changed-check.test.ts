import { describe, expect, it } from "vitest";
import type { CheckInput } from "../src/health/check.ts";
import { type Answer, fine, refused } from "./fakes/fake-health.ts";
import { order, vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";
const OLD: CheckInput = { tcp: "127.0.0.1:1" };
const NEW = { tcp: "127.0.0.1:2" };

/** Announced on the old check; the new one answers as told, and everything from the change on is in the order. */
async function changed(check: CheckInput, answer: Answer | ((probes: number) => Answer)): Promise<[World, string[]]> {
  const world = new World();
  await world.begin(vip(V, { check: OLD }));
  await world.clock.advance(5_000);
  expect(world.routes.announced(V)).toBe(true);
  const lines = order(world);
  let probes = 0;
  world.health.answer = (probe) => {
    if (probe.kind === "tcp" && probe.port === 1) return fine;
    return typeof answer === "function" ? answer(probes++) : answer;
  };
  world.announcer.apply({ set: [vip(V, { check })] });
  return [world, lines];
}

describe("a check that is changed while the VIP is announced", () => {
  it("keeps the last verdict until the new one has one, without a flap", async () => {
    const [world, lines] = await changed({ ...NEW, rise: 3, graceMs: 60_000 }, fine);
    await world.clock.advance(1_000);
    expect(world.announcer.explain(V).reasons.join()).toMatch(
      /its check was changed and has come to no verdict yet: that it is healthy is what was known before, and counts for another \d+ ms/,
    );
    await world.clock.advance(60_000);
    expect(lines).toEqual([]);
    expect(world.announcer.explain(V).reasons).toEqual(["it is bound on lo, healthy and not draining"]);
  });

  it("takes any run of results that do not contradict each other for a verdict on its way", async () => {
    const [world, lines] = await changed({ ...NEW, rise: 4, fall: 4 }, (probes) => (probes < 3 ? refused : fine));
    await world.clock.advance(60_000);
    expect(lines).toEqual([]);
  });

  it("does not keep it for ever where nobody pushes, and serves again with the first push", async () => {
    const [world, lines] = await changed({ pushed: true }, fine);
    await world.clock.advance(29_990);
    expect(lines).toEqual([]);
    await world.clock.advance(20);
    expect(lines).toEqual([`withdraw ${V}`]);
    expect(world.named("vip.unhealthy").at(-1)?.causes).toEqual([
      "the check was changed, and the new one has come to no verdict within 30000 ms",
      "no verdict was pushed yet",
    ]);
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(5);
    expect(world.routes.announced(V)).toBe(true);
    await world.clock.advance(100_000);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("does not keep it for a start grace, nor where results contradict each other for ever", async () => {
    const [graceful] = await changed({ ...NEW, graceMs: 3_600_000 }, refused);
    await graceful.clock.advance(5_490);
    expect(graceful.routes.announced(V)).toBe(true);
    await graceful.clock.advance(30);
    expect(graceful.routes.announced(V)).toBe(false);
    expect(graceful.announcer.explain(V)).toMatchObject({ health: "unhealthy" });
    graceful.health.answer = () => fine;
    await graceful.clock.advance(3_000);
    expect(graceful.routes.announced(V)).toBe(true);

    const [wavering] = await changed(NEW, (probes) => (probes % 2 === 0 ? refused : fine));
    await wavering.clock.advance(60_000);
    expect(wavering.named("vip.unhealthy")).toHaveLength(1);
    expect(wavering.routes.announced(V)).toBe(false);
  });

  it("degrades where that is what its failure does, and counts a group by its slowest part", async () => {
    const slow: CheckInput = { all: [OLD, { pushed: true, onFailure: "degrade" }] };
    const [world, lines] = await changed(slow, fine);
    await world.clock.advance(29_990);
    expect(lines).toEqual([]);
    await world.clock.advance(20);
    expect(world.announcer.explain(V)).toMatchObject({ health: "degraded", announced: true });
    // It does not begin to count anew.
    await world.clock.advance(60_000);
    expect(world.named("vip.degraded")).toHaveLength(1);
    expect(world.announcer.explain(V).reasons.join()).not.toContain("counts for another");
  });

  it("gives every further change the time of its own check, and forgets the last one's", async () => {
    const [world, lines] = await changed({ pushed: true }, "silence");
    await world.clock.advance(29_000);
    world.announcer.apply({ set: [vip(V, { check: { ...NEW, graceMs: 3_600_000 } })] });
    await world.clock.advance(5_490);
    expect(lines).toEqual([]);
    world.announcer.apply({ set: [vip(V, { check: OLD })] });
    await world.clock.advance(60_000);
    expect(lines).toEqual([]);
    expect(world.named("vip.unhealthy")).toEqual([]);
  });

  it("is about an earlier life once the VIP is taken out of service", async () => {
    const [world] = await changed({ pushed: true }, fine);
    await world.clock.advance(1_000);
    void world.announcer.drain(V);
    await world.clock.advance(1_000);
    world.announcer.undrain(V);
    await world.clock.advance(60_000);
    expect(world.announcer.explain(V)).toMatchObject({ health: "unknown", announced: false });
    expect(world.named("vip.unhealthy")).toEqual([]);
  });
});
