import fc from "fast-check";
import { expect, test } from "vitest";
import { peerConfig } from "../../src/fsm/config.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import type { PeerEvent, Slot } from "../../src/session/peer-events.ts";
import { PeerSession } from "../../src/session/peer-session.ts";
import { numbers } from "./numbers.ts";
import { concat, keepalive, peerNotification, peerOpen, raw, routes } from "./scripted.ts";

const families = [{ family: Family.Ipv4Unicast, forwarding: true }];
const restart = { restarted: true, notification: true, restartTime: 10, families };
const open = peerOpen({
  capabilities: [
    { code: 1, name: "multiprotocol", family: Family.Ipv4Unicast },
    { code: 64, name: "graceful-restart", ...restart },
  ],
});
const handshake = concat(open, keepalive);
const faults = [
  peerOpen({ routerId: 1 }),
  peerOpen({ asn: 65009 }),
  raw(2, [0, 9, 0, 0]),
  peerNotification(6, 7),
  raw(9),
];
const refusal = { code: 6, subcode: 5, data: new Uint8Array(0) };
const tooMany = routes(["192.0.2.1/32", "192.0.2.2/32"]);
const maxPrefixes = { family: Family.Ipv4Unicast, limit: 1, warningPercent: 50 };
const slots: readonly Slot[] = ["outbound", "inbound"];
const waits = [1, 300, 1001, 3000, 9001, 240_001];

/** As `expect`, which is too slow for a question that is asked half a million times. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** One random call; the useful ones are the likely ones, so that sessions come up, collide and end. */
function randomCall(peer: PeerSession, random: () => number, now: number): readonly PeerEvent[] {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const slot = pick(slots);
  const receive = (bytes: Uint8Array) => peer.receive(slot, bytes, now);
  const call = random();
  if (call < 0.2) return peer.connected(now);
  if (call < 0.35) {
    const result = peer.accept(now);
    return result.accepted ? result.events : [];
  }
  if (call < 0.5) return receive(open);
  if (call < 0.65) return receive(handshake);
  if (call < 0.8) return receive(keepalive);
  if (call < 0.85) return receive(raw(2, [0, 0, 0, 0]));
  if (call < 0.9) return receive(concat(pick(faults), keepalive));
  if (call < 0.94) return peer.closed(slot, now, { kind: "reset", code: null, detail: "" });
  if (call < 0.95) return peer.reject(now, refusal, "not wanted");
  if (call < 0.955) return peer.reset(now, { subcode: 4, text: "" });
  if (call < 0.965) return peer.stop(now);
  if (call < 0.97) return receive(tooMany);
  if (call < 0.98) {
    peer.unsent(slot, Math.floor(random() * 3), now);
    return [];
  }
  peer.takeOutput(slot);
  return peer.start(now);
}

test("whatever happens, the told story is that of at most one session, and time goes on", () => {
  let sessions = 0;
  let collisions = 0;
  let superseded = 0;
  fc.assert(
    fc.property(
      fc.record({
        passive: fc.boolean(),
        delayOpen: fc.constantFrom(0, 2),
        collisionDetectEstablishedState: fc.boolean(),
        holdTime: fc.constantFrom(0, 9),
        routerId: fc.constantFrom(2, 0xffff_ffff),
        dampPeerOscillations: fc.boolean(),
        capabilities: fc.constantFrom({}, { gracefulRestart: restart }),
        maxPrefixes: fc.constantFrom([], [{ ...maxPrefixes, restart: null }], [{ ...maxPrefixes, restart: 5 }]),
      }),
      fc.boolean(),
      fc.nat(),
      (options, awaitVerdict, seed) => {
        const random = numbers(seed);
        const config = peerConfig({ localAs: 65001, remoteAs: 65000, ...options });
        const peer = new PeerSession({ config, random, awaitVerdict });
        let now = 0;
        let up = false;
        let told = "Idle";
        const undecided = new Set<Slot>();
        const hear = (events: readonly PeerEvent[]): void => {
          for (const event of events) {
            if (event.kind === "established") {
              must(!up, "established twice");
              must(!undecided.has(event.slot), "established without a verdict");
              up = true;
              sessions++;
            }
            if (event.kind === "update" || event.kind === "end-of-rib") must(up, `${event.kind} while down`);
            if (event.kind === "open" && awaitVerdict) undecided.add(event.slot);
            if (event.kind === "disconnect") undecided.delete(event.slot);
            if (event.kind === "dropped" && event.reason === "collision") collisions++;
            if (event.kind === "down") {
              if (event.cause.includes("connected anew")) superseded++;
              must(event.wasEstablished === up, "down does not know whether it was established");
              up = false;
            }
            if (event.kind === "state") {
              must(event.from === told, `a change from ${event.from} after ${told}`);
              told = event.to;
            }
          }
          must(peer.state === told, `in ${peer.state}, told ${told}`);
          must((peer.establishedSlot !== null) === up, "establishedSlot");
          must(!Number.isNaN(peer.nextDeadline()), "a deadline that is not a number");
        };
        hear(peer.start(now));
        for (let step = 0; step < 60; step++) {
          hear(randomCall(peer, random, now));
          for (const slot of undecided) {
            if (random() < 0.2) continue;
            undecided.delete(slot);
            hear(random() < 0.9 ? peer.admit(slot, now) : peer.reject(now, refusal, "not wanted"));
          }
          if (random() < 0.3) {
            now += waits[Math.floor(random() ** 2 * waits.length)] ?? 1;
            hear(peer.tick(now));
            must(peer.nextDeadline() > now, "a timer that was not fired");
          }
        }
      },
    ),
    { numRuns: 500 },
  );
  // The walks do reach what they are about.
  expect(sessions).toBeGreaterThan(500);
  expect(collisions).toBeGreaterThan(500);
  expect(superseded).toBeGreaterThan(100);
});
