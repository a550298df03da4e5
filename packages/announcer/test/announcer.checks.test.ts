import { describe, expect, it } from "vitest";
import { fine, refused } from "./fakes/fake-health.ts";
import { order, vip, World } from "./fakes/world.ts";

const V = "192.0.2.10/32";
const PEER = "10.0.0.254";
const GRACEFUL_SHUTDOWN = 0xffff0000;
const tcp = { tcp: "127.0.0.1:6443" } as const;

describe("a VIP with a check", () => {
  it("is bound at once and announced after as many successes as rise says", async () => {
    const world = new World();
    const lines = order(world);
    await world.begin(vip(V, { check: tcp }));
    await world.clock.advance(100);
    expect(lines).toEqual([`bind ${V}`]);
    expect(world.announcer.explain(V)).toMatchObject({
      state: "bound",
      healthy: false,
      health: "unknown",
      reasons: [
        "nothing is known of its health yet: the check tcp://127.0.0.1:6443 has come to no verdict yet, because connected, 1 of 2 successes",
      ],
      verdict: { judged: "unknown", check: { kind: "tcp", successes: 1, total: 1, last: { ok: true } } },
    });
    await world.clock.advance(1000);
    expect(lines).toEqual([`bind ${V}`, `announce ${V} ${PEER}`]);
    expect(world.named("vip.healthy")).toMatchObject([
      { causes: ["the check tcp://127.0.0.1:6443 succeeds", "connected"] },
    ]);
  });

  it("is withdrawn within interval times fall, with the whole chain of causes, and comes back", async () => {
    const world = new World();
    await world.begin(vip(V, { check: { ...tcp, intervalMs: 200, fall: 3 } }));
    await world.clock.advance(1000);
    expect(world.routes.announced(V)).toBe(true);
    world.health.answer = () => refused;
    const lines = order(world);
    await world.clock.advance(605);
    expect(lines).toEqual([`withdraw ${V}`]);
    expect(world.named("vip.withdrawn")).toMatchObject([
      {
        reason: "unhealthy",
        causes: [
          `${V} is not healthy`,
          "the check tcp://127.0.0.1:6443 fails",
          "connect ECONNREFUSED 127.0.0.1:6443, 3rd failure in a row",
        ],
      },
    ]);
    await world.clock.advance(400);
    expect(world.announcer.explain(V)).toMatchObject({
      reasons: [expect.stringContaining("connect ECONNREFUSED 127.0.0.1:6443, 5th failure in a row")],
      verdict: { check: { failures: 5, timing: { fall: 3 }, last: { ok: false } } },
    });
    world.health.answer = () => fine;
    await world.clock.advance(400);
    expect(lines).toEqual([`withdraw ${V}`, `announce ${V} ${PEER}`]);
  });

  it("takes silence for failure", async () => {
    const world = new World();
    await world.begin(vip(V, { check: tcp }));
    await world.clock.advance(2000);
    world.health.answer = () => "never";
    await world.clock.advance(4000);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.named("vip.withdrawn")[0]?.causes.join()).toContain("has not ended although it was stopped");
  });

  it("degrades instead where the check says so, as icmp does by itself", async () => {
    const world = new World();
    world.health.answer = ({ kind }) => (kind === "icmp" ? refused : fine);
    await world.begin(vip(V, { check: [tcp, { icmp: "10.0.0.254" }] }));
    await world.clock.advance(5000);
    expect(world.routes.attributes(V)?.communities).toEqual([GRACEFUL_SHUTDOWN]);
    expect(world.announcer.explain(V)).toMatchObject({ health: "degraded", verdict: { check: { kind: "all" } } });
  });

  it("goes on with the last verdict while a changed check has none yet, and at once when the check is taken away", async () => {
    const world = new World();
    await world.begin(vip(V));
    const lines = order(world);
    world.health.answer = () => refused;
    world.announcer.set([vip(V, { check: tcp })]);
    await world.clock.advance(500);
    expect(lines).toEqual([]);
    await world.clock.advance(3000);
    expect(lines).toEqual([`withdraw ${V}`]);
    world.announcer.set([vip(V)]);
    await world.clock.advance(10);
    expect(lines).toEqual([`withdraw ${V}`, `announce ${V} ${PEER}`]);
    const { probes } = world.health;
    await world.clock.advance(5000);
    expect(world.health.probes).toBe(probes);
  });

  it("keeps what its check knows when something else of the VIP changes", async () => {
    const world = new World();
    await world.begin(vip(V, { check: tcp }));
    await world.clock.advance(2000);
    world.announcer.set([vip(V, { check: tcp, med: 5 })]);
    await world.clock.advance(10);
    expect(world.routes.attributes(V)?.med).toBe(5);
    expect(world.announcer.explain(V).verdict?.check).toMatchObject({ total: 3 });
  });

  it("checks nothing any more once it is removed or the announcer is closed", async () => {
    const world = new World();
    await world.begin(vip(V, { check: tcp }), vip("192.0.2.11/32", { check: { tcp: "127.0.0.1:80" } }));
    await world.clock.advance(2000);
    world.announcer.set([vip(V, { check: tcp })]);
    await world.clock.advance(2000);
    world.health.startedAt.length = 0;
    await world.clock.advance(2000);
    expect(world.health.startedAt).toHaveLength(2);
    const closed = world.announcer.close();
    await world.clock.advance(2000);
    expect(await closed).toEqual({ complete: true, left: [] });
    expect(world.clock.pending).toBe(0);
  });
});

