import { describe, expect, it } from "vitest";
import type { LoopContext } from "../../src/loop/context.ts";
import { quietInMs, watchTraffic } from "../../src/loop/traffic.ts";
import { VipEntry } from "../../src/loop/vip-entry.ts";
import { defaultPolicy, type Policy } from "../../src/policy.ts";
import type { TrafficPort } from "../../src/ports.ts";
import { portError } from "../fakes/fake-host.ts";
import { FakeTraffic } from "../fakes/fake-traffic.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { vip } from "../fakes/world.ts";

const idle: Policy = { ...defaultPolicy, drainIdleMs: 1000 };

function watch(traffic: TrafficPort | undefined, policy = idle): { entry: VipEntry; said: string[] } {
  const entry = new VipEntry(vip("192.0.2.1"), "drain");
  const said: string[] = [];
  const say = (_fields: object, words: string): number => said.push(words);
  const logger = { debug: say, info: say, warn: say, error: say };
  watchTraffic(entry, { ports: { traffic }, policy, logger } as unknown as LoopContext);
  return { entry, said };
}

describe("looking at what arrives during a drain", () => {
  it("says in how long it may end, from the last packet on", async () => {
    const clock = new VirtualClock();
    const traffic = new FakeTraffic(clock);
    const { entry } = watch(traffic);
    await clock.advance(400);
    expect(quietInMs(entry, idle)).toBe(600);
    traffic.arrive("192.0.2.1");
    expect(quietInMs(entry, idle)).toBe(1000);
    await clock.advance(1200);
    expect(quietInMs(entry, idle)).toBe(-200);
    expect(quietInMs(entry, defaultPolicy)).toBeNull();
  });

  it("does not look where the policy does not care, or nobody can", () => {
    const traffic = new FakeTraffic(new VirtualClock());
    expect(watch(traffic, defaultPolicy).entry.traffic).toBeNull();
    expect(traffic.watched.size).toBe(0);
    expect(quietInMs(watch(undefined).entry, idle)).toBeNull();
  });

  it("lets the drain take its time, and says so, where a look is refused", () => {
    const traffic = new FakeTraffic(new VirtualClock());
    traffic.refuse = portError("EPERM", "packet socket: operation not permitted");
    const { entry, said } = watch(traffic);
    expect(quietInMs(entry, idle)).toBeNull();
    expect(said.join()).toContain("operation not permitted");
    expect(watch({ watch: () => null }).said.join()).toContain("too many VIPs");
  });
});
