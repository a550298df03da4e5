import { type LabOutput, runLab } from "@vipcast/lab";
import { describe, expect, it } from "vitest";
import { vipcast } from "../support/command.ts";

const nodeCommand = [process.execPath, vipcast];

class Text implements LabOutput {
  text = "";

  write(text: string): void {
    this.text += text;
  }
}

describe("the scenario chaos", () => {
  it("breaks no promise, names its seed, and makes the faults that the seed decides", async () => {
    const output = new Text();
    const { exitCode, result } = await runLab({
      nodeCommand,
      scenario: "chaos",
      nodes: 2,
      seed: 6,
      seconds: 1,
      output,
      errorOutput: output,
    });
    expect(exitCode, output.text).toBe(0);
    expect(result).toMatchObject({ ok: true, mode: "namespaces", promisesBroken: [], chaos: { seed: 6, seconds: 1 } });
    expect(result?.chaos?.faults.length, output.text).toBeGreaterThan(0);
    expect(result?.chaos?.faults[0]).toBe("delete 192.0.2.10/32 from node2");
    expect(result?.faults.map(({ fault }) => fault)).toEqual(result?.chaos?.faults);
    expect(output.text).toContain("--scenario chaos --router embedded --nodes 2 --seed 6 --seconds 1");
  });

  it.each([
    [{ scenario: "chaos" as const, nodes: 1 }, "2 to 32 nodes"],
    [{ scenario: "chaos" as const, seed: -1 }, "the seed of a chaos run is a whole number from 0 to 4294967295"],
    [{ scenario: "chaos" as const, seconds: 0.5 }, "the seconds of a chaos run is a whole number from 1 to 3600"],
    [{ scenario: "demo" as const, seed: 1 }, "scenario demo takes no seed"],
    [{ scenario: "chaos" as const, mode: "loopback" as const }, "without namespaces"],
  ])("refuses %j with exit code 2", async (options, words) => {
    const errors = new Text();
    const run = await runLab({ nodeCommand, output: new Text(), errorOutput: errors, ...options });
    expect(run).toEqual({ exitCode: 2, result: null });
    expect(errors.text).toContain(words);
  });
});
