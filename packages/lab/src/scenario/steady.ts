import type { Scenario } from "./run.ts";
import { startAll, steadyFor } from "./steps.ts";

/** All nodes come up and nothing happens. */
export const steady: Scenario = {
  name: "steady",
  summary: "all nodes come up, and nothing changes for two seconds",
  minimumNodes: 1,
  async run(run) {
    await startAll(run);
    await steadyFor(run, 2000);
  },
};
