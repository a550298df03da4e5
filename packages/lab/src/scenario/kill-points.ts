import { LabError } from "../errors.ts";
import type { LabNode } from "../node/lab-node.ts";
import { addBystanders } from "./bystanders.ts";
import { killMoments } from "./kill-cycles.ts";
import { KillTarget } from "./kill-target.ts";
import { anySeed, SeededRandom } from "./random.ts";
import type { Scenario, ScenarioRun } from "./run.ts";

/** How often an announcer is killed when nothing else is said. */
const defaultTimes = 24;
/** From so many kills on it is no chance that none met an announcer at each of its works. */
const thoroughFrom = 100;
/** VIPs of each family beside the lab's own: so many that the work on them takes a while in which it can be killed. */
const eachFamily = 32;

/** kill -9 at points of the announcer's life that a seed decides, and what the next start makes of it. */
export const killPoints: Scenario = {
  name: "kill-points",
  summary:
    "kill -9 at --times random points of bind, announce, withdraw and unbind; the next start leaves nothing stale and touches nothing foreign",
  minimumNodes: 1,
  takes: ["seed", "times"],
  async run(run) {
    const { lab } = run;
    const { seed = anySeed(), times = defaultTimes } = run.options;
    if (lab.mode === "loopback") throw new LabError("unsupported", "without namespaces no address is bound");
    run.seed = seed;
    Object.assign(run.counts, { times, kills: 0 });
    await run.step("addresses of strangers beside the VIPs, and another instance of the announcer", async () => {
      await Promise.all(lab.nodes.map((node) => addBystanders(run, node)));
      return "on lo and eth0 of every node, one of them to be adopted";
    });
    await run.step(`kill -9 at ${times} points`, () => killAll(run, seed, times));
    if (times >= thoroughFrom) await run.step("it was killed at each of its works", async () => met(run));
  },
};

/** Each node has its own sequence of kills, so that they are the same whatever the others do meanwhile. */
async function killAll(run: ScenarioRun, seed: number, times: number): Promise<string> {
  const { nodes } = run.lab;
  const pool = vipPool(run);
  const failure = new AbortController();
  const work = nodes.map(async (node, index) => {
    const share = Math.floor(times / nodes.length) + (index < times % nodes.length ? 1 : 0);
    const target = await KillTarget.begin(run, node, pool, new SeededRandom(seed + index * 0x9e37_79b9));
    for (let cycle = 0; cycle < share && !failure.signal.aborted; cycle++) await numbered(target, node, cycle);
  });
  const ends = await Promise.allSettled(work.map((part) => part.catch((error: unknown) => fail(failure, error))));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const { times: _, ...counts } = run.counts;
  return Object.entries(counts)
    .map(([what, count]) => `${what} ${count}`)
    .join(", ");
}

function fail(failure: AbortController, error: unknown): never {
  failure.abort();
  throw error;
}

async function numbered(target: KillTarget, node: LabNode, cycle: number): Promise<void> {
  try {
    await target.cycle();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(error.code, `kill ${cycle + 1} of ${node.name}, ${target.doing}: ${error.message}`);
  }
}

function vipPool(run: ScenarioRun): readonly string[] {
  const { vips, ipv6 } = run.lab.plan;
  const numbers = Array.from({ length: eachFamily }, (_, index) => 32 + index);
  return [
    ...vips,
    ...numbers.map((number) => `192.0.2.${number}/32`),
    ...(ipv6 ? numbers.map((number) => `2001:db8::${number}/128`) : []),
  ];
}

/** Bind, announce, withdraw and unbind: of each some kill must have found the work half done, or done and the next not begun. */
function met(run: ScenarioRun): string {
  const works: Readonly<Record<string, readonly string[]>> = {
    bind: ["recorded", "binding", "bound"],
    announce: ["announcing", "announced"],
    withdraw: ["withdrawing", "withdrawn"],
    unbind: ["unbinding", "unbound"],
  };
  const missed = Object.entries(works).filter(([, names]) => names.every((name) => (run.counts[name] ?? 0) === 0));
  if (missed.length > 0)
    throw new LabError(
      "command-failed",
      `no kill met ${missed.map(([work]) => work).join(", ")}: it proves nothing of it`,
    );
  return `${killMoments.length} moments, and every work was met`;
}
