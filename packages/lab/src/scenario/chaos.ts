import { measureOutage, unexplainedFailures, worstOutage } from "../client/measure.ts";
import { LabError } from "../errors.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { sleep } from "../wait.ts";
import { performChaosFault } from "./chaos-faults.ts";
import { type ChaosFault, chaosSchedule, describeChaosFault } from "./chaos-schedule.ts";
import { checkBindings, NodeFates } from "./chaos-settle.ts";
import { stopAll } from "./endings.ts";
import { addressLosses, checkLosses } from "./losses.ts";
import { checkAnsweredInQuiet, checkBoundWhileAnnounced, type QuietTime, unboundWhileAnnounced } from "./promises.ts";
import { anySeed } from "./random.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { startAll } from "./steps.ts";

/**
 * How long a route may seem to outlive its address from outside, where each of the processes on the way has to wait for a machine that starts
 * others at the same time. The promise itself is judged by the announcers' own clocks; this tells whether one is deaf, or says what is not so.
 */
const seenLateMs = 400;

/** How long a chaos run makes faults when nothing else is said. */
const defaultSeconds = 12;

/** Faults in an order that a seed decides. */
export const chaos: Scenario = {
  name: "chaos",
  summary: "faults at random, in an order that the seed decides; the promises are checked after each",
  minimumNodes: 2,
  takes: ["seed", "seconds"],
  run: runChaos,
};

async function runChaos(run: ScenarioRun): Promise<void> {
  const { lab } = run;
  const { seed = anySeed(), seconds = defaultSeconds } = run.options;
  if (lab.mode === "loopback")
    throw new LabError("unsupported", "without namespaces there is no address to delete and no link to cut");
  const faults: string[] = [];
  run.seed = seed;
  run.chaos = { seed, seconds, faults };
  await startAll(run);
  const fates = new NodeFates();
  const quiet: QuietTime[] = [];
  let quietSince = monotonicMs();
  const perform = async (fault: ChaosFault): Promise<void> => {
    await sleep(fault.pauseMs);
    const name = describeChaosFault(fault);
    faults.push(name);
    const at = monotonicMs();
    quiet.push({ from: quietSince, to: at });
    const before = run.broken.length;
    await run.step(name, async () => {
      const { settledAt, detail } = await performChaosFault(run, fates, fault);
      // Every way to every node has been seen to work by now: the routes may be right while a neighbour is still being looked for.
      quietSince = monotonicMs();
      measure(run, name, "node" in fault ? fault.node : "router", at, settledAt);
      await checkBindings(run, fates);
      const problems = run.broken.slice(before).map((promise) => `PROMISE BROKEN: ${promise.node} ${promise.detail}`);
      return [`routes right after ${Math.round(settledAt - at)} ms`, detail, ...problems].filter(Boolean).join(", ");
    });
  };
  const until = monotonicMs() + seconds * 1000;
  for (const fault of chaosSchedule(seed, { nodes: lab.nodes.map(({ name }) => name), vips: lab.plan.vips })) {
    if (monotonicMs() + fault.pauseMs >= until) break;
    await perform(fault);
  }
  // Nothing that was broken needs more than being started or plugged in again.
  for (const node of lab.nodes) {
    if (fates.unlinked.has(node.name)) await perform({ kind: "link-up", node: node.name, pauseMs: 0 });
    if (node.announcer?.exit !== null) await perform({ kind: "start", node: node.name, pauseMs: 0 });
  }
  quiet.push({ from: quietSince, to: monotonicMs() });
  await stopAll(run, fates);
  const observation = run.observation();
  if (observation === null) return;
  const changes = new Map(lab.nodes.map((node) => [node.name, node.addressChanges]));
  await run.step("every VIP was bound while it was announced, or back within 10 ms, or withdrawn", async () => {
    run.broken.push(
      ...lab.nodes.flatMap((node) => checkLosses(node, addressLosses(node))),
      ...checkBoundWhileAnnounced(observation, changes, seenLateMs),
      ...checkAnsweredInQuiet(lab.client?.probes ?? [], quiet, observation.readings),
    );
    const gaps = unboundWhileAnnounced(observation, changes).map(({ ms }) => ms);
    const losses = lab.nodes.flatMap((node) => addressLosses(node));
    const kept = losses.filter(({ withdrawn }) => withdrawn === null).map(({ backAfterMs }) => backAfterMs ?? 0);
    return `${losses.length} losses, ${kept.length} put back after at most ${Math.max(0, ...kept).toFixed(1)} ms without a withdrawal (seen from outside ${Math.max(0, ...gaps).toFixed(1)})`;
  });
}

function measure(run: ScenarioRun, fault: string, node: string, at: number, settledAt: number): void {
  const { client, vantage, plan } = run.lab;
  if (client === null) return;
  const outage = worstOutage(plan.vips.map((vip) => measureOutage(client.of(vip), at, settledAt)));
  run.addFault({
    fault,
    node,
    outageMs: tenths(outage.outageMs),
    longestGapMs: tenths(outage.longestGapMs),
    convergedMs: tenths(settledAt - at),
    probes: outage.probes,
    probesFailed: outage.failed,
    probeErrors: outage.errors,
    probesUnexplained: unexplainedFailures(client.probes, vantage?.gaps ?? [], at, settledAt).length,
    connections: 0,
    connectionsReset: 0,
    connectionsResetElsewhere: 0,
  });
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
