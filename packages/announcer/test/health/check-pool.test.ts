import { describe, expect, it } from "vitest";
import { CheckPool } from "../../src/health/check-pool.ts";
import { probesOf } from "../../src/health/judge.ts";
import { type CheckInput, parseCheck } from "../../src/index.ts";
import { FakeHealth, fine, refused } from "../fakes/fake-health.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const owner = { vip: "192.0.2.1/32", address: "192.0.2.1", interface: "lo" };
const other = { vip: "192.0.2.2/32", address: "192.0.2.2", interface: "lo" };

function probe(input: CheckInput): ReturnType<typeof probesOf>[number] {
  const parsed = parseCheck(input);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return probesOf(parsed.check)[0]!;
}

function setUp(): { clock: VirtualClock; health: FakeHealth; pool: CheckPool } {
  const clock = new VirtualClock();
  const health = new FakeHealth(clock);
  return { clock, health, pool: new CheckPool({ clock, random: () => 0.999, port: health }) };
}

describe("a pool of checks", () => {
  it("runs equal checks once, for as long as anybody wants them", async () => {
    const { clock, health, pool } = setUp();
    let [first, second] = [0, 0];
    const a = pool.share(probe({ tcp: "127.0.0.1:80" }), owner, () => first++);
    const b = pool.share(probe({ tcp: "127.0.0.1:80" }), other, () => second++);
    expect(pool.size).toBe(1);
    await clock.advance(3500);
    expect([health.probes, first, second]).toEqual([4, 4, 4]);
    expect(a.state).toBe(b.state);
    a.release();
    a.release();
    await clock.advance(1000);
    expect([first, second]).toEqual([4, 5]);
    b.release();
    expect(pool.size).toBe(0);
    expect(clock.pending).toBe(0);
    await clock.advance(5000);
    expect(health.probes).toBe(5);
  });

  it("runs a program for each VIP, since it sees which one it is for, and checks of different times apart", () => {
    const { pool } = setUp();
    for (const one of [owner, other]) pool.share(probe({ exec: "/bin/true" }), one, () => {});
    for (const rise of [1, 2]) pool.share(probe({ tcp: "127.0.0.1:80", rise }), owner, () => {});
    expect(pool.size).toBe(4);
  });

  it("never runs two probes of a check at once, not even when one does not end", async () => {
    const { clock, health, pool } = setUp();
    health.answer = () => "never";
    const share = pool.share(probe({ tcp: "127.0.0.1:80", fall: 2 }), owner, () => {});
    await clock.advance(10_000);
    expect(health.probes).toBe(1);
    expect(share.state).toMatchObject({ up: false });
    expect(share.state.failures).toBeGreaterThanOrEqual(9);
  });

  it("stops a probe that is silent, and looks again at the next interval", async () => {
    const { clock, health, pool } = setUp();
    health.answer = () => "silence";
    const share = pool.share(probe({ tcp: "127.0.0.1:80", timeoutMs: 300 }), owner, () => {});
    await clock.advance(2600);
    expect(health).toMatchObject({ probes: 3, running: 0, mostRunning: 1 });
    expect(share.state).toMatchObject({ up: false, failures: 3, last: { detail: "no answer within 300 ms" } });
    health.answer = () => fine;
    await clock.advance(2000);
    expect(share.state.up).toBe(true);
  });

  it("takes a rejection for a failure, and says so where nobody can carry out checks", async () => {
    const { clock, health, pool } = setUp();
    health.answer = () => {
      throw new Error("the port broke");
    };
    const share = pool.share(probe({ tcp: "127.0.0.1:80" }), owner, () => {});
    await clock.advance(100);
    expect(share.state.last).toMatchObject({ ok: false, detail: "the port broke" });
    const without = new CheckPool({ clock, random: () => 0, port: null });
    const none = without.share(probe({ tcp: "127.0.0.1:80" }), owner, () => {});
    await clock.advance(100);
    expect(none.state.last?.detail).toContain("give the announcer ports.health");
  });

  it("aborts what is under way when nobody wants it any more", async () => {
    const { clock, health, pool } = setUp();
    health.answer = () => "silence";
    const share = pool.share(probe({ tcp: "127.0.0.1:80" }), owner, () => {});
    await clock.advance(100);
    expect(health.running).toBe(1);
    share.release();
    await clock.advance(0);
    expect(health.running).toBe(0);
    health.answer = () => refused;
    expect(clock.pending).toBe(0);
  });
});
