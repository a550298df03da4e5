import { LabError } from "../errors.ts";
import { maxSeed } from "./random.ts";
import type { Scenario, ScenarioOptions } from "./run.ts";

const ranges: Readonly<Record<keyof ScenarioOptions, readonly [min: number, max: number]>> = {
  seed: [0, maxSeed],
  seconds: [1, 3600],
  times: [1, 100_000],
};

/**
 * What of `options` is given. Throws `bad-option` on a value out of its range, and on an option that the scenario does not take: it would
 * promise something that does not happen.
 */
export function checkScenarioOptions(scenario: Scenario, options: ScenarioOptions): ScenarioOptions {
  const names = (Object.keys(ranges) as (keyof ScenarioOptions)[]).filter((name) => options[name] !== undefined);
  for (const name of names) {
    const takes = scenario.takes ?? [];
    if (!takes.includes(name))
      throw new LabError(
        "bad-option",
        `scenario ${scenario.name} takes no ${name}${takes.length === 0 ? "" : `, only ${takes.join(" and ")}`}`,
      );
    const [min, max] = ranges[name];
    const value = options[name] as number;
    if (!Number.isInteger(value) || value < min || value > max)
      throw new LabError(
        "bad-option",
        `the ${name} of a ${scenario.name} run is a whole number from ${min} to ${max}, not ${value}`,
      );
  }
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}
