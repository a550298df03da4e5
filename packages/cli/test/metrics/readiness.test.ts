import { expect, test } from "vitest";
import { readiness } from "../../src/metrics/readiness.ts";

const good = { observed: true, stopping: false, drained: false, peers: [{ state: "Established" }, { state: "Idle" }] };

test("a node with one session that knows its host is ready, and so is one without peers", () => {
  expect(readiness(good as Parameters<typeof readiness>[0])).toEqual([]);
  expect(readiness({ ...good, peers: [] })).toEqual([]);
});

test("says why a node is not ready", () => {
  expect(readiness({ observed: false, stopping: true, drained: true, peers: [{ state: "OpenSent" }] })).toEqual([
    "it is being stopped",
    "the whole node is drained",
    "the addresses of this host have not been read yet",
    "no session is Established, of 1",
  ]);
});
