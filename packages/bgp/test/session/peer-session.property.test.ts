import fc from "fast-check";
import { expect, test } from "vitest";
import { peerConfig } from "../../src/fsm/config.ts";
import type { PeerEvent, Slot } from "../../src/session/peer-events.ts";
import { PeerSession } from "../../src/session/peer-session.ts";
import { numbers } from "./numbers.ts";
import { concat, keepalive, peerNotification, peerOpen, raw } from "./scripted.ts";

const handshake = concat(peerOpen(), keepalive);
const faults = [
  peerOpen({ routerId: 1 }),
  peerOpen({ asn: 65009 }),
  raw(2, [0, 9, 0, 0]),
  peerNotification(6, 7),
  raw(9),
];
const slots: readonly Slot[] = ["outbound", "inbound"];
const waits = [1, 300, 1001, 3000, 9001, 240_001];

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
  if (call < 0.5) return receive(peerOpen());
  if (call < 0.65) return receive(handshake);
  if (call < 0.8) return receive(keepalive);
  if (call < 0.85) return receive(raw(2, [0, 0, 0, 0]));
  if (call < 0.9) return receive(concat(pick(faults), keepalive));
  if (call < 0.94) return peer.closed(slot, now, { kind: "reset", code: null, detail: "" });
  if (call < 0.96) return peer.reject(now, { code: 6, subcode: 1, data: new Uint8Array(0) }, "too many prefixes");
  if (call < 0.97) return peer.stop(now);
  peer.takeOutput(slot);
  return peer.start(now);
}

test("whatever happens, the told story is that of at most one session, and time goes on", () => {
  let sessions = 0;
  let collisions = 0;
  fc.assert(
    fc.property(
      fc.record({
        passive: fc.boolean(),
        delayOpen: fc.constantFrom(0, 2),
        collisionDetectEstablishedState: fc.boolean(),
        holdTime: fc.constantFrom(0, 9),
        routerId: fc.constantFrom(2, 0xffff_ffff),
      }),
      fc.nat(),
      (options, seed) => {
        const random = numbers(seed);
        const peer = new PeerSession({ config: peerConfig({ localAs: 65001, remoteAs: 65000, ...options }), random });
        let now = 0;
        let up = false;
        let told = "Idle";
        const hear = (events: readonly PeerEvent[]): void => {
          for (const event of events) {
            if (event.kind === "established") {
              expect(up).toBe(false);
              up = true;
              sessions++;
            }
            if (event.kind === "update" || event.kind === "end-of-rib") expect(up).toBe(true);
            if (event.kind === "dropped" && event.reason === "collision") collisions++;
            if (event.kind === "down") {
              expect(event.wasEstablished).toBe(up);
              up = false;
            }
            if (event.kind === "state") {
              expect(event.from).toBe(told);
              told = event.to;
            }
          }
          expect(peer.state).toBe(told);
          expect(peer.establishedSlot !== null).toBe(up);
        };
        hear(peer.start(now));
        for (let step = 0; step < 60; step++) {
          hear(randomCall(peer, random, now));
          if (random() < 0.3) {
            now += waits[Math.floor(random() ** 2 * waits.length)] ?? 1;
            hear(peer.tick(now));
            expect(peer.nextDeadline()).toBeGreaterThan(now);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
  // The walks do reach what they are about.
  expect(sessions).toBeGreaterThan(500);
  expect(collisions).toBeGreaterThan(500);
});
