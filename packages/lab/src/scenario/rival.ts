import type { HeldGroup } from "../client/prober.ts";
import { LabError } from "../errors.ts";
import type { LabNode } from "../node/lab-node.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { sleep } from "../wait.ts";
import { deleteAndAwait, seenLateMs } from "./address-deleted.ts";
import { NodeFates } from "./chaos-settle.ts";
import { allIsWell, stopAll } from "./endings.ts";
import { type AddressLoss, addressLosses, cameLate, checkLosses, checkMostlyPutBack } from "./losses.ts";
import { anySeed, SeededRandom } from "./random.ts";
import { RivalSchedule } from "./rival-schedule.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { startAll } from "./steps.ts";
import { checkConnectionsAnswered, checkConnectionsKept } from "./unexplained.ts";

/** How often a rival deletes when nothing else is said. */
const defaultTimes = 20;
/** Long-lived connections to each VIP. */
const heldPerVip = 4;
/** From so many deletions on a VIP of every node is driven into its hold-down, else of one. */
const thoroughFrom = 100;
/** More deletions than any damping tolerates. */
const stubbornDeletions = 60;
/** Each VIP of each node bears four deletions in half a minute: with so many of them a thousand take some minutes. */
const eachFamily = 8;

/** A rival that deletes VIPs again and again: put back each time, and held down where it does not give up. */
export const rival: Scenario = {
  name: "rival",
  summary:
    "a rival deletes VIPs of all nodes, --times in all: each is put back at once; one that is never left alone is held down",
  minimumNodes: 2,
  takes: ["seed", "times"],
  lab: {
    vips: [
      ...Array.from({ length: eachFamily }, (_, index) => `192.0.2.${10 + index}/32`),
      ...Array.from({ length: eachFamily }, (_, index) => `2001:db8::${10 + index}/128`),
    ],
  },
  async run(run) {
    const { lab } = run;
    const { seed = anySeed(), times = defaultTimes } = run.options;
    if (lab.mode === "loopback") throw new LabError("unsupported", "without namespaces there is no address to delete");
    run.seed = seed;
    run.counts.times = times;
    await startAll(run);
    const since = monotonicMs();
    const groups = await Promise.all(lab.plan.vips.map((vip) => lab.client?.hold(vip, heldPerVip)));
    await run.step(`a rival deletes a VIP ${times} times`, () => deletions(run, new SeededRandom(seed), times, since));
    await run.step("no connection was lost to it", () =>
      connections(
        run,
        groups.filter((group) => group !== undefined),
        since,
      ),
    );
    for (const [index, node] of lab.nodes.slice(0, times < thoroughFrom ? 1 : lab.nodes.length).entries())
      await heldDown(run, node, lab.plan.vips[index] ?? "");
    const fates = new NodeFates();
    await allIsWell(run, fates);
    await stopAll(run, fates);
  },
};

async function deletions(run: ScenarioRun, random: SeededRandom, times: number, since: number): Promise<string> {
  const { lab } = run;
  const targets = lab.nodes.flatMap(({ name }) => lab.plan.vips.map((vip) => ({ node: name, vip })));
  const schedule = new RivalSchedule(random, targets);
  for (let done = 0; done < times; ) {
    const next = schedule.next(monotonicMs());
    if (typeof next === "number") {
      await sleep(next);
      continue;
    }
    await deleteAndAwait(run, lab.node(next.node), next.vip);
    done++;
    await sleep(schedule.gapMs());
  }
  await sleep(seenLateMs);
  const losses: AddressLoss[] = [];
  for (const node of lab.nodes) {
    const own = addressLosses(node, since);
    run.broken.push(...checkLosses(node, own));
    run.broken.push(...node.events.filter(({ event, at }) => event === "vip.damped" && at >= since).map(damped(node)));
    losses.push(...own);
  }
  run.broken.push(...checkMostlyPutBack(losses));
  const back = losses.flatMap(({ backAfterMs }) => (backAfterMs === null ? [] : [backAfterMs])).sort((a, b) => a - b);
  const withdrawn = losses.filter((loss) => loss.withdrawn !== null).length;
  // A deletion that the announcer never mentions would be judged by nobody.
  if (back.length !== times)
    throw new LabError("command-failed", `${times} deletions, and ${back.length} of them were reported as put back`);
  Object.assign(run.counts, { deletions: times, withdrawn });
  const at = (share: number): string => (back[Math.ceil(back.length * share) - 1] ?? 0).toFixed(1);
  const late = losses.filter(cameLate).length;
  return `put back after ${at(0.5)} ms (median), ${at(0.99)} (99 %), ${at(1)} (worst); ${late} came late, and ${withdrawn} of them were withdrawn`;
}

