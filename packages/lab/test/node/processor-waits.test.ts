import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ProcessorWaits, parseSchedstat, readWaitedMs } from "../../src/node/processor-waits.ts";

describe("schedstat", () => {
  it("has the time spent waiting as its second number, in nanoseconds", () => {
    expect(parseSchedstat("378676320 5088135 18\n")).toBeCloseTo(5.088135);
    for (const strange of ["", "1 2", "a b c", "-1 2 3"]) expect(parseSchedstat(strange)).toBeNull();
  });

  it("is read from the kernel, and a process that is gone has none", () => {
    expect(readWaitedMs(`/proc/${process.pid}/schedstat`)).toBeGreaterThanOrEqual(0);
    expect(readWaitedMs("/proc/0/schedstat")).toBeNull();
    const folder = mkdtempSync(join(tmpdir(), "vipcast-schedstat-"));
    writeFileSync(join(folder, "schedstat"), "no numbers");
    expect(readWaitedMs(join(folder, "schedstat"))).toBeNull();
    rmSync(folder, { recursive: true });
  });
});

describe("the times a node waited for a processor", () => {
  const waits = new ProcessorWaits();
  for (const [at, waitedMs] of [
    [100, 1],
    [110, 1],
    [120, 1],
    [130, 1],
    [140, 21],
    [150, 21],
    [160, 22],
  ] as const)
    waits.record(at, "/proc/7/schedstat", waitedMs);

  it("are counted from the last reading before to the first after", () => {
    expect(waits.between(105, 125)).toBe(0);
    expect(waits.between(130, 140)).toBe(20);
    expect(waits.between(133, 134)).toBe(20);
    expect(waits.between(140, 155)).toBe(1);
    expect(waits.between(0, 1000)).toBe(21);
  });

  it("add up over one process after the other", () => {
    const two = new ProcessorWaits();
    two.record(0, "/proc/7/schedstat", 5);
    two.record(10, "/proc/8/schedstat", 2);
    two.record(20, "/proc/8/schedstat", 4);
    expect(two.between(0, 20)).toBe(4);
    expect(two.between(10, 20)).toBe(2);
  });

  it("are none where nothing could be read", () => {
    expect(new ProcessorWaits().between(0, 1000)).toBe(0);
  });
});
