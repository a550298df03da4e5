import { Family, type RouteBatch } from "@vipcast/bgp";
import { expect, test } from "vitest";
import type { Clock } from "../../src/options.ts";
import { exportPolicy } from "../../src/routes/export-policy.ts";
import { OutboundRoutes, type OutboundSession, type RouteSink } from "../../src/routes/outbound-routes.ts";
import { systemClock } from "../../src/system-clock.ts";
import { type SlicedWork, WorkTurns } from "../../src/work-turns.ts";
import { pauseFor } from "../support.ts";
import { VirtualClock } from "../virtual-clock.ts";

const policy = exportPolicy({
  asn: 65001,
  internal: false,
  families: [Family.Ipv4Unicast],
  extendedNextHop: false,
  local: Uint8Array.of(10, 0, 0, 1),
  configured: [],
  localAddresses: () => [],
  announced: () => false,
});

/** A sink that hands over at once, unless it is congested. */
class Sink implements RouteSink {
  congested = false;
  routes = 0;
  endsOfRib = 0;
  /** What left, in order: numbers of routes announced, `-n` withdrawn, and markers. */
  readonly log: string[] = [];
  waiting: (() => void)[] = [];

  send(batch: RouteBatch): void {
    const count = [...batch.nlri].length;
    if (batch.attributes !== null) this.routes += count;
    this.log.push(`${batch.attributes === null ? "-" : "+"}${count}`);
  }

  sendRefreshMarker(_family: Family, subtype: 1 | 2): void {
    this.log.push(subtype === 1 ? "BoRR" : "EoRR");
  }

  sendEndOfRib(): void {
    this.endsOfRib++;
    this.log.push("EoR");
  }

  flush(handedOver: () => void): void {
    this.waiting.push(handedOver);
    if (!this.congested) this.drain();
  }

  drain(): void {
    for (const handedOver of this.waiting.splice(0)) handedOver();
  }
}

async function upWith(
  prefixes: readonly string[],
  session: Partial<OutboundSession> = {},
  clock: Clock = systemClock,
  turns: WorkTurns = new WorkTurns(clock),
): Promise<{ routes: OutboundRoutes; sink: Sink }> {
  const routes = new OutboundRoutes(clock, turns, { sent: null, refused: () => undefined });
  const sink = new Sink();
  routes.set(prefixes.map((prefix) => ({ prefix })));
  routes.up(sink, { policy, families: [Family.Ipv4Unicast], ...session });
  expect(await routes.flushed()).toBe("flushed");
  return { routes, sink };
}

test("a change without effect, made while the socket is congested, is flushed when that ends", async () => {
  const { routes, sink } = await upWith(["192.0.2.1/32"]);
  sink.congested = true;
  routes.apply({ announce: [{ prefix: "192.0.2.2/32" }], withdraw: [] });
  routes.apply({ withdraw: ["192.0.2.2/32"] });
  await pauseFor(1);
  const flushed = routes.flushed();
  sink.congested = false;
  sink.drain();
  routes.drained();
  expect(await flushed).toBe("flushed");
  expect(sink.routes).toBe(1);
});

test("a thousand route refreshes in one turn are answered once, with all routes and one End-of-RIB", async () => {
  const { routes, sink } = await upWith(["192.0.2.1/32", "192.0.2.2/32"]);
  for (let count = 0; count < 1000; count++) routes.refresh(Family.Ipv4Unicast);
  expect(await routes.flushed()).toBe("flushed");
  expect([sink.routes, sink.endsOfRib]).toEqual([4, 2]);
});

test("a route refresh while the socket is congested is answered when that ends", async () => {
  const { routes, sink } = await upWith(["192.0.2.1/32"]);
  sink.congested = true;
  routes.refresh(Family.Ipv4Unicast);
  await pauseFor(1);
  expect(sink.routes).toBe(1);
  sink.congested = false;
  routes.drained();
  expect(await routes.flushed()).toBe("flushed");
  expect([sink.routes, sink.endsOfRib]).toEqual([2, 2]);
});

test("a route refresh that the end of the session overtakes is forgotten", async () => {
  const { routes, sink } = await upWith(["192.0.2.1/32"]);
  routes.refresh(Family.Ipv4Unicast);
  routes.down();
  routes.up(sink, { policy, families: [Family.Ipv4Unicast] });
  expect(await routes.flushed()).toBe("flushed");
  expect([sink.routes, sink.endsOfRib]).toEqual([2, 2]);
});

