import { describe, expect, it } from "vitest";
import type { Probe } from "../../src/client/measure.ts";
import type { RouteReading } from "../../src/inner/watch.ts";
import {
  checkAnsweredByItself,
  checkAnsweredInQuiet,
  checkAnswersWhileAnnounced,
  checkBoundWhileAnnounced,
  checkCleanedUp,
  checkWithdrawnBeforeUnbound,
  type Observation,
  tenures,
} from "../../src/scenario/promises.ts";

const vip = "192.0.2.10/32";

function reading(from: number, ...nextHops: string[]): RouteReading {
  return { kind: "routes", vip, nextHops, from, at: from + 2 };
}

function probe(at: number, node: string, answered = true): Probe {
  return {
    target: `${node} ${vip}`,
    at,
    ms: 1,
    answer: answered ? node : null,
    error: answered ? null : "ECONNREFUSED",
  };
}

function observation(parts: Partial<Observation>): Observation {
  return { vips: [vip], readings: [], probes: [], nodeOf: (via) => via, until: 1000, excuses: [], ...parts };
}

describe("tenures", () => {
  it("gives every stay of a node in the ECMP set, from its certain begin to its earliest possible end", () => {
    const readings = [reading(10, "a", "b"), reading(50, "a"), reading(80, "a", "b")];
    expect(tenures(observation({ readings }))).toEqual([
      { node: "b", vip, from: 12, to: 50, goneAt: 52 },
      { node: "a", vip, from: 12, to: 1000, goneAt: null },
      { node: "b", vip, from: 82, to: 1000, goneAt: null },
    ]);
  });
});

describe("checkAnswersWhileAnnounced", () => {
  const readings = [reading(10, "a"), reading(100)];

  it("is content when every probe of an announced VIP was answered", () => {
    const probes = [probe(5, "a", false), probe(20, "a"), probe(90, "a"), probe(101, "a", false)];
    expect(checkAnswersWhileAnnounced(observation({ readings, probes }))).toEqual([]);
  });

  it("reports a probe without an answer while the router forwarded to the node", () => {
    const broken = checkAnswersWhileAnnounced(observation({ readings, probes: [probe(20, "a", false)] }));
    expect(broken).toMatchObject([{ promise: 1, node: "a", vip }]);
    expect(broken[0]?.detail).toContain("8 ms after the route came");
  });

  it("excuses what the lab broke itself, and nobody else", () => {
    const probes = [probe(50, "a", false)];
    const excuse = { from: 40, to: 60 };
    const check = (node: string): number =>
      checkAnswersWhileAnnounced(observation({ readings, probes, excuses: [{ node, ...excuse }] })).length;
    expect(check("a")).toBe(0);
    expect(check("b")).toBe(1);
  });
});

it("checkAnsweredByItself reports a VIP that another node answered", () => {
  const wrong: Probe = { ...probe(20, "a"), answer: "b" };
  expect(checkAnsweredByItself(observation({ probes: [probe(10, "a")] }))).toEqual([]);
  expect(checkAnsweredByItself(observation({ probes: [wrong] }))).toMatchObject([{ node: "a", vip }]);
});

