import { describe, expect, test } from "vitest";
import { Origin, SegmentType } from "../../src/codec/attributes/values.ts";
import { type Candidate, type DecisionOptions, decide } from "../../src/rib/decision.ts";
import { asPathLength } from "../../src/rib/route-facts.ts";
import { attributes, candidate, path } from "./routes.ts";

/** Names of the best route and of the multipath set; decided in every order of arrival, which must not matter. */
function chosen(candidates: readonly Candidate[], options?: DecisionOptions): { best: string; multipath: string[] } {
  const outcomes = permutations(candidates).map((order) => {
    const { best, multipath } = decide(order, options);
    return { best: best?.source.name ?? "none", multipath: multipath.map((route) => route.source.name) };
  });
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  return outcomes[0] ?? { best: "none", multipath: [] };
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

describe("the best route, by the steps of RFC 4271 §9.1", () => {
  test("the highest LOCAL_PREF wins over everything else, 100 where there is none", () => {
    expect(
      chosen([candidate(1, { asPath: path(1) }), candidate(2, { localPref: 101, asPath: path(1, 2, 3) })]).best,
    ).toBe("10.0.0.2");
    expect(chosen([candidate(2, { localPref: 100 }), candidate(1)]).best).toBe("10.0.0.1");
  });

  test("then the shortest AS_PATH, an AS_SET counting as one and confederation segments as none", () => {
    const set = attributes({ asPath: [{ type: SegmentType.Set, asns: [1, 2, 3] }] });
    const confederation = attributes({
      asPath: [
        { type: SegmentType.ConfedSequence, asns: [1, 2] },
        { type: SegmentType.ConfedSet, asns: [3] },
        { type: SegmentType.Sequence, asns: [4, 5] },
      ],
    });
    expect([asPathLength(set), asPathLength(confederation), asPathLength({})]).toEqual([1, 2, 0]);
    expect(chosen([candidate(1, { asPath: path(1, 2) }), candidate(2, { asPath: path(3) })]).best).toBe("10.0.0.2");
  });

  test("then the lowest ORIGIN", () => {
    expect(chosen([candidate(1, { origin: Origin.Incomplete }), candidate(2, { origin: Origin.Egp })]).best).toBe(
      "10.0.0.2",
    );
  });

  test("then the lowest MED, but only among routes of one neighbouring AS", () => {
    const sameAs = [
      candidate(1, { asPath: path(7), multiExitDisc: 5 }),
      candidate(2, { asPath: path(7), multiExitDisc: 4 }),
    ];
    expect(chosen(sameAs).best).toBe("10.0.0.2");
    const otherAs = [
      candidate(1, { asPath: path(7), multiExitDisc: 5 }),
      candidate(2, { asPath: path(8), multiExitDisc: 4 }),
    ];
    expect(chosen(otherAs).best).toBe("10.0.0.1");
    expect(chosen(otherAs, { alwaysCompareMed: true }).best).toBe("10.0.0.2");
  });

  test("a route without MED has the lowest one", () => {
    expect(chosen([candidate(1, { asPath: path(7), multiExitDisc: 1 }), candidate(2, { asPath: path(7) })]).best).toBe(
      "10.0.0.2",
    );
  });

  test("a third route cannot be hidden by one that its own neighbour's MED removes", () => {
    // Compared pair by pair these three go round in a circle; by group they do not.
    const routes = [
      candidate(1, { asPath: path(7), multiExitDisc: 10 }),
      candidate(2, { asPath: path(8) }),
      candidate(3, { asPath: path(7), multiExitDisc: 5 }),
    ];
    expect(chosen(routes).best).toBe("10.0.0.2");
  });

  test("then eBGP before iBGP", () => {
    expect(chosen([candidate(1, {}, { internal: true }), candidate(2)]).best).toBe("10.0.0.2");
  });

  test("then the cheapest next hop; one that cannot be reached excludes the route", () => {
    const nextHopCost = (nextHop: Uint8Array): number | null => [null, 30, 20, null][nextHop[3] ?? 0] ?? null;
    expect(chosen([candidate(1), candidate(2), candidate(3)], { nextHopCost }).best).toBe("10.0.0.2");
    expect(chosen([candidate(3)], { nextHopCost }).best).toBe("none");
  });

  test("then the lowest BGP Identifier, ORIGINATOR_ID standing in for it, then the shorter CLUSTER_LIST", () => {
    expect(chosen([candidate(2, {}, { routerId: 1 }), candidate(1, {}, { routerId: 2 })]).best).toBe("10.0.0.2");
    const reflected = candidate(2, { originatorId: Uint8Array.of(0, 0, 0, 1) }, { routerId: 9 });
    expect(chosen([reflected, candidate(1, {}, { routerId: 2 })]).best).toBe("10.0.0.2");
    const clustered = candidate(1, { clusterList: [Uint8Array.of(0, 0, 0, 9)] }, { routerId: 5 });
    expect(chosen([clustered, candidate(2, {}, { routerId: 5 })]).best).toBe("10.0.0.2");
  });

  test("then the lowest peer address, then the lowest path identifier", () => {
    expect(chosen([candidate(9, {}, { routerId: 5 }), candidate(3, {}, { routerId: 5 })]).best).toBe("10.0.0.3");
    const paths = [2, 1].map((pathId) => ({ ...candidate(1), pathId }));
    expect(decide(paths).best?.pathId).toBe(1);
  });

  test("no routes, no choice", () => {
    expect(decide([])).toEqual({ best: null, multipath: [] });
  });
});

describe("multipath", () => {
  const three = [1, 2, 3].map((n) => candidate(n, { asPath: path(65001) }));

  test("is off unless asked for", () => {
    expect(chosen(three).multipath).toEqual(["10.0.0.1"]);
  });

  test("takes routes that differ only in who sent them, the best first, up to the maximum", () => {
    expect(chosen(three, { maximumPaths: 8 }).multipath).toEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    expect(chosen(three, { maximumPaths: 2 }).multipath).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  test("asks for identical AS_PATHs unless asPathRelax allows any of the same length", () => {
    const routes = [candidate(1), candidate(2), candidate(3, { asPath: path(65003, 65003) })];
    expect(chosen(routes, { maximumPaths: 8 }).multipath).toEqual(["10.0.0.1"]);
    expect(chosen(routes, { maximumPaths: 8, asPathRelax: true }).multipath).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  test("leaves out routes that lost in any step before the tie-breakers", () => {
    const options = { maximumPaths: 8 };
    const base = { asPath: path(65001) };
    for (const worse of [{ localPref: 50 }, { origin: Origin.Incomplete }, { multiExitDisc: 9 }]) {
      expect(chosen([candidate(1, base), candidate(2, { ...base, ...worse })], options).multipath).toEqual([
        "10.0.0.1",
      ]);
    }
    expect(chosen([candidate(1, base), candidate(2, base, { internal: true })], options).multipath).toEqual([
      "10.0.0.1",
    ]);
    const nextHopCost = (nextHop: Uint8Array): number => nextHop[3] ?? 0;
    expect(chosen(three, { ...options, nextHopCost }).multipath).toEqual(["10.0.0.1"]);
  });

  test("counts two routes through one next hop as one path", () => {
    const nextHop = Uint8Array.of(10, 0, 0, 1);
    const routes = [candidate(1, { asPath: path(65001) }), candidate(2, { asPath: path(65001), nextHop })];
    expect(chosen(routes, { maximumPaths: 8 }).multipath).toEqual(["10.0.0.1"]);
  });
});
