import type { Scenario } from "./run.ts";
import { allAnswer, killNode, runningNodes, startAll, steadyFor, stopNode } from "./steps.ts";

/** What vipcast is for, in a few seconds. */
export const demo: Scenario = {
  name: "demo",
  summary: "ECMP over all nodes, then one dies and one is stopped, and the last one carries on",
  minimumNodes: 3,
  async run(run) {
    await startAll(run);
    await steadyFor(run, 500);
    await killNode(run, "node1");
    await allAnswer(run, runningNodes(run));
    await stopNode(run, "node2");
    await allAnswer(run, runningNodes(run));
  },
};
