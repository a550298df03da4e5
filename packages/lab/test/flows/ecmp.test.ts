import { LabError, measureEcmp } from "@vipcast/lab";
import { describe, expect, it } from "vitest";
import { vipcast } from "../support/command.ts";

const nodeCommand = [process.execPath, vipcast];

describe("measureEcmp", () => {
  it("sees a node that stops take its own connections along, and with resilient groups nobody else's", async () => {
    const measurements = await measureEcmp({
      nodeCommand,
      hashPolicy: 1,
      resilient: { buckets: 256, idleSeconds: 0 },
      connections: 40,
      sources: 4,
      repeats: 1,
      events: ["stop"],
    });
    expect(measurements.map(({ vip }) => vip)).toEqual(["192.0.2.10/32", "2001:db8::10/128"]);
    for (const measurement of measurements) {
      expect(measurement).toMatchObject({ event: "stop", node: "node1", repeat: 0, resetOnOthers: 0 });
      expect(measurement.onNode).toBeGreaterThan(0);
      expect(measurement.resetOnNode).toBe(measurement.onNode);
      expect(measurement.onNode + measurement.onOthers).toBe(40);
    }
  }, 60_000);

  it("refuses what cannot be measured before anything is started", async () => {
    const resilient = { buckets: 256, idleSeconds: 1 };
    await expect(measureEcmp({ nodeCommand, hashPolicy: 1, router: "bird", resilient })).rejects.toThrow(LabError);
    await expect(measureEcmp({ nodeCommand, hashPolicy: 1, nodes: 1 })).rejects.toThrow("at least two nodes, not 1");
    await expect(measureEcmp({ nodeCommand, hashPolicy: 1, sources: 101 })).rejects.toThrow("not 101");
  });
});
