import { LabError } from "../errors.ts";
import type { LabNode } from "../node/lab-node.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { hostAddresses } from "../topology/build.ts";
import { sleep } from "../wait.ts";
import { deleteOnce, seenLateMs } from "./address-deleted.ts";
import type { ChaosFault } from "./chaos-schedule.ts";
import type { NodeFates } from "./chaos-settle.ts";
import { settle } from "./chaos-settle.ts";
import { checkCleanedUp, checkWithdrawnBeforeUnbound, tenures } from "./promises.ts";
import type { ScenarioRun } from "./run.ts";

/** The end of a connection is seen at once; this is for a machine that is busy with other things. */
const atOnceMs = 3000;
/** The hold time of `--timers fast`, and a second until the next look at it. */
const holdMs = 3000 + 1500;
/** A node tries again after about a second; a router takes its time before it answers a neighbour that failed. */
const reconnectMs = 9000;
/** Until the router asks a second time who has an address that did not answer, and once more. */
const neighbourMs = 2000;

/** What came of a fault. */
export interface FaultOutcome {
  /** When the routes were right again. */
  readonly settledAt: number;
  /** What was seen beyond that, in words; empty for nothing. */
  readonly detail: string;
}

/** Does one fault, waits until the lab has settled, and checks what the fault itself promises. */
export async function performChaosFault(run: ScenarioRun, fates: NodeFates, fault: ChaosFault): Promise<FaultOutcome> {
  const { lab } = run;
  switch (fault.kind) {
    case "kill":
    case "crash":
      return kill(run, fates, lab.node(fault.node), fault.kind === "kill");
    case "stop":
      return stopNodes(run, fates, [lab.node(fault.node)]);
    case "start":
      return start(run, fates, lab.node(fault.node));
    case "link-down": {
      const node = lab.node(fault.node);
      excuse(run, node, holdMs);
      await node.linkDown();
      fates.unlinked.add(node.name);
      return { settledAt: await settle(run, fates, holdMs), detail: "" };
    }
    case "link-up": {
      const node = lab.node(fault.node);
      excuse(run, node, neighbourMs);
      await node.linkUp();
      fates.unlinked.delete(node.name);
      return { settledAt: await settle(run, fates, reconnectMs), detail: "" };
    }
    case "link-flap": {
      const node = lab.node(fault.node);
      excuse(run, node, fault.ms + neighbourMs);
      await node.linkDown();
      await sleep(fault.ms);
      await node.linkUp();
      return { settledAt: await settle(run, fates, reconnectMs), detail: "" };
    }
    case "delete": {
      const detail = await deleteOnce(run, lab.node(fault.node), fault.vip);
      return { settledAt: await settle(run, fates, atOnceMs), detail };
    }
    case "rival":
      return rival(run, fates, lab.node(fault.node), fault.vip, fault.times);
    case "restart-router":
      await lab.router.restart();
      return { settledAt: await settle(run, fates, reconnectMs), detail: "" };
    default:
      fault satisfies never;
      throw new LabError("bad-option", "no such fault");
  }
}

function excuse(run: ScenarioRun, node: LabNode, ms: number): void {
  const from = monotonicMs();
  run.excuses.push({ node: node.name, from, to: from + ms });
}

async function kill(run: ScenarioRun, fates: NodeFates, node: LabNode, service: boolean): Promise<FaultOutcome> {
  // Without its announcer a node that still has address and service answers: no excuse is needed.
  if (service) excuse(run, node, atOnceMs);
  await (service ? node.kill() : node.crash());
  const left = await node.boundVips();
  fates.killed.set(node.name, left);
  return { settledAt: await settle(run, fates, atOnceMs), detail: `${left.length} VIPs left bound` };
}

