import type { Scenario } from "./run.ts";
import { allAnswer, killNode, runningNodes, startAll } from "./steps.ts";

/** A node dies. */
export const killNodeScenario: Scenario = {
  name: "kill-node",
  summary: "one node dies (SIGKILL for its announcer and its service)",
  minimumNodes: 2,
  async run(run) {
    await startAll(run);
    await killNode(run, "node1");
    await allAnswer(run, runningNodes(run));
  },
};