test("with RFC 7313 the answer has a beginning and an end, and no End-of-RIB", async () => {
  const { routes, sink } = await upWith(["192.0.2.1/32", "192.0.2.2/32"], { enhancedRefresh: true });
  routes.apply({ withdraw: ["192.0.2.2/32"] });
  routes.refresh(Family.Ipv4Unicast);
  expect(await routes.flushed()).toBe("flushed");
  expect(sink.log).toEqual(["+2", "EoR", "BoRR", "-1", "+1", "EoRR"]);
});

test("a peer that asks without end is answered once a second", async () => {
  const clock = new VirtualClock();
  const { routes, sink } = await upWith(["192.0.2.1/32"], { enhancedRefresh: true }, clock);
  for (let second = 0; second < 5; second++) {
    for (let turn = 0; turn < 20; turn++) {
      routes.refresh(Family.Ipv4Unicast);
      await clock.advance(50);
    }
  }
  expect(sink.log.filter((marker) => marker === "BoRR")).toHaveLength(5);
  // The last one is not forgotten, and nothing follows it.
  await clock.advance(10_000);
  expect(sink.log.filter((marker) => marker === "EoRR")).toHaveLength(6);
});

test("End-of-RIB is kept back until it is released, and comes after the routes that came with that", async () => {
  const { routes, sink } = await upWith(["192.0.2.1/32"], { enhancedRefresh: true, holdEndOfRib: true });
  routes.refresh(Family.Ipv4Unicast);
  await pauseFor(1);
  expect([sink.log, routes.endOfRibOutstanding]).toEqual([["+1"], [Family.Ipv4Unicast]]);
  routes.apply({ announce: [{ prefix: "192.0.2.2/32" }] });
  routes.releaseEndOfRib();
  expect(await routes.flushed()).toBe("flushed");
  await pauseFor(1);
  // RFC 7313 §4: the request was there all the while, but a BoRR must not come before the End-of-RIB.
  expect(sink.log).toEqual(["+1", "+1", "EoR", "BoRR", "+2", "EoRR"]);
  expect(routes.endOfRibOutstanding).toEqual([]);
});

test("between advertisements there is the interval, and withdrawals do not wait (RFC 4271 §9.2.1.1)", async () => {
  const clock = new VirtualClock();
  const { routes, sink } = await upWith(["192.0.2.1/32"], { advertisementIntervalMs: () => 5000 }, clock);
  routes.apply({ announce: [{ prefix: "192.0.2.2/32" }, { prefix: "192.0.2.3/32" }] });
  await clock.advance(1000);
  expect(sink.log).toEqual(["+1", "EoR"]);
  routes.apply({ withdraw: ["192.0.2.1/32", "192.0.2.3/32"] });
  await clock.advance(0);
  expect(sink.log).toEqual(["+1", "EoR", "-1"]);
  await clock.advance(3999);
  expect(sink.log).toHaveLength(3);
  await clock.advance(1);
  expect(sink.log).toEqual(["+1", "EoR", "-1", "+1"]);
  expect(await routes.flushed()).toBe("flushed");
});

/** A clock whose timers come half a millisecond early, as Node's do, and that moves on at one certain reading. */
class EarlyClock implements Clock {
  readonly #timers = new Map<object, { readonly atMs: number; readonly callback: () => void }>();
  #now = 0;
  #readings = Number.POSITIVE_INFINITY;

