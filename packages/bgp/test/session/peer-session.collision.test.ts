import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PeerConfigOptions, peerConfig } from "../../src/fsm/config.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { Pair, type PairOptions } from "../../src/testing/pair.ts";
import { numbers } from "./numbers.ts";

const low = 0x0a000001;
const high = 0x0a000002;

function pairOf(options: Partial<PairOptions> = {}, both: Partial<PeerConfigOptions> = {}): Pair {
  const common = { holdTime: 9, connectRetry: 5, ...both };
  return new Pair({
    a: peerConfig({ localAs: 65001, remoteAs: 65000, routerId: low, ...common }),
    b: peerConfig({ localAs: 65000, remoteAs: 65001, routerId: high, ...common }),
    ...options,
  });
}

describe("two speakers that dial each other", () => {
  test("at the same moment keep the connection of the higher router id, without a detour", () => {
    const pair = pairOf();
    pair.start();
    expect(pair.runUntil(() => pair.established, 100)).toBe(true);
    expect([pair.a.peer.establishedSlot, pair.b.peer.establishedSlot]).toEqual(["inbound", "outbound"]);
    for (const end of [pair.a, pair.b]) {
      expect(end.eventsOf("established")).toHaveLength(1);
      expect(end.eventsOf("down")).toEqual([]);
    }
  });

  test("with equal router ids keep the connection of the higher AS (RFC 6286 §2.3)", () => {
    const pair = pairOf({}, { routerId: high });
    pair.start();
    expect(pair.runUntil(() => pair.established, 100)).toBe(true);
    expect(pair.a.peer.establishedSlot).toBe("outbound");
  });

  test("always end with exactly one session, whatever the delays, and never lose it again", () => {
    let rounds = 0;
    let firstTry = 0;
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(1, 10, 100, 400), fc.nat(1000), (seed, spread, startGap) => {
        const random = numbers(seed);
        const pair = pairOf({ random, latencyMs: () => random() * spread });
        pair.a.call((peer, now) => peer.start(now));
        pair.run(startGap);
        pair.b.call((peer, now) => peer.start(now));
        expect(pair.runUntil(() => pair.established, 60_000)).toBe(true);
        pair.run(30_000);
        expect(pair.established).toBe(true);
        for (const end of [pair.a, pair.b]) {
          const ups = end.eventsOf("established").length;
          const downs = end.eventsOf("down").filter(({ wasEstablished }) => wasEstablished).length;
          expect(ups - downs).toBe(1);
        }
        rounds++;
        if (pair.a.eventsOf("established").length === 1 && pair.b.eventsOf("established").length === 1) firstTry++;
      }),
      { numRuns: 300 },
    );
    // Both ends holding back their KEEPALIVE is what makes a detour impossible here: the delays are below the wait.
    expect(firstTry).toBe(rounds);
  });

  test("also when delays exceed the time that a connection waits for its rival", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(3000), (seed, startGap) => {
        const random = numbers(seed);
        const pair = pairOf({ random, latencyMs: () => random() * 4000 }, { holdTime: 90, connectRetry: 30 });
        pair.a.call((peer, now) => peer.start(now));
        pair.run(startGap);
        pair.b.call((peer, now) => peer.start(now));
        expect(pair.runUntil(() => pair.established, 600_000)).toBe(true);
        pair.run(200_000);
        expect(pair.established).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("also when one of them waits with its OPEN (DelayOpen)", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(0.05, 1, 3), (seed, delayOpen) => {
        const random = numbers(seed);
        const pair = pairOf({ random, latencyMs: () => random() * 100 }, { delayOpen });
        pair.start();
        expect(pair.runUntil(() => pair.established, 60_000)).toBe(true);
        pair.run(30_000);
        expect(pair.established).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("also with graceful restart, for which a new connection beside a session is the sign of a restart (RFC 4724 §5)", () => {
    const families = [{ family: Family.Ipv4Unicast, forwarding: true }];
    const gracefulRestart = { restarted: false, notification: true, restartTime: 10, families };
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(1, 100, 1500), fc.nat(1000), (seed, spread, startGap) => {
        const random = numbers(seed);
        const capabilities = { gracefulRestart };
        const pair = pairOf({ random, latencyMs: () => random() * spread }, { holdTime: 90, capabilities });
        pair.a.call((peer, now) => peer.start(now));
        pair.run(startGap);
        pair.b.call((peer, now) => peer.start(now));
        expect(pair.runUntil(() => pair.established, 600_000)).toBe(true);
        pair.run(60_000);
        expect(pair.established).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("also when sessions of any age may be resolved (CollisionDetectEstablishedState)", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = numbers(seed);
        const pair = pairOf({ random, latencyMs: () => random() * 200 }, { collisionDetectEstablishedState: true });
        pair.start();
        expect(pair.runUntil(() => pair.established, 60_000)).toBe(true);
        pair.run(30_000);
        expect(pair.established).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
