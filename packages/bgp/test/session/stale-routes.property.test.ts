import fc from "fast-check";
import { expect, test } from "vitest";
import { peerConfig } from "../../src/fsm/config.ts";
import type { Negotiated } from "../../src/fsm/negotiate.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import type { DownEvent } from "../../src/session/events.ts";
import { type StaleEvent, StaleRoutes } from "../../src/session/stale-routes.ts";

const family = Family.Ipv4Unicast;
const staleTime = 120;

interface Offer {
  readonly restartTime: number;
  readonly forwarding: boolean;
  readonly offered: boolean;
  readonly notification: boolean;
}

function negotiated({ restartTime, forwarding, offered, notification }: Offer): Negotiated {
  const gracefulRestart = offered ? { restartTime, notification, families: [{ family, forwarding }] } : null;
  const facts = { families: [family], gracefulRestart, restartBridged: offered, notificationRestart: notification };
  return facts as unknown as Negotiated;
}

function ending(kind: "silent" | "cease" | "hard" | "stop"): DownEvent {
  const body = { code: 6, subcode: kind === "hard" ? 9 : 4, data: new Uint8Array(0) };
  return {
    kind: "down",
    reason: kind === "stop" ? "administrative-stop" : "connection-closed",
    cause: "",
    wasEstablished: true,
    notification: kind === "silent" ? null : { direction: "received", body },
  };
}

const offer = fc.record({
  // RFC 4724 §3 has room for 4095.
  restartTime: fc.constantFrom(0, 1, 10, 4095),
  forwarding: fc.boolean(),
  offered: fc.boolean(),
  notification: fc.boolean(),
});

const step = fc.oneof(
  fc.record({ kind: fc.constant("up" as const), offer }),
  fc.record({ kind: fc.constant("end" as const), how: fc.constantFrom("silent", "silent", "cease", "hard", "stop") }),
  fc.record({ kind: fc.constant("marker" as const), subtype: fc.constantFrom(0, 1, 2, 255) }),
  fc.record({ kind: fc.constant("end-of-rib" as const) }),
  fc.record({ kind: fc.constant("wait" as const), seconds: fc.constantFrom(0.001, 1, 9, 60, 119, 121) }),
);

test("whatever a peer does, a route that it announced once and never again outlives neither the next but one end of a session nor its time", () => {
  let bridged = 0;
  fc.assert(
    fc.property(offer, fc.array(step, { maxLength: 60 }), (first, steps) => {
      const stale = new StaleRoutes(peerConfig({ localAs: 1, remoteAs: 2, routerId: 1, staleTime }));
      let now = 0;
      let up = true;
      let held = true;
      let isStale = false;
      let ends = 0;
      /** Since when nothing but staleness keeps it. */
      let unconfirmedSince: number | null = null;
      const obey = (events: readonly StaleEvent[]): void => {
        for (const event of events) {
          if (event.kind === "stale") {
            isStale = held;
            unconfirmedSince ??= now;
          } else if (isStale) {
            held = false;
          }
        }
      };
      obey(stale.established(negotiated(first), now));
      for (const each of steps) {
        if (each.kind === "up" && !up) {
          up = true;
          obey(stale.established(negotiated(each.offer), now));
        }
        if (each.kind === "end" && up) {
          up = false;
          ends++;
          const { events, retained } = stale.ended(ending(each.how), now);
          obey(events);
          if (!retained.includes(family)) held = false;
          else if (held) bridged++;
        }
        if (each.kind === "marker" && up) obey(stale.routeRefresh(family, each.subtype, now));
        if (each.kind === "end-of-rib" && up) obey(stale.endOfRib(family));
        if (each.kind === "wait") {
          now += each.seconds * 1000;
          obey(stale.tick(now));
        }
        expect(stale.nextDeadline()).toBeGreaterThan(each.kind === "wait" ? now : Number.NEGATIVE_INFINITY);
        if (!up && stale.current.length === 0) expect(held).toBe(false);
        if (ends > 1) expect(held).toBe(false);
        // While it restarts, until its End-of-RIB, and one refresh before: each no longer than the limit.
        if (held && unconfirmedSince !== null && isStale && stale.current.length > 0)
          expect(now - unconfirmedSince).toBeLessThan(3 * staleTime * 1000);
      }
    }),
    { numRuns: 1000 },
  );
  expect(bridged).toBeGreaterThan(50);
});