  now(): number {
    if (--this.#readings === 0) this.#now += 1;
    return this.#now;
  }

  date(): Date {
    return new Date(this.#now);
  }

  timer(callback: () => void, delayMs: number): () => void {
    const key = {};
    this.#timers.set(key, { atMs: this.#now + delayMs, callback });
    return () => this.#timers.delete(key);
  }

  /** Fires one timer after the other until none is left. At the first of them the clock moves on at the so-manieth reading. */
  async run(reading: number): Promise<void> {
    this.#readings = reading;
    for (let [next] = this.#timers; next !== undefined; [next] = this.#timers) {
      const [key, { atMs, callback }] = next;
      this.#timers.delete(key);
      this.#now = Math.max(this.#now, atMs - 0.5);
      callback();
      await pauseFor(0);
    }
  }
}

test.each([1, 2, 3, 4, 5, 6])("what becomes due at the %s. reading of the clock is not forgotten", async (reading) => {
  const answers = new EarlyClock();
  const refreshed = await upWith(["192.0.2.1/32"], { enhancedRefresh: true }, answers);
  for (let time = 0; time < 2; time++) {
    refreshed.routes.refresh(Family.Ipv4Unicast);
    await pauseFor(0);
  }
  await answers.run(reading);
  expect(refreshed.sink.log).toEqual(["+1", "EoR", "BoRR", "+1", "EoRR", "BoRR", "+1", "EoRR"]);

  const intervals = new EarlyClock();
  const advertised = await upWith(["192.0.2.1/32"], { advertisementIntervalMs: () => 5000 }, intervals);
  advertised.routes.apply({ announce: [{ prefix: "192.0.2.2/32" }] });
  await pauseFor(0);
  await intervals.run(reading);
  expect(advertised.sink.log).toEqual(["+1", "EoR", "+1"]);
});

test("tables of many peers take turns, and the change of one route waits for none of them", async () => {
  const turns = new WorkTurns(systemClock);
  const table = Array.from({ length: 1000 }, (_, index) => `10.0.${index >> 8}.${index & 255}/32`);
  const log: string[] = [];
  const peers = await Promise.all(
    ["a", "b", "c"].map(async (name) => {
      const peer = await upWith([], {}, systemClock, turns);
      peer.sink.send = (batch) => {
        const count = [...batch.nlri].length;
        log.push(`${name} ${count}`);
        // As an encoder on a slow machine.
        const end = performance.now() + (count > 1 ? 12 : 0);
        while (performance.now() < end);
      };
      return peer;
    }),
  );
  for (const { routes } of peers) routes.set(table.map((prefix) => ({ prefix })));
  await Promise.resolve();
  expect(log).toEqual(["a 1000"]);
  const [a, b, c] = peers;
  a!.routes.apply({ withdraw: [table[0]!] });
  await Promise.resolve();
  expect(log).toEqual(["a 1000", "a 1"]);
  expect(await b!.routes.flushed()).toBe("flushed");
  expect(log).toEqual(["a 1000", "a 1", "b 1000"]);
  expect(await c!.routes.flushed()).toBe("flushed");
  expect(log).toEqual(["a 1000", "a 1", "b 1000", "c 1000"]);
});

test("a session that ends while its table waits for a turn begins again with all of it", async () => {
  let now = 0;
  const clock = { ...systemClock, now: () => (now += 20) };
  const turns = new WorkTurns(clock);
  // Has had this turn's time.
  turns.begin({ slice: () => true });
  const routes = new OutboundRoutes(clock, turns, { sent: null, refused: () => undefined });
  routes.set(Array.from({ length: 1000 }, (_, index) => ({ prefix: `10.0.${index >> 8}.${index & 255}/32` })));
  const [before, after] = [new Sink(), new Sink()];
  routes.up(before, { policy, families: [Family.Ipv4Unicast] });
  await Promise.resolve();
  const flushed = routes.flushed();
  routes.down();
  expect(await flushed).toBe("down");
  routes.up(after, { policy, families: [Family.Ipv4Unicast] });
  expect(await routes.flushed()).toBe("flushed");
  expect([before.log, after.log]).toEqual([[], ["+1000", "EoR"]]);
});

test("a slice that throws keeps nothing back that comes after it", async () => {
  const thrown: unknown[] = [];
  class Catching extends WorkTurns {
    override begin(work: SlicedWork): void {
      try {
        work.slice();
      } catch (error) {
        thrown.push(error);
      }
    }
  }
  const { routes, sink } = await upWith([], {}, systemClock, new Catching(systemClock));
  const send = sink.send.bind(sink);
  sink.send = () => {
    throw new Error("a defect");
  };
  routes.set(Array.from({ length: 300 }, (_, index) => ({ prefix: `10.0.${index >> 8}.${index & 255}/32` })));
  await Promise.resolve();
  expect(thrown).toHaveLength(1);
  sink.send = send;
  routes.apply({ announce: [{ prefix: "192.0.2.2/32" }] });
  expect(await routes.flushed()).toBe("flushed");
  expect(sink.log).toEqual(["EoR", "+1"]);
});