async function start(run: ScenarioRun, fates: NodeFates, node: LabNode): Promise<FaultOutcome> {
  if (!node.serviceRuns) await node.startService();
  const left = fates.killed.get(node.name) ?? [];
  fates.killed.delete(node.name);
  const since = monotonicMs();
  fates.startedAt.set(node.name, since);
  await node.start();
  const settledAt = await settle(run, fates, reconnectMs);
  const events = node.events.filter(({ at }) => at >= since);
  const trouble = events.find(({ event }) => event === "vip.refused" || event === "vip.failed");
  if (trouble !== undefined)
    run.broken.push({
      promise: 3,
      node: node.name,
      vip: String(trouble.fields.vip),
      detail: `after the start it said ${JSON.stringify(trouble.fields)}`,
    });
  for (const vip of left) {
    // Ours, not somebody else's that was adopted; and never taken away to be put there anew.
    const bound = events.find(({ event, fields }) => event === "vip.bound" && fields.vip === vip);
    const removed = node.addressChanges.some((change) => change.vip === vip && !change.bound && change.at >= since);
    if (bound?.fields.adopted === false && !removed) continue;
    const how = removed ? "removed" : bound === undefined ? "not taken over" : "taken for somebody else's";
    run.broken.push({ promise: 3, node: node.name, vip, detail: `bound before kill -9 and ${how} after the start` });
  }
  return { settledAt, detail: left.length === 0 ? "" : `${left.length} VIPs of before the end recognised` };
}

/** SIGTERM for nodes, all at once, and the promises of an orderly end. */
export async function stopNodes(run: ScenarioRun, fates: NodeFates, nodes: readonly LabNode[]): Promise<FaultOutcome> {
  const { lab } = run;
  const since = monotonicMs();
  const before = run.observation();
  const announced = new Set((before === null ? [] : tenures(before)).filter(({ goneAt }) => goneAt === null).map(key));
  const exits = await Promise.all(nodes.map((node) => node.stop()));
  exits.forEach((exit, index) => {
    const node = nodes[index] as LabNode;
    if (exit.code !== 0)
      throw new LabError(
        "command-failed",
        `${node.name} ended with ${exit.signal ?? `exit code ${exit.code}`}: ${node.lastWords()}`,
      );
  });
  const settledAt = await settle(run, fates, atOnceMs);
  const observation = run.observation();
  for (const node of nodes) {
    if (observation === null || node.host === null) continue;
    const { ipv4, ipv6 } = node.plan.addresses;
    const own = [ipv4, ...(ipv6 === null ? [] : [ipv6]), "127.0.0.1"];
    const vips = lab.plan.vips.filter((vip) => announced.has(key({ node: node.name, vip })));
    run.broken.push(
      ...checkWithdrawnBeforeUnbound({ ...observation, vips }, node.name, node.addressChanges, since),
      ...checkCleanedUp(node.name, lab.plan.vips, await hostAddresses(lab.sandbox, node.host), own),
    );
  }
  return { settledAt, detail: "withdrawn, then unbound" };
}

function key({ node, vip }: { readonly node: string; readonly vip: string }): string {
  return `${node} ${vip}`;
}

async function rival(
  run: ScenarioRun,
  fates: NodeFates,
  node: LabNode,
  vip: string,
  times: number,
): Promise<FaultOutcome> {
  const since = monotonicMs();
  let deletions = 0;
  for (let time = 0; time < times; time++) {
    const device = ["ip", "address", "del", vip, "dev", "lo"];
    const { code } = await run.lab.sandbox.exec(node.host, device, { allowFailure: true });
    if (code === 0) deletions++;
    await sleep(10);
  }
  run.excuses.push({ node: node.name, from: since, to: monotonicMs() + seenLateMs });
  const settledAt = await settle(run, fates, atOnceMs);
  const held = node.events.find(({ event, at, fields }) => event === "vip.damped" && at >= since && fields.vip === vip);
  const outcome = held === undefined ? "put back" : `held down for ${String(held.fields.holdDownMs)} ms`;
  return { settledAt, detail: `${deletions} deletions, ${outcome}` };
}