/** The schedule leaves each VIP alone before damping begins. */
function damped(node: LabNode): (event: LabNode["events"][number]) => ScenarioRun["broken"][number] {
  return ({ fields }) => ({
    promise: 1,
    node: node.name,
    vip: String(fields.vip),
    detail: `held down although it was removed only ${String(fields.removals)} times`,
  });
}

async function connections(run: ScenarioRun, groups: readonly HeldGroup[], since: number): Promise<string> {
  const { client, vantage } = run.lab;
  const held = groups.flatMap((group) => group.connections).length;
  const broken = groups.flatMap((group) => group.broken());
  const probes = (client?.probes ?? []).filter(({ at }) => at >= since);
  const readings = vantage?.readings ?? [];
  run.broken.push(...checkConnectionsKept(broken, readings, since));
  run.broken.push(...checkConnectionsAnswered(probes, run.excuses, readings));
  await Promise.all(groups.map((group) => group.release()));
  const failed = probes.filter(({ answer }) => answer === null).length;
  return `${broken.length} of ${held} long-lived ones reset, ${failed} of ${probes.length} new ones failed while the address was away`;
}

/** Deletes one VIP of one node until it is held down, and waits until it has come back by itself. */
async function heldDown(run: ScenarioRun, node: LabNode, vip: string): Promise<void> {
  const { lab } = run;
  const others = lab.nodes.map(({ name }) => name).filter((name) => name !== node.name);
  await run.step(
    `the rival does not leave ${vip} of ${node.name} alone: it is held down, and returns by itself`,
    async () => {
      const since = monotonicMs();
      const over = run.excuse(node.name);
      const isDamped = (): boolean =>
        node.events.some(({ event, at, fields }) => event === "vip.damped" && at >= since && fields.vip === vip);
      let count = 0;
      for (; !isDamped() && count < stubbornDeletions; await sleep(10)) {
        const argv = ["ip", "address", "del", vip, "dev", "lo"];
        const { code } = await lab.sandbox.exec(node.host, argv, { allowFailure: true });
        if (code === 0) count++;
      }
      const own = { since, where: ({ fields }: { fields: Readonly<Record<string, unknown>> }) => fields.vip === vip };
      const damping = await node.waitForEvent("vip.damped", own);
      await lab.waitForNextHops(others, 4000, [vip]);
      run.counts.deletions = (run.counts.deletions ?? 0) + count;
      run.counts.heldDown = (run.counts.heldDown ?? 0) + 1;
      const holdDownMs = Number(damping.fields.holdDownMs);
      const back = await node.waitForEvent("vip.announced", {
        ...own,
        since: damping.at,
        timeoutMs: holdDownMs + 5000,
      });
      // Its own clock says when; a little early is the time that the event needed to be read.
      if (back.at - damping.at < holdDownMs - seenLateMs)
        run.broken.push({
          promise: 1,
          node: node.name,
          vip,
          detail: `announced again before its hold-down of ${holdDownMs} ms was over`,
        });
      await lab.waitForNextHops([node.name, ...others], 4000, [vip]);
      await sleep(seenLateMs);
      over();
      run.broken.push(...checkLosses(node, addressLosses(node, since)));
      return `${count} deletions, held down for ${holdDownMs} ms, announced again after ${Math.round(back.at - damping.at)} ms`;
    },
  );
}