describe("a check that is changed while there is no route", () => {
  it("has to succeed before there is one: what the old one said is not enough", async () => {
    const world = new World();
    await world.begin(vip(V, { check: tcp }));
    await world.clock.advance(1000);
    void world.announcer.drain(V).catch(() => {});
    await world.clock.advance(1000);
    world.health.answer = () => refused;
    world.announcer.set([vip(V, { check: { tcp: "127.0.0.1:7443", graceMs: 3_600_000 } })]);
    await world.clock.advance(1000);
    world.announcer.undrain(V);
    await world.clock.advance(10_000);
    expect(world.host.has(V)).toBe(true);
    expect(world.announcer.explain(V)).toMatchObject({ state: "bound", health: "unknown" });
    world.health.answer = () => fine;
    await world.clock.advance(2000);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.named("vip.damped")).toEqual([]);
  });
});

describe("whenUnhealthy: unbind", () => {
  it("withdraws, waits, unbinds, and binds before it announces again", async () => {
    const world = new World();
    await world.begin(vip(V, { check: { ...tcp, intervalMs: 100 }, whenUnhealthy: "unbind" }));
    await world.clock.advance(500);
    const lines = order(world);
    world.health.answer = () => refused;
    await world.clock.advance(2000);
    expect(lines).toEqual([`withdraw ${V}`, `unbind ${V}`]);
    expect([...world.ledger.entries]).toEqual([]);
    const [withdrawn] = world.named("vip.withdrawn");
    const [unbound] = world.named("vip.unbound");
    expect(Date.parse(unbound!.time) - Date.parse(withdrawn!.time)).toBeGreaterThanOrEqual(499);
    world.health.answer = () => fine;
    await world.clock.advance(500);
    expect(lines).toEqual([`withdraw ${V}`, `unbind ${V}`, `bind ${V}`, `announce ${V} ${PEER}`]);
  });
});

describe("flap damping of health", () => {
  it("answers a hundred flaps in a minute with a handful of withdrawals, says so, and forgives after a quiet time", async () => {
    const world = new World();
    await world.begin(vip(V));
    const lines = order(world);
    for (let flap = 0; flap < 100; flap++) {
      world.announcer.setHealth(V, "unhealthy", undefined, "flapping");
      await world.clock.advance(300);
      world.announcer.setHealth(V, "healthy");
      await world.clock.advance(300);
    }
    const withdrawals = lines.filter((line) => line.startsWith("withdraw")).length;
    expect(withdrawals).toBeGreaterThanOrEqual(3);
    expect(withdrawals).toBeLessThanOrEqual(6);
    const holds = world.named("vip.damped").map((event) => (event.event === "vip.damped" ? event.holdDownMs : 0));
    expect(holds).toEqual([5000, 10_000, 20_000, 40_000]);
    expect(world.named("vip.damped")[0]).toMatchObject({
      vip: V,
      flaps: 3,
      causes: ["its health went bad 3 times within 60000 ms", "flapping"],
    });
    expect(world.announcer.explain(V)).toMatchObject({
      state: "damped",
      health: "unhealthy",
      verdict: { judged: "healthy", holdDownMs: expect.any(Number) },
    });
    expect(world.announcer.explain(V).reasons[0]).toContain("although it is healthy now");
    await world.clock.advance(40_000);
    expect(world.routes.announced(V)).toBe(true);
    await world.clock.advance(400_000);
    world.announcer.setHealth(V, "unhealthy");
    await world.clock.advance(10);
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(10);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("never delays bad news, and can be reset", async () => {
    const world = new World({
      healthDamping: { flaps: 1, windowMs: 60_000, holdDownMs: 60_000, maxHoldDownMs: 60_000 },
    });
    await world.begin(vip(V));
    world.announcer.setHealth(V, "degraded");
    await world.clock.advance(10);
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(10);
    expect(world.routes.attributes(V)?.communities).toEqual([GRACEFUL_SHUTDOWN]);
    world.announcer.setHealth(V, "unhealthy");
    await world.clock.advance(10);
    expect(world.routes.announced(V)).toBe(false);
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(10);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.announcer.resetDamping("192.0.2.10")).toBe(true);
    await world.clock.advance(10);
    expect(world.routes.announced(V)).toBe(true);
    expect(world.routes.attributes(V)?.communities).toBeUndefined();
    expect(world.announcer.resetDamping(V)).toBe(false);
    expect(world.announcer.resetDamping("192.0.2.99")).toBe(false);
  });
});

describe("the last-node guard", () => {
  it("keeps nothing that was taken out of service, and is back when it is healthy", async () => {
    const world = new World();
    await world.begin(vip(V, { lastNodeGuard: true }));
    world.announcer.setHealth(V, "unhealthy");
    await world.clock.advance(10);
    expect(world.routes.announced(V)).toBe(true);
    void world.announcer.drain(V).catch(() => {});
    await world.clock.advance(10);
    expect(world.routes.announced(V)).toBe(false);
    world.announcer.undrain(V);
    await world.clock.advance(5_000);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.announcer.explain(V)).toMatchObject({ state: "bound", health: "unhealthy" });
    world.announcer.setHealth(V, "healthy");
    await world.clock.advance(5);
    expect(world.routes.announced(V)).toBe(true);
  });

  it.each([
    [null, "it is not known whether another node announces it"],
    [[], "no other node announces it"],
  ])("keeps the route with the worst preference when the siblings seen are %j", async (others, sentence) => {
    const world = new World();
    world.routes.others = others;
    await world.begin(vip(V, { lastNodeGuard: true }));
    world.announcer.setHealth(V, "unhealthy", undefined, "the service is dead");
    await world.clock.advance(5000);
    expect(world.routes.attributes(V)?.communities).toEqual([GRACEFUL_SHUTDOWN]);
    expect(world.named("vip.unhealthy")).toHaveLength(1);
    expect(world.announcer.explain(V)).toMatchObject({
      health: "degraded",
      verdict: {
        judged: "unhealthy",
        siblings: others,
        causes: [`kept as the last node: ${sentence}`, "the service is dead"],
      },
    });
    world.routes.others = ["node-2"];
    await world.clock.advance(1100);
    expect(world.routes.announced(V)).toBe(false);
    expect(world.named("vip.withdrawn")[0]?.causes).toEqual([
      `${V} is not healthy`,
      "the service is dead",
      "it is announced by node-2 as well",
    ]);
  });

  it("announces nothing that is not announced", async () => {
    const world = new World();
    world.health.answer = () => refused;
    await world.begin(vip(V, { lastNodeGuard: true, check: { ...tcp, intervalMs: 100 } }));
    await world.clock.advance(5000);
    expect(world.routes.announced(V)).toBe(false);
  });
});

