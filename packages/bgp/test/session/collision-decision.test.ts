import { expect, test } from "vitest";
import { type CollisionDecision, decideCollision } from "../../src/session/collision-decision.ts";

type Rival = Parameters<typeof decideCollision>[0];

function decide(rival: Rival, survives: boolean, detectEstablished: boolean, restart = false): CollisionDecision {
  return decideCollision(rival, { survives, detectEstablished, restart });
}

test.each(["Idle", "Connect", "Active"] as const)("a rival in %s does not matter", (rival) => {
  for (const survives of [true, false]) {
    for (const detect of [true, false]) expect(decide(rival, survives, detect)).toBe("proceed");
  }
});

test("a rival that waits for an OPEN is dumped by the survivor and waited for by the other", () => {
  expect(decide("OpenSent", true, false)).toBe("dump-rival");
  expect(decide("OpenSent", false, false)).toBe("wait-then-proceed");
});

test("with two OPENs the survivor is known", () => {
  expect(decide("OpenConfirm", true, false)).toBe("dump-rival");
  expect(decide("OpenConfirm", false, false)).toBe("dump-self");
});

test("an established rival stays, unless it turns out dead or the configuration says to decide anew", () => {
  for (const survives of [true, false]) {
    expect(decide("Established", survives, false)).toBe("probe-then-dump-self");
  }
  expect(decide("Established", true, true)).toBe("dump-rival");
  expect(decide("Established", false, true)).toBe("dump-self");
});

test("an established rival is over when its peer has restarted, whatever else holds (RFC 4724 §5)", () => {
  for (const survives of [true, false]) {
    for (const detect of [true, false]) expect(decide("Established", survives, detect, true)).toBe("supersede-rival");
  }
});