describe("checkWithdrawnBeforeUnbound", () => {
  const readings = [reading(10, "a", "b"), reading(100, "b")];
  const unbound = (at: number) => [{ vip, bound: false, at }];

  it("is content when the VIP answered after the router had the withdrawal, and went later", () => {
    const seen = observation({ readings, probes: [probe(110, "a")] });
    expect(checkWithdrawnBeforeUnbound(seen, "a", unbound(150), 90)).toEqual([]);
  });

  it("reports an address that went before the router had the withdrawal", () => {
    const seen = observation({ readings, probes: [probe(110, "a")] });
    const broken = checkWithdrawnBeforeUnbound(seen, "a", unbound(95), 90);
    expect(broken).toMatchObject([{ promise: 2, node: "a" }]);
    expect(broken[0]?.detail).toContain("5 ms before");
  });

  it("reports a VIP that was silent between withdrawal and unbind", () => {
    const seen = observation({ readings, probes: [probe(110, "a", false)] });
    expect(checkWithdrawnBeforeUnbound(seen, "a", unbound(150), 90)).toHaveLength(1);
  });

  it("reports a stop after which the router still forwards to the node", () => {
    const seen = observation({ readings: [reading(10, "a")] });
    expect(checkWithdrawnBeforeUnbound(seen, "a", [], 90)[0]?.detail).toContain("not withdrawn");
  });

  it("does not take an earlier withdrawal for that of the stop", () => {
    const again = [...readings, reading(200, "a", "b")];
    expect(checkWithdrawnBeforeUnbound(observation({ readings: again }), "a", unbound(350), 300)).toHaveLength(1);
  });
});

describe("checkCleanedUp", () => {
  it("is content when the VIPs are gone and the host's addresses are there", () => {
    expect(checkCleanedUp("a", [vip], ["127.0.0.1/8", "10.0.0.1/24"], ["10.0.0.1"])).toEqual([]);
  });

  it("reports a VIP left behind and an address of the host that is gone", () => {
    const broken = checkCleanedUp("a", [vip], ["127.0.0.1/8", "192.0.2.10/32"], ["10.0.0.1"]);
    expect(broken.map((promise) => [promise.promise, promise.vip])).toEqual([
      [3, vip],
      [3, "10.0.0.1"],
    ]);
  });
});

describe("checkBoundWhileAnnounced", () => {
  const readings = [reading(100, "a"), reading(500)];
  const check = (...changes: (readonly [at: number, bound: boolean])[]): readonly unknown[] => {
    const seen = changes.map(([at, bound]) => ({ vip, bound, at }));
    return checkBoundWhileAnnounced(observation({ readings }), new Map([["a", seen]]), 50);
  };

  it("is content when the VIP was bound before the route came and went after the route", () => {
    expect(check([90, true], [510, false])).toEqual([]);
  });

  it("allows the gap in which an address is put back or withdrawn, and no longer one", () => {
    expect(check([90, true], [200, false], [250, true], [460, false])).toEqual([]);
    expect(check([90, true], [200, false], [260, true])).toMatchObject([
      { promise: 1, node: "a", vip, detail: "announced for 60 ms without being bound" },
    ]);
    expect(check([90, true], [400, false])).toHaveLength(1);
  });

  it("reports a route that came before the address, and one without any address", () => {
    expect(check([200, true])).toMatchObject([{ detail: "announced for 98 ms without being bound" }]);
    expect(check()).toMatchObject([{ detail: "announced for 398 ms without being bound" }]);
  });
});

describe("checkAnsweredInQuiet", () => {
  const quiet = [{ from: 100, to: 1000 }];
  const failed = (at: number): Probe => ({ target: vip, at, ms: 900, answer: null, error: "ETIMEDOUT" });

  it("reports a new connection that failed while nothing was broken, however long it waited", () => {
    expect(checkAnsweredInQuiet([failed(300), failed(400)], quiet, [])).toMatchObject([{ promise: 7, vip }]);
    expect(checkAnsweredInQuiet([failed(300)], quiet, [])[0]?.detail).toContain(
      "1 new connections got no answer (ETIMEDOUT)",
    );
  });

  it("leaves alone what failed during a fault, or shortly before the next one", () => {
    expect(checkAnsweredInQuiet([failed(50), failed(950), failed(1100)], quiet, [])).toEqual([]);
  });

  it("leaves alone what was under way while the route moved", () => {
    expect(checkAnsweredInQuiet([failed(300)], quiet, [reading(320, "a")])).toEqual([]);
    expect(checkAnsweredInQuiet([failed(300)], quiet, [reading(600, "a")])).toHaveLength(1);
  });
});
