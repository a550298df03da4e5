import { LabError } from "../errors.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { NodeFates } from "./chaos-settle.ts";
import { allIsWell, stopAll } from "./endings.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { allAnswer, describeFault, runningNodes, startAll } from "./steps.ts";

const reconnectMs = 12_000;

/** The router is stopped and started, then killed and started. */
export const routerRestart: Scenario = {
  name: "router-restart",
  summary: "the router restarts in an orderly way, then after a crash; every session and route comes back by itself",
  minimumNodes: 1,
  async run(run) {
    const { lab } = run;
    if (lab.mode === "loopback") throw new LabError("unsupported", "without namespaces no outage can be measured");
    await startAll(run);
    await restart(run, "restart the router", () => lab.router.restart());
    await restart(run, "kill the router (SIGKILL) and start it", async () => {
      await lab.router.signal("SIGKILL");
      await lab.router.start();
    });
    const fates = new NodeFates();
    await allIsWell(run, fates);
    await stopAll(run, fates);
  },
};

async function restart(run: ScenarioRun, name: string, act: () => Promise<void>): Promise<void> {
  const { lab } = run;
  const expected = runningNodes(run);
  await run.step(name, async () => {
    const acted = async (): Promise<void> => {
      const since = monotonicMs();
      await act();
      // A crashed router's routes are still in its kernel: that they are right says nothing before the sessions are back.
      const timeoutMs = reconnectMs;
      await Promise.all(lab.nodes.map((node) => node.waitForEvent("peer.established", { since, timeoutMs })));
    };
    const fault = { name, node: "router", expected, act: acted, withinMs: reconnectMs };
    return describeFault(await run.fault(fault), expected);
  });
  await allAnswer(run, expected);
}
