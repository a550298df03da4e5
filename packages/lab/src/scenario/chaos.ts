import { measureOutage, unexplainedFailures, worstOutage } from "../client/measure.ts";
import { LabError } from "../errors.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { sleep } from "../wait.ts";
import { performChaosFault, stopNodes } from "./chaos-faults.ts";
import { type ChaosFault, chaosSchedule, describeChaosFault, maxChaosSeed } from "./chaos-schedule.ts";
import { bindingProblems, NodeFates } from "./chaos-settle.ts";
import { addressLosses, checkLosses } from "./losses.ts";
import { checkAnsweredInQuiet, checkBoundWhileAnnounced, type QuietTime, unboundWhileAnnounced } from "./promises.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { startAll } from "./steps.ts";

/** What decides a chaos run. */
export interface ChaosOptions {
  /** 0..4294967295. Default a random one, which the result names. */
  readonly seed?: number;
  /** How long new faults are made, 1..3600. Default 12. */
  readonly seconds?: number;
}

/**
 * How long a route may seem to outlive its address from outside, where each of the processes on the way has to wait for a machine that starts
 * others at the same time. The promise itself is judged by the announcers' own clocks; this tells whether one is deaf, or says what is not so.
 */
const seenLateMs = 400;

/** How long a chaos run makes faults when nothing else is said. */
export const defaultChaosSeconds = 12;

/** Faults in an order that a seed decides. Throws `bad-option` on a seed or a time out of its range. */
export function chaosScenario(options: ChaosOptions = {}): Scenario {
  const { seed, seconds = defaultChaosSeconds } = options;
  check(seed, 0, maxChaosSeed, "the seed of a chaos run");
  check(seconds, 1, 3600, "the seconds of a chaos run");
  return {
    name: "chaos",
    summary: "faults at random, in an order that the seed decides; the promises are checked after each",
    minimumNodes: 2,
    run: (run) => runChaos(run, seed ?? Math.floor(Math.random() * (maxChaosSeed + 1)), seconds),
  };
}

function check(value: number | undefined, min: number, max: number, what: string): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= min && value <= max))
    throw new LabError("bad-option", `${what} is a whole number from ${min} to ${max}, not ${value}`);
}

async function runChaos(run: ScenarioRun, seed: number, seconds: number): Promise<void> {
  const { lab } = run;
  if (lab.mode === "loopback")
    throw new LabError("unsupported", "without namespaces there is no address to delete and no link to cut");
  const faults: string[] = [];
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
  await run.step("stop all nodes (SIGTERM): nothing is left", async () => {
    await stopNodes(run, fates, lab.nodes);
    await checkBindings(run, fates);
    return "no route at the router, no VIP on any node";
  });
  const observation = run.observation();
  if (observation === null) return;
  const changes = new Map(lab.nodes.map((node) => [node.name, node.addressChanges]));
  await run.step("every VIP was bound while it was announced, or back within 10 ms, or withdrawn", async () => {
    run.broken.push(
      ...lab.nodes.flatMap((node) => checkLosses(node.name, addressLosses(node.events), node.addressChanges)),
      ...checkBoundWhileAnnounced(observation, changes, seenLateMs),
      ...checkAnsweredInQuiet(lab.client?.probes ?? [], quiet, observation.readings),
    );
    const gaps = unboundWhileAnnounced(observation, changes).map(({ ms }) => ms);
    const losses = lab.nodes.flatMap((node) => addressLosses(node.events));
    const kept = losses.filter(({ withdrawn }) => withdrawn === null).map(({ backAfterMs }) => backAfterMs ?? 0);
    return `${losses.length} losses, ${kept.length} put back after at most ${Math.max(0, ...kept).toFixed(1)} ms without a withdrawal (seen from outside ${Math.max(0, ...gaps).toFixed(1)})`;
  });
}

/** A running node may be between a hold-down and its end: what is wrong must stay wrong for a moment. */
async function checkBindings(run: ScenarioRun, fates: NodeFates): Promise<void> {
  const deadline = monotonicMs() + 1000;
  for (;;) {
    const problems = await bindingProblems(run, fates);
    if (problems.length === 0) return;
    if (monotonicMs() > deadline) throw new LabError("timeout", problems.join("; "));
    await sleep(50);
  }
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
