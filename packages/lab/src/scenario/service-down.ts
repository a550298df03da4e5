import { LabError } from "../errors.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { NodeFates } from "./chaos-settle.ts";
import { allIsWell, stopAll } from "./endings.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { allAnswer, describeFault, runningNodes, startAll } from "./steps.ts";

/** The health check of every node: its own service, five times a second. */
const intervalMs = 200;
const timeoutMs = 200;
const rise = 2;
const fall = 3;
/** The port of the lab's services where it has namespaces. */
const servicePort = 8080;
/** Jitter of the interval, and a machine that is busy with other things. */
const lateMs = 1000;

/** A node's service dies and comes back, and its announcer runs on. */
export const serviceDown: Scenario = {
  name: "service-down",
  summary:
    "one node's service dies (SIGKILL) and is started again: withdrawn after three failed checks, announced after two good ones",
  minimumNodes: 2,
  lab: {
    nodeArguments: [
      ...["--timers", "fast", "--check", `tcp://127.0.0.1:${servicePort}`, "--interval", `${intervalMs / 1000}`],
      ...["--timeout", `${timeoutMs / 1000}`, "--rise", `${rise}`, "--fall", `${fall}`],
    ],
  },
  async run(run) {
    const { lab } = run;
    if (lab.mode === "loopback") throw new LabError("unsupported", "without namespaces no outage can be measured");
    const node = lab.node("node1");
    await startAll(run);
    const all = runningNodes(run);
    const others = all.filter((name) => name !== node.name);
    const over = run.excuse(node.name);
    const died = monotonicMs();
    await run.step(`the service of ${node.name} dies (SIGKILL)`, async () => {
      const act = (): Promise<void> => node.stopService();
      const fault = await run.fault({ name: "service dies", node: node.name, expected: others, act });
      return `${describeFault(fault, others)}; ${withdrawals(run, died)}`;
    });
    await allAnswer(run, others);
    await run.step(`the service of ${node.name} is started again`, async () => {
      const act = (): Promise<void> => node.startService();
      const fault = await run.fault({ name: "service revives", node: node.name, expected: all, act });
      // Announced means that it answers: a client must not notice that it is back.
      if (fault.probesUnexplained > 0)
        run.broken.push({
          promise: 1,
          node: node.name,
          vip: "all",
          detail: `${fault.probesUnexplained} new connections failed when it was announced again`,
        });
      return describeFault(fault, all);
    });
    over();
    await allAnswer(run, all);
    const fates = new NodeFates();
    await allIsWell(run, fates);
    await stopAll(run, fates);
  },
};

/** Each VIP was withdrawn because of its health, neither at the first failed check nor long after the last, and kept its address. */
function withdrawals(run: ScenarioRun, died: number): string {
  const node = run.lab.node("node1");
  const bound = (fall - 1) * intervalMs + timeoutMs;
  const times = run.lab.plan.vips.map((vip) => {
    const own = node.events.filter(({ at, fields }) => at >= died && fields.vip === vip);
    const withdrawn = own.find(({ event }) => event === "vip.withdrawn");
    const report = (detail: string): number => run.broken.push({ promise: 1, node: node.name, vip, detail });
    if (withdrawn?.fields.reason !== "unhealthy")
      report(
        `its service died, and it was ${withdrawn === undefined ? "not withdrawn" : `withdrawn as ${String(withdrawn.fields.reason)}`}`,
      );
    if (!own.some(({ event }) => event === "vip.unhealthy"))
      report("its service died, and it was not called unhealthy");
    if (own.some(({ event }) => event === "vip.unbound")) report("unbound because its service died");
    const ms = (withdrawn?.at ?? Number.POSITIVE_INFINITY) - died;
    // The first of the failed checks may come at once; the others keep their distance, shortened by no more than a half.
    if (ms < ((fall - 1) * intervalMs) / 2)
      report(`withdrawn after ${Math.round(ms)} ms, before ${fall} checks can have failed`);
    if (ms > bound + intervalMs + lateMs) report(`withdrawn only ${Math.round(ms)} ms after its service died`);
    return ms;
  });
  return `withdrawn ${Math.round(Math.max(...times))} ms after the death, the addresses stay`;
}
