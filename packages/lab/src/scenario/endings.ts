import { stopNodes } from "./chaos-faults.ts";
import { checkBindings, type NodeFates, settle } from "./chaos-settle.ts";
import type { ScenarioRun } from "./run.ts";

/** How long a node and a router may take to find each other again. */
const reconnectMs = 9000;

/** Waits until the routes, the nodes' kernels and the client's answers are what they must be: nobody had to do anything. */
export async function allIsWell(run: ScenarioRun, fates: NodeFates): Promise<void> {
  await run.step("everything is as it must be", async () => {
    await settle(run, fates, reconnectMs);
    await checkBindings(run, fates);
    return "the router's routes, the client's answers and the nodes' addresses";
  });
}

/** SIGTERM for every node at once, with what an orderly end promises. */
export async function stopAll(run: ScenarioRun, fates: NodeFates): Promise<void> {
  await run.step("stop all nodes (SIGTERM): nothing is left", async () => {
    await stopNodes(run, fates, run.lab.nodes);
    await checkBindings(run, fates);
    return "no route at the router, no VIP on any node";
  });
}
