import { Family } from "@vipcast/bgp";
import { beforeEach, expect, test } from "vitest";
import { type Marker, Markers, minRefreshGapMs } from "../../src/routes/markers.ts";

const { Ipv4Unicast: v4, Ipv6Unicast: v6 } = Family;
const families = [v4, v6];

function show(markers: readonly Marker[]): string[] {
  return markers.map((marker) => {
    const name = marker.kind === "end-of-rib" ? "EoR" : marker.subtype === 1 ? "BoRR" : "EoRR";
    return `${name} ${marker.family === v4 ? "v4" : "v6"}`;
  });
}

let markers: Markers;
beforeEach(() => {
  markers = new Markers();
  markers.up({ families, enhanced: true, held: false });
});

test("End-of-RIB follows when nothing of any family waits", () => {
  expect(show(markers.complete([], false, 0))).toEqual([]);
  expect(show(markers.complete(families, true, 0))).toEqual(["EoR v4", "EoR v6"]);
  expect([markers.outstanding, show(markers.complete([], true, 1))]).toEqual([[], []]);
});

test("a family that is asked for while it is being answered is answered once more, after a while", () => {
  markers.complete(families, true, 0);
  markers.ask(v4);
  expect(show(markers.begin(10).markers)).toEqual(["BoRR v4"]);
  for (let count = 0; count < 1000; count++) markers.ask(v4);
  expect([markers.begin(11).families, markers.isDue(11)]).toEqual([[], false]);
  expect(show(markers.complete([v4], true, 20))).toEqual(["EoRR v4"]);
  expect(markers.nextAnswerAt()).toBe(20 + minRefreshGapMs);
  expect(markers.begin(19 + minRefreshGapMs).families).toEqual([]);
  // The other family does not wait for it.
  markers.ask(v6);
  expect(show(markers.begin(21).markers)).toEqual(["BoRR v6"]);
  expect(show(markers.begin(20 + minRefreshGapMs).markers)).toEqual(["BoRR v4"]);
});

test("a new session owes nothing to the last one's requests", () => {
  markers.complete(families, true, 0);
  markers.ask(v4);
  markers.begin(1);
  markers.ask(v6);
  markers.up({ families, enhanced: false, held: false });
  expect([markers.begin(2).families, markers.nextAnswerAt()]).toEqual([[], Number.POSITIVE_INFINITY]);
  expect(show(markers.complete([v4], true, 2))).toEqual(["EoR v4"]);
});
