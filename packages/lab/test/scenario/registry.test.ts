import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkScenarioOptions } from "../../src/scenario/options.ts";
import { scenarios } from "../../src/scenario/registry.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

describe("the scenarios that come with the lab", () => {
  it.each(Object.entries(scenarios))("%s has its own name, a summary, and a line in the README", (name, scenario) => {
    expect(scenario.name).toBe(name);
    expect(scenario.summary).not.toBe("");
    expect(scenario.minimumNodes).toBeGreaterThanOrEqual(1);
    expect(readme).toContain(`| \`${name}\` `);
  });
});

describe("checkScenarioOptions", () => {
  it("passes on what is given, and nothing else", () => {
    expect(checkScenarioOptions(scenarios.chaos, { seed: 0, seconds: 3600 })).toEqual({ seed: 0, seconds: 3600 });
    expect(checkScenarioOptions(scenarios.demo, {})).toEqual({});
  });

  it.each([
    [scenarios.demo, { seed: 1 }, "scenario demo takes no seed"],
    [scenarios.chaos, { times: 1 }, "scenario chaos takes no times, only seed and seconds"],
    [scenarios.chaos, { seed: 2 ** 32 }, "the seed of a chaos run is a whole number from 0 to 4294967295"],
    [scenarios.chaos, { seconds: Number.NaN }, "the seconds of a chaos run is a whole number from 1 to 3600, not NaN"],
  ])("refuses what %o cannot be told: %o", (scenario, options, words) => {
    expect(() => checkScenarioOptions(scenario, options)).toThrow(words);
  });
});
