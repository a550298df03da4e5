import { describe, expect, it } from "vitest";
import type { Probe } from "../../src/client/measure.ts";
import type { RouteReading } from "../../src/inner/watch.ts";
import { checkConnectionsAnswered, checkConnectionsKept } from "../../src/scenario/unexplained.ts";

const vip = "192.0.2.10/32";
const other = "2001:db8::10/128";
const failed = (at: number, ms = 10, target = vip): Probe => ({ target, at, ms, answer: null, error: "ETIMEDOUT" });
const moved = (at: number, of = vip): RouteReading => ({ kind: "routes", vip: of, nextHops: [], from: at - 5, at });

describe("checkConnectionsAnswered", () => {
  const excuses = [{ node: "node1", from: 1000, to: 1100 }];

  it("accepts what was answered, what met an absence, and what a moving route tore", () => {
    const answered: Probe = { target: vip, at: 500, ms: 5, answer: "node2", error: null };
    expect(checkConnectionsAnswered([answered, failed(990, 900), failed(1099)], excuses, [])).toEqual([]);
    expect(checkConnectionsAnswered([failed(2000, 900)], excuses, [moved(2950)])).toEqual([]);
  });

  it("counts the others, for each VIP", () => {
    const probes = [failed(100), failed(200), failed(1100), failed(300, 10, other), failed(980, 19)];
    const broken = checkConnectionsAnswered(probes, excuses, [moved(300)]);
    expect(broken.map((promise) => promise.vip)).toEqual([vip, other]);
    expect(broken[0]).toMatchObject({ promise: 1 });
    expect(broken[0]?.detail).toContain("3 new connections got no answer (ETIMEDOUT)");
    expect(broken[1]?.detail).toContain("1 new connections");
  });
});

describe("checkConnectionsKept", () => {
  const reset = (at: number, target = vip) => ({ target, answer: "node3", at, error: "ECONNRESET" });

  it("accepts a connection that broke after the route of its VIP moved", () => {
    expect(checkConnectionsKept([reset(500)], [moved(400)], 100)).toEqual([]);
    expect(checkConnectionsKept([reset(500)], [moved(800)], 100)).toEqual([]);
  });

  it("reports one whose route did not move: not since the beginning, not before it broke, or another's", () => {
    for (const readings of [[], [moved(50)], [moved(801)], [moved(400, other)]])
      expect(checkConnectionsKept([reset(500)], readings, 100)).toEqual([
        {
          promise: 1,
          node: "node3",
          vip,
          detail: "a long-lived connection broke (ECONNRESET) although the route did not move",
        },
      ]);
  });
});
