import { expect, test } from "vitest";
import { decideCollision } from "../../src/session/collision-decision.ts";

test.each(["Idle", "Connect", "Active"] as const)("a rival in %s does not matter", (rival) => {
  for (const survives of [true, false]) {
    for (const detect of [true, false]) expect(decideCollision(rival, survives, detect)).toBe("proceed");
  }
});

test("a rival that waits for an OPEN is dumped by the survivor and waited for by the other", () => {
  expect(decideCollision("OpenSent", true, false)).toBe("dump-rival");
  expect(decideCollision("OpenSent", false, false)).toBe("wait-then-proceed");
});

test("with two OPENs the survivor is known", () => {
  expect(decideCollision("OpenConfirm", true, false)).toBe("dump-rival");
  expect(decideCollision("OpenConfirm", false, false)).toBe("dump-self");
});

test("an established rival stays, unless it turns out dead or the configuration says to decide anew", () => {
  for (const survives of [true, false]) {
    expect(decideCollision("Established", survives, false)).toBe("probe-then-dump-self");
  }
  expect(decideCollision("Established", true, true)).toBe("dump-rival");
  expect(decideCollision("Established", false, true)).toBe("dump-self");
});
