import { LabError } from "../errors.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { sleep } from "../wait.ts";
import { NodeFates } from "./chaos-settle.ts";
import { allIsWell, stopAll } from "./endings.ts";
import type { FaultMeasurement } from "./result.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { allAnswer, describeFault, runningNodes, startAll } from "./steps.ts";

/** Half of the hold time of `--timers fast`: KEEPALIVEs are late, and nobody is dead. */
const shortMs = 1500;
/** Longer than the hold time, and than a look at it once a second. */
const longMs = 5000;
const reconnectMs = 12_000;

/** The clock of the other end stands still: of the router for a node, and of a node for the router. */
export const peerStalled: Scenario = {
  name: "peer-stalled",
  summary: "the router, then a node's announcer, stands still (SIGSTOP): shortly, then beyond the hold time",
  minimumNodes: 2,
  async run(run) {
    const { lab } = run;
    if (lab.mode === "loopback") throw new LabError("unsupported", "without namespaces no outage can be measured");
    const node = lab.node("node1");
    await startAll(run);
    const all = runningNodes(run);
    const others = all.filter((name) => name !== node.name);
    const router = { name: "router", signal: (name: "SIGSTOP" | "SIGCONT") => lab.router.signal(name) };

    await stallShortly(run, router);
    await run.step(`the router stands still for ${longMs} ms`, async () => {
      const since = monotonicMs();
      const act = async (): Promise<void> => {
        await standStill(router, longMs);
        // Until then the routes of before are in its kernel, right by chance.
        const timeoutMs = reconnectMs;
        await Promise.all(lab.nodes.map((each) => each.waitForEvent("peer.established", { since, timeoutMs })));
      };
      const fault = await run.fault({
        name: "router stalls",
        node: "router",
        expected: all,
        act,
        withinMs: reconnectMs,
      });
      const down = lab.nodes.map((each) => each.events.find(({ event, at }) => event === "peer.down" && at >= since));
      return `${describeFault(fault, all)}; node1 said ${JSON.stringify(down[0]?.fields.reason)}`;
    });
    await allAnswer(run, all);

    await stallShortly(run, node);
    await run.step(`${node.name}'s announcer stands still beyond the hold time`, async () => {
      const act = (): Promise<void> => node.signal("SIGSTOP");
      const fault = { name: `${node.name} stalls`, node: node.name, expected: others, act, withinMs: reconnectMs };
      return describeFault(await run.fault(fault), others);
    });
    await run.step(`${node.name}'s announcer goes on`, async () => {
      const act = (): Promise<void> => node.signal("SIGCONT");
      const fault = { name: `${node.name} goes on`, node: node.name, expected: all, act, withinMs: reconnectMs };
      return describeFault(await run.fault(fault), all);
    });
    const fates = new NodeFates();
    await allIsWell(run, fates);
    await stopAll(run, fates);
  },
};

interface Stallable {
  readonly name: string;
  signal(name: "SIGSTOP" | "SIGCONT"): Promise<void>;
}

async function standStill(who: Stallable, ms: number): Promise<void> {
  await who.signal("SIGSTOP");
  await sleep(ms);
  await who.signal("SIGCONT");
}

/** Nothing may come of it: neither a session nor a connection may end. */
async function stallShortly(run: ScenarioRun, who: Stallable): Promise<void> {
  const expected = runningNodes(run);
  await run.step(`${who.name} stands still for ${shortMs} ms: nothing comes of it`, async () => {
    const since = monotonicMs();
    const act = (): Promise<void> => standStill(who, shortMs);
    const fault = await run.fault({ name: `${who.name} stalls shortly`, node: who.name, expected, act });
    run.broken.push(...run.lab.nodes.flatMap((node) => endedSessions(node.name, node.events, since)));
    run.broken.push(...lostConnections(who.name, fault));
    return describeFault(fault, expected);
  });
}

function endedSessions(
  node: string,
  events: readonly {
    readonly event: string;
    readonly at: number;
    readonly fields: Readonly<Record<string, unknown>>;
  }[],
  since: number,
): ScenarioRun["broken"] {
  return events
    .filter(({ event, at }) => event === "peer.down" && at >= since)
    .map(({ fields }) => ({
      promise: 5,
      node,
      vip: "all",
      detail: `a session ended in half a hold time of silence: ${String(fields.reason)}`,
    }));
}

function lostConnections(node: string, fault: FaultMeasurement): ScenarioRun["broken"] {
  if (fault.probesFailed === 0 && fault.connectionsReset === 0) return [];
  const detail = `${fault.probesFailed} new connections failed and ${fault.connectionsReset} long-lived ones broke in half a hold time of silence`;
  return [{ promise: 5, node, vip: "all", detail }];
}
