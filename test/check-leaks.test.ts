import { describe, expect, it } from "vitest";
import { complaints, heapSlope } from "../scripts/check-leaks.mjs";

const first = { done: 1000, openFiles: 20, heapUsed: 8e6 };
const run = (last: object): object => ({ failures: {}, series: [first, { ...first, done: 101_000, ...last }] });

describe("a run of many checks", () => {
  it("has nothing to complain of when everything is as after the warm-up, or memory grew once", () => {
    expect(complaints(run({}))).toEqual([]);
    expect(complaints(run({ heapUsed: 8.9e6, openFiles: 19 }))).toEqual([]);
  });

  it("names descriptors that stayed open, memory that grows with each check, and checks that failed", () => {
    expect(complaints(run({ openFiles: 21 }))).toEqual([
      "21 descriptors are open at the end, 20 were after the warm-up",
    ]);
    expect(complaints(run({ heapUsed: 12e6 }))).toEqual(["the heap grows by 40.0 octets with each check"]);
    const failed = { ...run({}), failures: { "tcp: connect ECONNREFUSED": 3 } };
    expect(complaints(failed)).toEqual(["3 checks failed: tcp: connect ECONNREFUSED"]);
  });

  it("takes the slope of all readings, so that one of them does not decide", () => {
    const series = [0, 1, 2, 3].map((step) => ({ done: step * 100, heapUsed: 1000 + step * 200 }));
    expect(heapSlope(series)).toBeCloseTo(2);
  });
});
