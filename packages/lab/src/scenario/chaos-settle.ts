import { LabError } from "../errors.ts";
import type { LabNode } from "../node/lab-node.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { hostAddresses } from "../topology/build.ts";
import { addressOf, vantageKey } from "../topology/plan.ts";
import { sleep } from "../wait.ts";
import type { ScenarioRun } from "./run.ts";

/** What a chaos run itself did to its nodes. */
export class NodeFates {
  /** Nodes whose cable is out. */
  readonly unlinked: Set<string> = new Set();
  /** Nodes that were killed, with the VIPs that their kernel had then. */
  readonly killed: Map<string, readonly string[]> = new Map();
  /** When each announcer was started last. */
  readonly startedAt: Map<string, number> = new Map();

  /** Whether the announcer runs and reaches the router. */
  serves(node: LabNode): boolean {
    return node.announcer?.exit === null && !this.unlinked.has(node.name);
  }

  /** Whether the node holds the VIP down now, because it was removed again and again. */
  holdsDown(node: LabNode, vip: string): boolean {
    const since = this.startedAt.get(node.name) ?? 0;
    const damped = node.events.findLast(
      ({ event, at, fields }) => event === "vip.damped" && at >= since && fields.vip === vip,
    );
    return damped !== undefined && monotonicMs() < damped.at + Number(damped.fields.holdDownMs);
  }

  /** The nodes that must be next hops of the VIP now. */
  expected(run: ScenarioRun, vip: string): readonly string[] {
    const nodes = run.lab.nodes.filter((node) => this.serves(node) && !this.holdsDown(node, vip));
    return nodes.map((node) => node.name);
  }
}

/** How long a node's VIP takes to answer a client that asks all the time. */
const reachedMs = 4000;

/**
 * Waits until the router forwards each VIP to exactly the nodes that announce it, each of them answers past the routing decision, and
 * the client is answered by every one of them and by nobody else. Returns when the routes were right. Throws `timeout`.
 */
export async function settle(run: ScenarioRun, fates: NodeFates, withinMs: number): Promise<number> {
  const { lab } = run;
  await waitForExpected(run, fates, withinMs);
  const settledAt = monotonicMs();
  const expected = lab.plan.vips.map((vip) => ({ vip, nodes: fates.expected(run, vip) }));
  const keys = expected.flatMap(({ vip, nodes }) => nodes.map((name) => vantageKey(name, vip)));
  await lab.vantage?.answered(keys, settledAt, reachedMs);
  const deadline = settledAt + reachedMs;
  for (;;) {
    const fresh = recent(lab.client?.probes ?? [], settledAt);
    const missing = expected.flatMap(({ vip, nodes }) =>
      nodes
        .filter((name) => !fates.holdsDown(lab.node(name), vip))
        .filter((name) => !fresh.some((probe) => probe.target === vip && probe.answer === name))
        .map((name) => `${name} on ${addressOf(vip)}`),
    );
    const stranger = fresh.find(
      ({ target, answer }) =>
        answer !== null &&
        !(expected.find(({ vip }) => vip === target)?.nodes ?? []).includes(answer) &&
        !fates.expected(run, target).includes(answer),
    );
    if (stranger !== undefined)
      throw new LabError("timeout", `${stranger.answer} answered on ${stranger.target}, which it does not announce`);
    if (missing.length === 0) return settledAt;
    if (monotonicMs() > deadline) throw new LabError("timeout", `the client got no answer from ${missing.join(", ")}`);
    await sleep(20);
  }
}

/** The end of a hold-down changes what is expected while one waits. */
async function waitForExpected(run: ScenarioRun, fates: NodeFates, withinMs: number): Promise<void> {
  const { lab } = run;
  const deadline = monotonicMs() + withinMs;
  for (;;) {
    const wrong: string[] = [];
    for (const vip of lab.plan.vips) {
      const before = fates.expected(run, vip);
      const seen = await lab.nextHops(vip);
      const after = fates.expected(run, vip);
      const same = (wanted: readonly string[]): boolean => [...wanted].sort().join(" ") === seen.join(" ");
      if (!same(before) && !same(after))
        wrong.push(`${vip} has next hops [${seen.join(" ")}], and [${after.join(" ")}] announce it`);
    }
    if (wrong.length === 0) return;
    if (monotonicMs() > deadline)
      throw new LabError("timeout", `${wrong.join("; ")} (waited ${Math.round(withinMs)} ms)`);
    await sleep(20);
  }
}

/**
 * What each node's kernel has must fit what the node does: a running one has each VIP once unless it holds it down, one that was killed
 * what it had, one that was stopped none. Says what does not, in words.
 */
async function bindingProblems(run: ScenarioRun, fates: NodeFates): Promise<readonly string[]> {
  const problems = await Promise.all(run.lab.nodes.map((node) => nodeBindingProblems(run, fates, node)));
  return problems.flat();
}

/** Throws `timeout` with what {@link bindingProblems} says. A node may be between a hold-down and its end: what is wrong must stay wrong for a moment. */
export async function checkBindings(run: ScenarioRun, fates: NodeFates): Promise<void> {
  const deadline = monotonicMs() + 1000;
  for (;;) {
    const problems = await bindingProblems(run, fates);
    if (problems.length === 0) return;
    if (monotonicMs() > deadline) throw new LabError("timeout", problems.join("; "));
    await sleep(50);
  }
}

async function nodeBindingProblems(run: ScenarioRun, fates: NodeFates, node: LabNode): Promise<readonly string[]> {
  const { lab } = run;
  if (node.host === null) return [];
  const heldDown = new Set(lab.plan.vips.filter((vip) => fates.holdsDown(node, vip)));
  const addresses = (await hostAddresses(lab.sandbox, node.host)).map(addressOf);
  const running = node.announcer?.exit === null;
  const killed = fates.killed.get(node.name);
  return lab.plan.vips.flatMap((vip) => {
    const count = addresses.filter((address) => address === addressOf(vip)).length;
    const wanted = running ? 1 : killed?.includes(vip) === true ? 1 : 0;
    // A hold-down that ends just now may be on either side.
    if (count === wanted || (running && count === 0 && (heldDown.has(vip) || fates.holdsDown(node, vip)))) return [];
    const state = running ? "runs" : killed === undefined ? "was stopped" : "was killed";
    return [`${node.name} ${state} and has ${addressOf(vip)} ${count} times, not ${wanted}`];
  });
}

/** The probes that began at or after `since`: the youngest are last, and one takes at most a second. */
function recent<T extends { readonly at: number }>(probes: readonly T[], since: number): readonly T[] {
  let first = probes.length;
  while (first > 0 && (probes[first - 1]?.at ?? 0) >= since - 1000) first--;
  return probes.slice(first).filter(({ at }) => at >= since);
}
