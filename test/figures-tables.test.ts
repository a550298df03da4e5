import { describe, expect, it } from "vitest";
import { ecmpTables, spreadOf, time, tuningTables, withFigures } from "../scripts/figures-tables.mjs";

const origin = {
  commit: "0123456789abcdef",
  measuredAt: "2026-01-02T03:04:05.678Z",
  machine: { cpu: "a processor", cores: 2, kernel: "6.18.0", node: "v20.20.2" },
  load: { begin: "0.1", end: "2.5" },
};

function stopped(resetOnOthers: number, event = "stop") {
  const counts = { onNode: 60, resetOnNode: 60, onOthers: 140, resetOnOthers };
  return { event, node: "node1", repeat: 0, vip: "192.0.2.10/32", ...counts, outageMs: 0 };
}

describe("withFigures", () => {
  const page = "before\n<!-- figures one -->\nold\n<!-- end of figures -->\nafter\n";

  it("replaces what stands between a table's markers, again and again, and nothing else", () => {
    const filled = withFigures(page, { one: ["| a |"] });
    expect(filled).toBe("before\n<!-- figures one -->\n\n| a |\n\n<!-- end of figures -->\nafter\n");
    expect(withFigures(filled, { one: ["| a |"] })).toBe(filled);
  });

  it("refuses a place without a table, and a table without a place", () => {
    expect(() => withFigures(page, {})).toThrow("no table one");
    expect(() => withFigures(page, { one: [], two: [] })).toThrow("no place for the tables two");
  });
});

describe("figures in words", () => {
  it("take the lower middle, and milliseconds or seconds", () => {
    expect(spreadOf([3, 1, 2, 4])).toEqual({ median: 2, min: 1, max: 4 });
    expect([0, 3.14, 42.4, 2345, 90_400].map(time)).toEqual(["0 ms", "3.1 ms", "42 ms", "2.3 s", "90 s"]);
  });
});

describe("the tables of docs/ecmp.md", () => {
  const run = { router: "embedded", hashPolicy: 1, resilient: null };
  const figures = {
    ...origin,
    runs: [
      { ...run, measurements: [stopped(33), stopped(0), stopped(40), stopped(0, "crash")] },
      { ...run, resilient: { buckets: 64, idleSeconds: 1 }, measurements: [stopped(0)] },
    ],
    pathMtu: [
      { hashPolicy: 1, remedy: "none", vip: "192.0.2.10/32", connections: 60, stalled: 37, slowestMs: 20 },
      { hashPolicy: 1, remedy: "none", vip: "2001:db8::10/128", connections: 60, stalled: 60, slowestMs: null },
    ],
    onLink: [
      {
        ...{ arpIgnore: 1, vip: "10.0.0.200/32", probes: 30, probesFailed: 30, answers: {} },
        ...{ answersBehindRouter: { node1: 9, node2: 8 }, neighbourOutageMs: null, outageBehindRouterMs: null },
      },
    ],
  };
  const tables = ecmpTables(figures, () => ({ 0: 0.5, 1: 0.25 }));

  it("count resets by event and configuration, with a dash for what was not measured", () => {
    expect(tables["reset-elsewhere"]).toEqual([
      "|  | lab's own, policy 1 | lab's own, policy 1, resilient |",
      "| --- | ---: | ---: |",
      "| stop (SIGTERM) | 33 (0–40) of 140 | 0 |",
      "| announcer killed (-9) | 0 | – |",
      "",
      "Measured 2026-01-02T03:04 UTC, commit 0123456, 2 × a processor, Linux 6.18.0, Node v20.20.2; load average 0.1 when it began, 2.5 when it ended, that of the measuring included. Resilient groups have 64 buckets and an idle timer of 1 s. The weights were changed in the router's kernel, by hand, from equal shares to half a share and back.",
    ]);
    expect(tables["reset-on-node"]).toContain("| stop (SIGTERM) | all of 60 | all of 60 |");
  });

  it("keep an address that was back too late, and withdrawn, apart from one that was back in time", () => {
    const samples = [stopped(0, "address-deleted"), { ...stopped(26, "address-deleted"), withdrawn: true }];
    const { "reset-elsewhere": rows } = ecmpTables(
      { ...figures, runs: [{ ...run, measurements: samples }] },
      () => ({}),
    );
    expect(rows.slice(2, 4)).toEqual([
      "| VIP deleted by hand, put back | 0 |",
      "| the same, not back in time and so withdrawn meanwhile | 26 of 140 |",
    ]);
  });

  it("say how many connections stalled, and whom a neighbour reached", () => {
    expect(tables["path-mtu"]).toContain("| policy 1, nothing done | 37 of 60 | 60 of 60 | 20 ms |");
    expect(tables["on-link"]).toContain("| IPv4, `arp_ignore=1` | nobody | 30 of 30 | 2 nodes | – | – |");
  });
});

describe("the tables of docs/tuning.md", () => {
  const sample = { kind: "partition", router: "bird", outageMs: 8500, detectedMs: 8400, backMs: 300 };
  const quick = {
    ...origin,
    measurements: [
      { ...sample, profile: "fast", outageMs: 2500 },
      { ...sample, profile: "datacenter" },
      { ...sample, profile: "datacenter", outageMs: 6500 },
    ],
    errorWait: [{ ...sample, errorWait: [60, 300], backMs: 61_000 }],
  };

  it("have a column for each profile, empty until it is measured", () => {
    const { outage, "error-wait": errorWait } = tuningTables({ quick });
    expect(outage.slice(0, 3)).toEqual([
      "|  | router | fast | datacenter | wan |",
      "| --- | --- | ---: | ---: | ---: |",
      "| network between host and router gone | BIRD | 2.5 s | 6.5 s (6.5–8.5 s) | – |",
    ]);
    expect(errorWait.at(-1)).toBe("| `error wait time 60,300` | 61 s |");
  });
});
