import { describe, expect, it } from "vitest";
import type { CheckInput } from "../../src/health/check.ts";
import { CheckPool } from "../../src/health/check-pool.ts";
import type { Health } from "../../src/health/health.ts";
import { VipHealth } from "../../src/loop/vip-health.ts";
import type { Policy } from "../../src/policy.ts";
import { refused } from "../fakes/fake-health.ts";
import { Loop } from "../fakes/loop.ts";
import { vip } from "../fakes/world.ts";

const tcp = { tcp: "127.0.0.1:6443", intervalMs: 1000, timeoutMs: 500, rise: 1, fall: 1 };

function watched(check: CheckInput | undefined, policy: Partial<Policy> = {}, more: Parameters<typeof vip>[1] = {}) {
  const loop = new Loop(policy);
  const pool = new CheckPool({ clock: loop.clock, random: () => 0.5, port: loop.health });
  const state = { announced: true, judged: [] as Health[], counts: [] as Health[], damped: [] as number[] };
  const declare = (input: CheckInput | undefined): ReturnType<typeof vip> =>
    vip("192.0.2.1", { ...more, ...(input === undefined ? {} : { check: input }) });
  const health = new VipHealth(loop.context, pool, declare(check), {
    isAnnounced: () => state.announced,
    judged: (verdict) => state.judged.push(verdict.health),
    damped: (_flaps, holdDownMs) => state.damped.push(holdDownMs),
    changed: (verdict, news) => {
      if (news) state.counts.push(verdict.health);
    },
  });
  return { loop, health, state, declare };
}

describe("the health of one VIP", () => {
  it("is healthy without a check, and unknown with one until it has said something", async () => {
    expect(watched(undefined).health.effective.health).toBe("healthy");
    const { loop, health, state } = watched(tcp);
    expect(health.effective.health).toBe("unknown");
    await loop.clock.advance(1100);
    expect([health.effective.health, state.counts]).toEqual(["healthy", ["healthy"]]);
    loop.health.answer = () => refused;
    await loop.clock.advance(1100);
    expect([health.effective.health, state.counts]).toEqual(["unhealthy", ["healthy", "unhealthy"]]);
  });

  it("is what was pushed where that is worse, until it is forgotten", async () => {
    const { loop, health } = watched(tcp);
    await loop.clock.advance(1100);
    health.push("degraded", null, "a reload is under way");
    expect(health.effective).toEqual({ health: "degraded", causes: ["a reload is under way"] });
    health.forgetPush();
    health.judge();
    expect(health.effective.health).toBe("healthy");
    health.push("healthy", 50, "fine");
    await loop.clock.advance(51);
    expect(health.effective.health).toBe("unhealthy");
  });

  it("keeps the last verdict of a check that was changed until the new one has had its time, where there is a route", async () => {
    const { loop, health, declare } = watched(tcp);
    await loop.clock.advance(1100);
    loop.health.answer = () => "never";
    health.set(declare({ ...tcp, tcp: "127.0.0.1:7443" }));
    expect(health.effective.health).toBe("healthy");
    expect(health.inheritedMs(loop.clock.now())).toBeGreaterThan(0);
    await loop.clock.advance(60_000);
    expect(health.effective.health).toBe("unhealthy");
    expect(health.inheritedMs(loop.clock.now())).toBeNull();
  });

  it("has nothing to keep where there is no route", async () => {
    const { loop, health, state, declare } = watched(tcp);
    await loop.clock.advance(1100);
    state.announced = false;
    loop.health.answer = () => "silence";
    health.set(declare({ ...tcp, tcp: "127.0.0.1:7443" }));
    expect(health.effective.health).toBe("unknown");
  });

  it("does not ask the same question anew when it is declared with an equal check", async () => {
    const { loop, health, declare } = watched(tcp);
    await loop.clock.advance(1100);
    const { probes } = loop.health;
    health.set(declare(tcp));
    await loop.clock.advance(0);
    expect([loop.health.probes, health.effective.health]).toEqual([probes, "healthy"]);
  });
});

describe("flap damping", () => {
  const policy = { healthDamping: { flaps: 2, windowMs: 10_000, holdDownMs: 500, maxHoldDownMs: 2000 } };

  it("holds good news back and never bad, and ends by itself", async () => {
    const { loop, health, state } = watched(undefined, policy);
    for (const pushed of ["unhealthy", "healthy", "unhealthy", "healthy"] as const) health.push(pushed, null, pushed);
    expect([health.judged.health, health.effective.health, state.damped]).toEqual(["healthy", "unhealthy", [500]]);
    expect(health.effective.causes[0]).toContain("held down for another 500 ms although it is healthy now");
    await loop.clock.advance(499);
    expect(health.effective.health).toBe("unhealthy");
    await loop.clock.advance(1);
    expect(health.effective.health).toBe("healthy");
  });

  it("is forgotten when it is reset, which says whether it held anything", () => {
    const { health } = watched(undefined, policy);
    expect(health.resetDamping()).toBe(false);
    for (const pushed of ["unhealthy", "healthy", "unhealthy", "healthy"] as const) health.push(pushed, null, pushed);
    expect([health.resetDamping(), health.effective.health]).toEqual([true, "healthy"]);
  });
});

describe("the last-node guard", () => {
  const guard = { lastNodeGuard: true };

  it("keeps the route with the worst preference while nobody else is seen, asks again, and lets go when somebody is", async () => {
    const { loop, health } = watched(undefined, {}, guard);
    loop.routes.others = [];
    health.push("unhealthy", null, "the disk is full");
    expect(health.effective).toEqual({
      health: "degraded",
      causes: ["kept as the last node: no other node announces it", "the disk is full"],
    });
    expect(health.guarded).toEqual({ siblings: [] });
    loop.routes.others = ["node-b"];
    await loop.clock.advance(1000);
    expect(health.effective.causes).toEqual(["the disk is full", "it is announced by node-b as well"]);
    expect(health.effective.health).toBe("unhealthy");
  });

  it("takes what it cannot know for nobody, and keeps nothing that is not there", () => {
    const { loop, health, state } = watched(undefined, {}, guard);
    loop.routes.others = null;
    health.push("unhealthy", null, "the disk is full");
    expect([health.effective.health, health.guarded]).toEqual(["degraded", { siblings: null }]);
    state.announced = false;
    health.judge();
    expect([health.effective.health, health.guarded]).toEqual(["unhealthy", null]);
  });
});

it("leaves no timer behind", async () => {
  const { loop, health } = watched(tcp, {}, { lastNodeGuard: true });
  await loop.clock.advance(1100);
  loop.routes.others = [];
  health.push("unhealthy", 10_000, "for a while");
  health.stop();
  await loop.clock.advance(0);
  expect(loop.clock.pending).toBe(0);
});
