import { LabError } from "../errors.ts";
import type { LabNode } from "../node/lab-node.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { sleep, waitFor } from "../wait.ts";
import { seenLateMs } from "./address-deleted.ts";
import { NodeFates } from "./chaos-settle.ts";
import { allIsWell, stopAll } from "./endings.ts";
import { addressLosses, checkLosses, checkMostlyPutBack, checkWithdrawnInTime } from "./losses.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { allAnswer, describeFault, runningNodes, startAll } from "./steps.ts";

/** Long enough for the withdrawal to reach the router, whose next hops are then looked at. */
const backWithinMs = 12_000;

/** So often that putting back cannot be told from luck, and seldom enough not to be taken for a rival: five removals in 30 s are one. */
const flushes = 3;

/** The interface of the VIPs goes down and comes up, and somebody empties it. */
export const loDownUp: Scenario = {
  name: "lo-down-up",
  summary: "lo goes down and up, for long and for a moment, loses IPv6, and is flushed: everything returns by itself",
  minimumNodes: 2,
  async run(run) {
    const { lab } = run;
    const node = lab.node("node1");
    if (node.host === null) throw new LabError("unsupported", "without namespaces no address is bound on lo");
    await startAll(run);
    await downForLong(run, node);
    await run.step("lo goes down and up at once", () =>
      trouble(run, node, async () => ip(run, node, ["link set lo down", "link set lo up"])),
    );
    if (lab.plan.ipv6)
      await run.step("IPv6 is switched off on lo, and on again", () =>
        trouble(run, node, async () => {
          await disableIpv6(run, node, true);
          await sleep(200);
          await disableIpv6(run, node, false);
        }),
      );
    const flushedFrom = monotonicMs();
    for (let time = 1; time <= flushes; time++)
      await run.step(`ip address flush dev lo (${time} of ${flushes})`, () => flush(run, node));
    const fates = new NodeFates();
    await allIsWell(run, fates);
    for (const each of lab.nodes) {
      run.broken.push(...checkLosses(each, addressLosses(each)));
      run.broken.push(...checkWithdrawnInTime(each.name, each.events));
    }
    run.broken.push(...checkMostlyPutBack(addressLosses(node, flushedFrom)));
    await stopAll(run, fates);
  },
};

async function downForLong(run: ScenarioRun, node: LabNode): Promise<void> {
  const all = runningNodes(run);
  const others = all.filter((name) => name !== node.name);
  const up = run.excuse(node.name);
  await run.step("lo goes down", async () => {
    const since = monotonicMs();
    const act = (): Promise<void> => ip(run, node, ["link set lo down"]);
    const fault = await run.fault({ name: "lo down", node: node.name, expected: others, act });
    return `${describeFault(fault, others)}; ${describeLosses(node, since)}`;
  });
  await allAnswer(run, others);
  await run.step("lo comes up", async () => {
    const act = (): Promise<void> => ip(run, node, ["link set lo up"]);
    const fault = { name: "lo up", node: node.name, expected: all, act, withinMs: backWithinMs };
    return describeFault(await run.fault(fault), all);
  });
  await allAnswer(run, all);
  up();
}

/** Does something that may cost the node its VIPs for a moment, and waits until each is bound and announced. */
async function trouble(run: ScenarioRun, node: LabNode, act: () => Promise<void>): Promise<string> {
  const since = monotonicMs();
  const over = run.excuse(node.name);
  await act();
  // What is lost is reported before it is back: nothing lost and all there means that nothing will come any more.
  await sleep(seenLateMs);
  await waitFor(
    () => `${node.name} does not announce all of its VIPs again: ${node.lastWords()}`,
    () => (run.lab.plan.vips.every((vip) => isServed(node, vip)) ? true : null),
    backWithinMs,
  );
  await run.lab.waitForNextHops(runningNodes(run), backWithinMs);
  await sleep(seenLateMs);
  over();
  return describeLosses(node, since);
}

/** By its own words: the VIP is bound and announced. */
function isServed(node: LabNode, vip: string): boolean {
  const story = node.events.filter(({ fields }) => fields.vip === vip);
  const last = (names: readonly string[]): string | undefined =>
    story.findLast(({ event }) => names.includes(event))?.event;
  const bound = last(["vip.bound", "address.lost", "address.restored", "vip.unbound"]);
  return (
    bound !== "address.lost" && bound !== "vip.unbound" && last(["vip.announced", "vip.withdrawn"]) === "vip.announced"
  );
}

/**
 * One round takes each address once. Left to itself `ip` goes round up to ten times as long as it finds any, which is a rival that deletes
 * again and again; that is another scenario.
 */
async function flush(run: ScenarioRun, node: LabNode): Promise<string> {
  const argv = ["ip", "-loops", "1", "address", "flush", "dev", "lo"];
  const since = monotonicMs();
  const words = await trouble(run, node, async () => {
    await run.lab.sandbox.exec(node.host, argv, { allowFailure: true });
  });
  // Not vipcast's: whoever flushed it has to put it back.
  const { stdout } = await run.lab.sandbox.exec(node.host, ["ip", "-oneline", "address", "show", "dev", "lo"]);
  if (stdout.includes(" 127.0.0.1/")) throw new LabError("command-failed", "lo was not flushed: 127.0.0.1 is there");
  await ip(run, node, ["address add 127.0.0.1/8 dev lo"]);
  const losses = addressLosses(node, since);
  const unnoticed = run.lab.plan.vips.filter((vip) => !losses.some((loss) => loss.vip === vip));
  for (const vip of unnoticed)
    run.broken.push({
      promise: 1,
      node: node.name,
      vip,
      detail: "flushed, and its announcer did not say that it was lost",
    });
  return words;
}

function describeLosses(node: LabNode, since: number): string {
  const losses = addressLosses(node, since).map(({ vip, backAfterMs, withdrawn }) => {
    const back = backAfterMs === null ? "not back yet" : `back after ${backAfterMs.toFixed(1)} ms`;
    return `${vip} ${back}, ${withdrawn === null ? "not withdrawn" : "withdrawn"}`;
  });
  return losses.length === 0 ? "no VIP was lost" : losses.join("; ");
}

async function ip(run: ScenarioRun, node: LabNode, commands: readonly string[]): Promise<void> {
  await run.lab.sandbox.exec(node.host, ["ip", "-batch", "-"], { input: `${commands.join("\n")}\n` });
}

async function disableIpv6(run: ScenarioRun, node: LabNode, off: boolean): Promise<void> {
  const script = `echo ${off ? 1 : 0} >/proc/sys/net/ipv6/conf/lo/disable_ipv6`;
  await run.lab.sandbox.exec(node.host, ["sh", "-c", script]);
}
