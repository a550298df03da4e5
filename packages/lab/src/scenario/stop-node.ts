import type { Scenario } from "./run.ts";
import { allAnswer, runningNodes, startAll, stopNode } from "./steps.ts";

/** A node is stopped in an orderly way. */
export const stopNodeScenario: Scenario = {
  name: "stop-node",
  summary: "one node is stopped (SIGTERM): it withdraws, then unbinds",
  minimumNodes: 2,
  async run(run) {
    await startAll(run);
    await stopNode(run, "node1");
    await allAnswer(run, runningNodes(run));
  },
};
