import { describe, expect, it } from "vitest";
import { countAnswers, measureOutage, type Probe, unexplainedFailures, worstOutage } from "../../src/client/measure.ts";

const target = "192.0.2.10/32";
const good = (at: number, answer = "node1", ms = 1): Probe => ({ target, at, ms, answer, error: null });
const bad = (at: number, ms = 1): Probe => ({ target, at, ms, answer: null, error: "ECONNREFUSED" });

describe("measureOutage", () => {
  it("finds no outage when every probe was answered", () => {
    const probes = [0, 10, 20, 30, 40].map((at) => good(at));
    expect(measureOutage(probes, 0, 45)).toEqual({ outageMs: 0, longestGapMs: 10, probes: 5, failed: 0, errors: {} });
  });

  it("measures from the first failed probe to the first one after which all succeed", () => {
    const probes = [good(0), bad(10), good(20), bad(30), good(40), good(50)];
    expect(measureOutage(probes, 0, 60)).toMatchObject({
      outageMs: 30,
      failed: 2,
      probes: 6,
      errors: { ECONNREFUSED: 2 },
    });
  });

  it("counts a probe that began before the fault and was cut off by it", () => {
    const probes = [good(0), bad(8, 20), good(20), good(30)];
    expect(measureOutage(probes, 10, 40)).toMatchObject({ outageMs: 12, failed: 1, probes: 3 });
  });

  it("does not blame the fault for a probe that was lost long before and only now gives up", () => {
    const probes = [bad(0, 900), good(500), good(510)];
    expect(measureOutage(probes, 500, 600)).toMatchObject({ outageMs: 0, failed: 0, probes: 2 });
  });

  it("leaves out what ended before the fault and what began after the stretch", () => {
    const probes = [bad(0), good(20), bad(50)];
    expect(measureOutage(probes, 10, 40)).toMatchObject({ outageMs: 0, failed: 0, probes: 1 });
  });

  it("lets an outage last to the end of the stretch when nothing succeeds any more", () => {
    expect(measureOutage([good(0), bad(10), bad(20)], 0, 100)).toMatchObject({ outageMs: 90, longestGapMs: 99 });
  });

  it("takes the ends of the stretch into the longest gap", () => {
    expect(measureOutage([good(60)], 0, 100).longestGapMs).toBe(61);
    expect(measureOutage([], 0, 100)).toEqual({ outageMs: 0, longestGapMs: 100, probes: 0, failed: 0, errors: {} });
  });

  it("does not depend on the order in which the probes ended", () => {
    const probes = [good(40), bad(10), good(0), good(50), bad(30), good(20)];
    expect(measureOutage(probes, 0, 60)).toEqual(
      measureOutage(
        [...probes].sort((a, b) => a.at - b.at),
        0,
        60,
      ),
    );
  });
});

it("worstOutage takes the worst times and adds up the counts", () => {
  const a = { outageMs: 5, longestGapMs: 20, probes: 10, failed: 1, errors: { ECONNRESET: 1 } };
  const b = { outageMs: 7, longestGapMs: 10, probes: 4, failed: 2, errors: { ECONNRESET: 1, ETIMEDOUT: 1 } };
  expect(worstOutage([a, b])).toEqual({
    outageMs: 7,
    longestGapMs: 20,
    probes: 14,
    failed: 3,
    errors: { ECONNRESET: 2, ETIMEDOUT: 1 },
  });
  expect(worstOutage([])).toEqual({ outageMs: 0, longestGapMs: 0, probes: 0, failed: 0, errors: {} });
});

it("countAnswers counts per node and ignores failures", () => {
  expect(countAnswers([good(0), good(1, "node2"), bad(2), good(3)])).toEqual({ node1: 2, node2: 1 });
});

describe("unexplainedFailures", () => {
  const reset: Probe = { target, at: 20, ms: 1, answer: null, error: "ECONNRESET" };

  it("counts packets that found nobody, and not a handshake that the change of route cut", () => {
    expect(unexplainedFailures([good(0), bad(10), reset, good(30)], [], 0, 40)).toEqual([bad(10)]);
    expect(unexplainedFailures([bad(10)], [], 200, 300)).toEqual([]);
  });

  it("excuses at most two for each gap of the same VIP's route, and only those around it", () => {
    const gap = { vip: target, from: 100, to: 100.1 };
    const many = [bad(90), bad(100), bad(110), bad(400)];
    expect(unexplainedFailures(many, [gap], 0, 500)).toEqual([bad(110), bad(400)]);
    expect(unexplainedFailures(many, [{ ...gap, vip: "2001:db8::10/128" }], 0, 500)).toHaveLength(4);
  });
});
