import { countAnswers } from "../client/measure.ts";
import { Prober } from "../client/prober.ts";
import { LabError } from "../errors.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { addressOf } from "../topology/plan.ts";
import { sleep, waitFor } from "../wait.ts";
import { NodeFates } from "./chaos-settle.ts";
import { allIsWell, stopAll } from "./endings.ts";
import type { Scenario, ScenarioRun } from "./run.ts";
import { allAnswer, runningNodes, startAll, stopNode } from "./steps.ts";

/** How long one looks at what a neighbour is answered. */
const lookMs = 1500;
const host = "neighbour";

/** VIPs inside the subnet of the nodes: what the router does with them, and what a host on that subnet does. */
export const onLink: Scenario = {
  name: "on-link",
  summary:
    "VIPs inside the nodes' own subnet: refused unless allowed; balanced by the router, but a neighbour sticks to one node or finds none",
  minimumNodes: 2,
  lab: { vips: ["10.0.0.100/32", "fd00::100/128"], nodeArguments: ["--timers", "fast", "--allow-on-link"] },
  async run(run) {
    const { lab } = run;
    if (lab.mode === "loopback") throw new LabError("unsupported", "without namespaces there is no subnet to be on");
    await run.step("a VIP inside the subnet is refused unless it is allowed", () => refused(run));
    await startAll(run);
    const neighbour = await addNeighbour(run);
    const v4 = lab.plan.vips.filter((vip) => !vip.includes(":"));
    const v6 = lab.plan.vips.filter((vip) => vip.includes(":"));
    let stuckTo = "";
    for (const vip of v4)
      await run.step(`a neighbour on the subnet asks who has ${addressOf(vip)} (arp_ignore=0)`, async () => {
        await waitFor(`the neighbour gets no answer on ${vip}`, () => answering(neighbour, vip, 0), 8000);
        const answers = await look(neighbour, vip);
        stuckTo = Object.keys(answers)[0] ?? "";
        return `it is answered by ${describe(answers)}: whichever node's ARP reply it heard`;
      });
    for (const vip of v6)
      await run.step(
        `a neighbour on the subnet asks who has ${addressOf(vip)}`,
        async () =>
          `it is answered by ${describe(await look(neighbour, vip))}: neighbour discovery does not answer for an address on lo`,
      );
    const since = monotonicMs();
    await stopNode(run, stuckTo);
    await allAnswer(run, runningNodes(run));
    for (const vip of v4)
      await run.step(`the neighbour goes on sending to ${stuckTo}`, async () => {
        const answers = await look(neighbour, vip);
        if (Object.keys(answers).length > 0)
          throw new LabError(
            "command-failed",
            `${stuckTo} is stopped, and the neighbour is answered by ${describe(answers)}`,
          );
        const ms = monotonicMs() - since;
        const flushed = monotonicMs();
        await lab.sandbox.exec(host, ["ip", "neighbour", "flush", "all"]);
        const other = (): number | null => answering(neighbour, vip, flushed);
        await waitFor(`the neighbour found no other node for ${vip}`, other, 8000);
        return `nobody has answered it for ${Math.round(ms)} ms; only without its neighbour entry, which it keeps for up to a minute, it finds ${describe(await look(neighbour, vip))}`;
      });
    for (const vip of v4)
      await run.step(
        "arp_ignore=1 on every node: the neighbour finds nobody, the client behind the router everybody",
        async () => {
          for (const node of lab.nodes)
            await lab.sandbox.exec(node.host, ["sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore"]);
          await lab.sandbox.exec(host, ["ip", "neighbour", "flush", "all"]);
          const answers = await look(neighbour, vip);
          if (Object.keys(answers).length > 0)
            throw new LabError("command-failed", `the neighbour is still answered by ${describe(answers)}`);
          return "the neighbour is answered by nobody";
        },
      );
    await allAnswer(run, runningNodes(run));
    const fates = new NodeFates();
    await allIsWell(run, fates);
    await stopAll(run, fates);
  },
};

/** Exit code 2, the rule and the remedy; nothing was bound. */
async function refused(run: ScenarioRun): Promise<string> {
  const { plan, nodes } = run.lab;
  const [node] = nodes;
  const [vip] = plan.vips;
  if (node === undefined || vip === undefined) return "";
  const peer = `${plan.router.lan.ipv4},asn=${plan.router.asn}`;
  const rest = ["--asn", `${node.plan.asn}`, "--peer", peer, "--state-dir", `${node.stateDir}-refused`, "--json"];
  const attempt = await node.spawnBeside(["announce", vip, ...rest]);
  const exit = await attempt.exited;
  const words = attempt.lines.map(({ text }) => text).join(" ");
  if (exit.code !== 2 || !words.includes('"vip.refused"') || !words.includes("--allow-on-link"))
    throw new LabError("command-failed", `it ended with exit code ${exit.code} and said: ${words}`);
  if ((await node.boundVips()).length > 0) throw new LabError("command-failed", `it was refused, and ${vip} is bound`);
  return "exit code 2, and it names --allow-on-link";
}

/** One more host on the nodes' segment, that connects to the VIPs all the time. */
async function addNeighbour(run: ScenarioRun): Promise<Prober> {
  const { sandbox, plan } = run.lab;
  const commands = [
    `ip netns add ${host}`,
    `ip -n switch link add ${host} type veth peer name eth0 netns ${host}`,
    `ip -n switch link set ${host} master br0 up`,
    `ip -n ${host} link set lo up`,
    `ip -n ${host} link set eth0 up`,
    `ip -n ${host} address add 10.0.0.200/24 dev eth0`,
    ...(plan.ipv6 ? [`ip -n ${host} address add fd00::200/64 dev eth0 nodad`] : []),
  ];
  await sandbox.exec(null, ["sh", "-e"], { input: `${commands.join("\n")}\n` });
  const targets = plan.vips.map((vip) => ({ key: vip, address: addressOf(vip), port: plan.servicePort, source: null }));
  return Prober.start(sandbox, host, { targets, intervalMs: 20, timeoutMs: 500, silenceMs: 1000, watchRoutes: [] });
}

/** When the neighbour was first answered at or after `since`; null when it was not yet. */
function answering(neighbour: Prober, vip: string, since: number): number | null {
  return neighbour.of(vip).find(({ at, answer }) => at >= since && answer !== null)?.at ?? null;
}

/** Who answers from now on, for a while. */
async function look(neighbour: Prober, vip: string): Promise<Readonly<Record<string, number>>> {
  const since = monotonicMs();
  await sleep(lookMs);
  return countAnswers(neighbour.of(vip).filter(({ at }) => at >= since));
}

function describe(answers: Readonly<Record<string, number>>): string {
  const nodes = Object.entries(answers).map(([node, count]) => `${node} (${count} times)`);
  return nodes.length === 0 ? "nobody" : nodes.join(", ");
}
