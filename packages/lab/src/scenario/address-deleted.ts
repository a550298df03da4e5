import { LabError } from "../errors.ts";
import type { LabNode } from "../node/lab-node.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { sleep, waitFor } from "../wait.ts";
import { addressLosses, checkLosses } from "./losses.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { startAll } from "./steps.ts";

/** A connection begun so shortly after the address was seen to be back may have met its absence: the observers are processes that wait their turn. */
export const seenLateMs = 100;
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

/** Deletes a VIP and waits until the node's kernel has it again: when it was deleted, and what the kernel's notices say. */
export async function deleteAndAwait(
  run: ScenarioRun,
  node: LabNode,
  vip: string,
): Promise<{ readonly since: number; readonly lost: number; readonly back: number }> {
  const seen = node.addressChanges.length;
  const since = await node.deleteAddress(vip);
  const change = (bound: boolean): number | null =>
    node.addressChanges.slice(seen).find((notice) => notice.vip === vip && notice.bound === bound && notice.at >= since)
      ?.at ?? null;
  const lost = await waitFor(`the kernel did not report that ${vip} went`, () => change(false), 2000, 2);
  const back = await waitFor(`${vip} was not put back`, () => change(true), 3000, 2);
  // Counted from when it was seen back: on a busy machine the deletion itself comes late. A long absence is reported elsewhere.
  run.excuses.push({ node: node.name, from: since, to: back + seenLateMs });
  return { since, lost, back };
}

/** Deletes a VIP once and looks at what happens; says it in words, and reports what must not. */
export async function deleteOnce(run: ScenarioRun, node: LabNode, vip: string): Promise<string> {
  const { since, lost, back } = await deleteAndAwait(run, node, vip);
  await node.waitForEvent("address.restored", { since, where: ({ fields }) => fields.vip === vip });
  await sleep(300);
  const losses = addressLosses(node, since).filter((loss) => loss.vip === vip);
  run.broken.push(...checkLosses(node, losses));
  const withdrawals = node.events.filter(
    ({ event, at, fields }) => event === "vip.withdrawn" && at >= since && fields.vip === vip,
  );
  // A late put-back that was withdrawn meanwhile is announced again: the rest of the scenario needs it.
  if (withdrawals.length > 0)
    await node.waitForEvent("vip.announced", { since, where: ({ fields }) => fields.vip === vip });
  const routes = (run.lab.vantage?.readings ?? []).filter((reading) => reading.vip === vip && reading.from >= since);
  const own = losses.map(({ backAfterMs }) => backAfterMs?.toFixed(1)).join(", ");
  return `put back after ${own} ms (seen from outside ${Math.max(0, back - lost).toFixed(1)}), ${withdrawals.length} withdrawals sent, ${routes.length} changes at the router`;
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
    run.broken.push(...checkLosses(node, addressLosses(node, since)));
    const others = run.lab.nodes.map(({ name }) => name).filter((name) => name !== node.name);
    await run.lab.waitForNextHops(others, 4000, [vip]);
    return `after ${deletions} deletions withdrawn from the router and held down for ${String(event.fields.holdDownMs)} ms`;
  });
}
