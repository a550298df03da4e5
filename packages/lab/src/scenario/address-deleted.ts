import { LabError } from "../errors.ts";
import type { LabNode } from "../node/lab-node.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { sleep, waitFor } from "../wait.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { startAll } from "./steps.ts";

/** How long the address may be away without a withdrawal: the announcer's 10 ms and what a busy machine adds. */
export const graceMs = 100;
/** More deletions than any damping tolerates. */
const rivalDeletions = 60;

/** Somebody deletes the VIP from the interface: once, and then again and again. */
export const addressDeleted: Scenario = {
  name: "address-deleted",
  summary: "a rival deletes the VIP once (put back, no withdrawal), then again and again (withdrawn, damped)",
  minimumNodes: 1,
  async run(run) {
    const node = run.lab.node("node1");
    if (node.host === null)
      throw new LabError("unsupported", "without namespaces no address is bound, so none can be deleted");
    await startAll(run);
    for (const vip of run.lab.plan.vips)
      await run.step(`delete ${vip} from ${node.name} by hand`, () => deleteOnce(run, node, vip));
    const [vip] = run.lab.plan.vips;
    if (vip !== undefined) await deletedAgainAndAgain(run, node, vip);
  },
};

/** Deletes a VIP once and looks at what happens; says it in words, and reports what must not. */
export async function deleteOnce(run: ScenarioRun, node: LabNode, vip: string): Promise<string> {
  const since = await node.deleteAddress(vip);
  const change = (bound: boolean): number | null =>
    node.addressChanges.find((seen) => seen.vip === vip && seen.bound === bound && seen.at >= since)?.at ?? null;
  const lost = await waitFor(`the kernel did not report that ${vip} went`, () => change(false), 2000, 2);
  const back = await waitFor(`${vip} was not put back`, () => change(true), 3000, 2);
  // Counted from when it was seen back: on a busy machine the deletion itself comes late. A long absence is reported below.
  run.excuses.push({ node: node.name, from: since, to: back + graceMs });
  await node.waitForEvent("address.restored", { since, where: ({ fields }) => fields.vip === vip });
  await sleep(300);
  const withdrawn = node.events.filter((seen) => seen.event === "vip.withdrawn" && seen.at >= since);
  const routes = (run.lab.vantage?.readings ?? []).filter((reading) => reading.vip === vip && reading.from >= since);
  const ms = Math.max(0, back - lost);
  if (withdrawn.length === 0 && ms > graceMs)
    run.broken.push({
      promise: 1,
      node: node.name,
      vip,
      detail: `unbound for ${Math.round(ms)} ms and never withdrawn`,
    });
  if (withdrawn.length > 0 && ms <= 10)
    run.broken.push({
      promise: 1,
      node: node.name,
      vip,
      detail: `withdrawn although it was back after ${ms.toFixed(1)} ms`,
    });
  return `put back after ${ms.toFixed(1)} ms, ${withdrawn.length} withdrawals sent, ${routes.length} changes at the router`;
}

async function deletedAgainAndAgain(run: ScenarioRun, node: LabNode, vip: string): Promise<void> {
  await run.step(`delete ${vip} from ${node.name} again and again`, async () => {
    const since = monotonicMs();
    run.excuses.push({ node: node.name, from: since, to: Number.POSITIVE_INFINITY });
    let deletions = 0;
    const damped = (): boolean => node.events.some(({ event, at }) => event === "vip.damped" && at >= since);
    while (!damped() && deletions < rivalDeletions) {
      const device = ["ip", "address", "del", vip, "dev", "lo"];
      const { code } = await run.lab.sandbox.exec(node.host, device, { allowFailure: true });
      if (code === 0) deletions++;
      await sleep(10);
    }
    const event = await node.waitForEvent("vip.damped", { since });
    const others = run.lab.nodes.map(({ name }) => name).filter((name) => name !== node.name);
    await run.lab.waitForNextHops(others, 4000, [vip]);
    return `after ${deletions} deletions withdrawn from the router and held down for ${String(event.fields.holdDownMs)} ms`;
  });
}