describe("a maintenance file", () => {
  const file = "/run/vipcast/maintenance";

  it("goes on draining without a step back when another file is named that is there as well", async () => {
    const world = new World({ drainMs: 5_000 });
    await world.begin(vip(V, { maintenanceFile: file }));
    await world.clock.advance(1_100);
    for (const path of [file, "/run/other"]) world.health.files.add(path);
    await world.clock.advance(1_100);
    expect(world.announcer.explain(V).state).toBe("draining");
    const lines = order(world);
    world.announcer.set([vip(V, { maintenanceFile: "/run/other" })]);
    await world.clock.advance(6_000);
    expect(lines).toEqual([`withdraw ${V}`, `unbind ${V}`]);
    world.health.files.delete("/run/other");
    await world.clock.advance(1_100);
    expect(world.announcer.explain(V).state).toBe("announced");
  });

  it("drains the VIP while it is there, names itself, and puts it back into service when it goes", async () => {
    const world = new World();
    await world.begin(vip(V, { maintenanceFile: file, drainMs: 2000 }));
    expect(world.routes.announced(V)).toBe(true);
    world.health.files.add(file);
    await world.clock.advance(1100);
    expect(world.named("vip.draining")).toMatchObject([
      { drainMs: 2000, causes: [`the maintenance file ${file} is there`] },
    ]);
    await world.clock.advance(3000);
    expect(world.named("vip.withdrawn")).toMatchObject([
      { reason: "drained", causes: [`the maintenance file ${file} is there`] },
    ]);
    expect(world.announcer.explain(V)).toMatchObject({
      state: "drained",
      verdict: { maintenance: { file, present: true } },
    });
    expect(world.announcer.explain(V).reasons[0]).toBe(
      `the maintenance file ${file} is there: remove it to announce the VIP again`,
    );
    world.health.files.delete(file);
    await world.clock.advance(1100);
    expect(world.routes.announced(V)).toBe(true);
  });

  it("is looked for before the first announcement, and not waited for for ever", async () => {
    const world = new World();
    world.health.files.add(file);
    const lines = order(world);
    await world.begin(vip(V, { maintenanceFile: file }));
    await world.clock.advance(3000);
    expect(lines.filter((line) => line.startsWith("announce"))).toEqual([]);
    const stuck = new World();
    stuck.health.fileTrouble = "silence";
    await stuck.begin(vip(V, { maintenanceFile: file }));
    expect(stuck.routes.announced(V)).toBe(false);
    await stuck.clock.advance(1100);
    expect(stuck.routes.announced(V)).toBe(true);
  });

  it("that cannot be seen has not changed", async () => {
    const world = new World();
    world.health.files.add(file);
    await world.begin(vip(V, { maintenanceFile: file }));
    world.health.fileTrouble = new Error("EIO");
    await world.clock.advance(5000);
    expect(world.routes.announced(V)).toBe(false);
    world.health.fileTrouble = null;
    world.health.files.clear();
    await world.clock.advance(1100);
    expect(world.routes.announced(V)).toBe(true);
  });
});
