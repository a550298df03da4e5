import { describe, expect, it } from "vitest";
import type { CheckInput } from "../../src/health/check.ts";
import { explainHealth } from "../../src/loop/explain-health.ts";
import { HealthWatch } from "../../src/loop/health-watch.ts";
import { VipEntry } from "../../src/loop/vip-entry.ts";
import { refused } from "../fakes/fake-health.ts";
import { Loop } from "../fakes/loop.ts";
import { vip } from "../fakes/world.ts";

const timing = { intervalMs: 1000, timeoutMs: 500, rise: 2, fall: 3 };
const tcp = { tcp: "127.0.0.1:6443", ...timing };

function explained(check?: CheckInput, more: Parameters<typeof vip>[1] = {}) {
  const loop = new Loop();
  const watch = new HealthWatch(loop.context, () => {});
  const entry = new VipEntry(vip("192.0.2.1", { ...more, ...(check === undefined ? {} : { check }) }), "serve");
  watch.follow(entry);
  const explain = () => explainHealth(entry, loop.clock.now(), loop.context.policy.healthDamping);
  return { loop, watch, entry, explain };
}

describe("explaining health", () => {
  it("says of a VIP without check that it is healthy, and nothing else", () => {
    expect(explained().explain()).toEqual({
      health: "healthy",
      judged: "healthy",
      causes: expect.anything(),
      check: null,
      pushed: null,
      flaps: 0,
      holdDownMs: 0,
      maintenance: null,
    });
  });

  it("counts results in a row, and says what the last one was and when the next one comes", async () => {
    const { loop, explain } = explained(tcp);
    loop.health.answer = () => ({ afterMs: 20, outcome: { ok: false, detail: "connect ECONNREFUSED 127.0.0.1:6443" } });
    for (let ms = 0; ms < 5000 && loop.health.probes < 2; ms++) await loop.clock.advance(1);
    await loop.clock.advance(120);
    expect(explain().check).toMatchObject({
      kind: "tcp",
      name: "tcp://127.0.0.1:6443",
      health: "unknown",
      successes: 0,
      failures: 2,
      total: 2,
      totalFailed: 2,
      last: { ok: false, detail: "connect ECONNREFUSED 127.0.0.1:6443", tookMs: 20 },
      runningMs: null,
    });
    const { check } = explain();
    if (check === null || !("nextInMs" in check) || check.last === null) throw new Error("it is a probe with a result");
    expect(Math.abs(check.last.agoMs - 100)).toBeLessThanOrEqual(1);
    expect(check.nextInMs).toBeGreaterThan(0);
    expect(check.nextInMs + check.last.agoMs).toBeLessThanOrEqual(1001);
  });

  it("says for how long a probe has been under way, and promises no next one meanwhile", async () => {
    const { loop, explain } = explained(tcp);
    loop.health.answer = () => "silence";
    for (let ms = 0; ms < 1000 && loop.health.running === 0; ms++) await loop.clock.advance(1);
    await loop.clock.advance(30);
    expect(explain().check).toMatchObject({ runningMs: 30, nextInMs: 0, last: null });
  });

  it("shows groups with their parts, and pushed verdicts with their time", async () => {
    const { loop, watch, entry, explain } = explained({ any: [tcp, { pushed: true }] });
    loop.health.answer = () => refused;
    await loop.clock.advance(10_000);
    expect(explain().check).toMatchObject({
      kind: "any",
      of: [
        { kind: "tcp", health: "unhealthy" },
        { kind: "pushed", health: "unknown" },
      ],
    });
    watch.push(entry, "healthy", 700, "the cluster says so");
    await loop.clock.advance(200);
    expect(explain()).toMatchObject({
      health: "healthy",
      check: { health: "healthy", of: [{ health: "unhealthy" }, { health: "healthy" }] },
      pushed: { health: "healthy", causes: ["the cluster says so"], expiresInMs: 500 },
    });
  });

  it("tells what is judged from what counts while it is held down, and what the last-node guard has seen", async () => {
    const { loop, watch, entry, explain } = explained(undefined, { lastNodeGuard: true });
    const flap = (): void => {
      watch.push(entry, "unhealthy", null, "bad");
      watch.push(entry, "healthy", null, "good");
    };
    flap();
    flap();
    expect(explain()).toMatchObject({ judged: "healthy", health: "healthy", flaps: 2, holdDownMs: 0 });
    flap();
    expect(explain()).toMatchObject({ judged: "healthy", health: "unhealthy", holdDownMs: 5000 });
    entry.announced = { mode: "normal", weight: null, signature: "", sinceMs: 0, draining: false };
    loop.routes.others = ["node-b"];
    watch.push(entry, "unhealthy", null, "bad");
    expect(explain()).toMatchObject({ siblings: ["node-b"] });
  });

  it("names the maintenance file, and whether it is there", async () => {
    const { loop, explain } = explained(undefined, { maintenanceFile: "/run/maintenance" });
    loop.health.files.add("/run/maintenance");
    expect(explain().maintenance).toEqual({ file: "/run/maintenance", present: false });
    await loop.clock.advance(1000);
    expect(explain().maintenance).toEqual({ file: "/run/maintenance", present: true });
  });
});
