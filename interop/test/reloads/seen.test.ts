import { describe, expect, test } from "vitest";
import { noise, resetSince, type Seen, wrongResets } from "../../src/reloads/seen.ts";

const counters = { established: 1, messagesReceived: 10, octetsReceived: 500, updatesReceived: 0 };

function seen(
  bird: Partial<Seen["bird"]> = {},
  embedded: Partial<typeof counters> = {},
  cause = "hold timer expired",
): Seen {
  return {
    bird: { state: "established", since: "17:42:23.251", updates: 3, ...bird },
    embedded: {
      state: "Established",
      counters: { ...counters, ...embedded },
      lastDown: { cause },
      flows: { open: 0, broken: 0, echoed: 0 },
    },
  };
}

const none = { bird: false, embedded: false };

describe("a session was reset", () => {
  test("when it is younger than before, beyond what the clock of its display moves", () => {
    expect(resetSince(seen(), seen())).toEqual(none);
    expect(resetSince(seen(), seen({ since: "17:42:23.700" }))).toEqual(none);
    expect(resetSince(seen(), seen({ since: "17:42:24.252" }))).toEqual({ bird: true, embedded: false });
    expect(resetSince(seen(), seen({}, { established: 2 }))).toEqual({ bird: false, embedded: true });
  });

  test("when it is down, and not because midnight has passed", () => {
    expect(resetSince(seen(), seen({ state: "start", since: "00:00:01.000" })).bird).toBe(true);
    expect(resetSince(seen(), seen({ since: "00:00:01.000" })).bird).toBe(false);
  });
});

test("a reset that was not to be, and one that did not come, are told with what is known of them", () => {
  expect(wrongResets(seen(), seen(), none, "")).toEqual([]);
  expect(
    wrongResets(seen(), seen({ since: "18:00:00.000" }, { established: 2 }), none, "the daemon stopped it"),
  ).toEqual([
    "the session with the embedded router was reset (hold timer expired)",
    "the session with BIRD was reset (established since 18:00:00.000, before 17:42:23.251; the daemon stopped it)",
  ]);
  expect(wrongResets(seen(), seen(), { bird: true, embedded: true }, "")).toEqual([
    "the session with the embedded router stayed although it was to be reset",
    "the session with BIRD stayed although it was to be reset (since 17:42:23.251)",
  ]);
});

test("KEEPALIVEs are no noise; a longer message and an update are", () => {
  expect(noise(seen(), seen({}, { messagesReceived: 12, octetsReceived: 538 }))).toEqual([]);
  expect(noise(seen(), seen({ updates: 4 }, { messagesReceived: 11, octetsReceived: 550 }))).toEqual([
    "50 octets in 1 messages came, although nothing was to be sent",
    "BIRD got 1 updates for nothing",
  ]);
});
