import { LabError } from "../errors.ts";
import type { LabNode } from "../node/lab-node.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { NodeFates } from "./chaos-settle.ts";
import { allIsWell, stopAll } from "./endings.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { allAnswer, describeFault, runningNodes, startAll } from "./steps.ts";

/** A cut is noticed when the hold time (3 s) has run out, by timers that look once a second. */
const noticedMs = 8000;
/** A node dials again about once a second; a router takes its time before it answers a neighbour that failed. */
const reconnectMs = 12_000;

/** A node loses its cable for longer than the hold time. */
export const linkDown: Scenario = cutScenario({
  name: "link-down",
  summary: "one node loses its link for longer than the hold time, and gets it back",
  what: "the link of node1",
  cut: (node) => node.linkDown(),
  mend: (node) => node.linkUp(),
});

/** A node is cut off although every link stays up. */
export const partition: Scenario = cutScenario({
  name: "partition",
  summary: "one node is cut off although every link stays up, for longer than the hold time, and heals",
  what: "the way to node1",
  cut: (node) => node.partition(),
  mend: (node) => node.heal(),
});

interface Cut {
  readonly name: string;
  readonly summary: string;
  /** What is cut, for people. */
  readonly what: string;
  readonly cut: (node: LabNode) => Promise<void>;
  readonly mend: (node: LabNode) => Promise<void>;
}

function cutScenario({ name, summary, what, cut, mend }: Cut): Scenario {
  return {
    name,
    summary,
    minimumNodes: 2,
    async run(run) {
      const node = run.lab.node("node1");
      if (node.host === null) throw new LabError("unsupported", "without namespaces there is no link to cut");
      await startAll(run);
      const all = runningNodes(run);
      const others = all.filter((other) => other !== node.name);
      const fates = new NodeFates();
      const since = monotonicMs();
      const mended = run.excuse(node.name);
      fates.unlinked.add(node.name);
      await measured(run, `${what} is cut`, others, () => cut(node), noticedMs);
      await run.step("the node noticed it, and kept its addresses", async () => {
        const { fields } = await node.waitForEvent("peer.down", { since });
        expectUntouched(run, node, since);
        return String(fields.reason);
      });
      await allAnswer(run, others);
      await measured(run, `${what} is mended`, all, () => mend(node), reconnectMs);
      fates.unlinked.delete(node.name);
      await allAnswer(run, all);
      mended();
      expectUntouched(run, node, since);
      await allIsWell(run, fates);
      await stopAll(run, fates);
    },
  };

  async function measured(
    run: ScenarioRun,
    fault: string,
    expected: readonly string[],
    act: () => Promise<void>,
    withinMs: number,
  ): Promise<void> {
    await run.step(fault, async () =>
      describeFault(await run.fault({ name: fault, node: "node1", expected, act, withinMs }), expected),
    );
  }
}

/** What happens on the wire is no reason to take an address from the interface. */
function expectUntouched(run: ScenarioRun, node: LabNode, since: number): void {
  for (const { vip } of node.addressChanges.filter((change) => !change.bound && change.at >= since))
    run.broken.push({ promise: 2, node: node.name, vip, detail: "unbound because a link or a session was lost" });
}
