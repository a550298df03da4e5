import { countAnswers, measureOutage } from "../client/measure.ts";
import { Prober } from "../client/prober.ts";
import { Lab } from "../lab.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { addressOf } from "../topology/plan.ts";
import { sleep, waitFor } from "../wait.ts";
import { addAddresses, setSysctls } from "./client-host.ts";

/** What {@link measureOnLink} is told. */
export interface OnLinkOptions {
  /** The executable and first arguments of a node, as for `Lab.start`. */
  readonly nodeCommand: readonly string[];
  /** `net.ipv4.conf.all.arp_ignore` of the nodes: with 1 an address on `lo` is not answered for. */
  readonly arpIgnore: 0 | 1;
  /** How long a neighbour is given to notice that the node it talks to is gone, in milliseconds. Default 60,000; 0 leaves that out. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

/** What a host in the VIP's own subnet sees of it, beside one behind the router. */
export interface OnLinkMeasurement {
  readonly arpIgnore: 0 | 1;
  readonly vip: string;
  /** New connections from the neighbour within three seconds, those that got no answer, and who answered the others. */
  readonly probes: number;
  readonly probesFailed: number;
  readonly answers: Readonly<Record<string, number>>;
  /** Who answered the client behind the router meanwhile. */
  readonly answersBehindRouter: Readonly<Record<string, number>>;
  /**
   * After the node that answered the neighbour has lost its power: until the neighbour is answered again, and the outage behind the router,
   * in milliseconds. Null when nobody had answered or it was not tried; `-1` when the neighbour's patience ended first.
   */
  readonly neighbourOutageMs: number | null;
  readonly outageBehindRouterMs: number | null;
}

const lookMs = 3000;

/** Announces VIPs that lie inside the nodes' own subnet and looks at them from a host in it. */
export async function measureOnLink(options: OnLinkOptions): Promise<readonly OnLinkMeasurement[]> {
  const { arpIgnore, patienceMs = 60_000 } = options;
  const lab = await Lab.start({
    nodeCommand: options.nodeCommand,
    nodeArguments: ["--timers", "fast", "--allow-on-link"],
    vips: ["10.0.0.200/32", "fd00::200/128"],
    mode: "namespaces",
    probeIntervalMs: 50,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  try {
    await addNeighbour(lab);
    for (const node of lab.nodes)
      await setSysctls(lab.sandbox, node.name, [`net/ipv4/conf/all/arp_ignore=${arpIgnore}`]);
    await Promise.all(lab.nodes.map((node) => node.start()));
    await lab.waitForNextHops(
      lab.nodes.map(({ name }) => name),
      30_000,
    );
    const targets = lab.plan.vips.map((vip) => ({
      key: vip,
      address: addressOf(vip),
      port: lab.plan.servicePort,
      source: null,
    }));
    const timing = { intervalMs: 50, timeoutMs: 900, silenceMs: 1000, watchRoutes: [] };
    const neighbour = await Prober.start(lab.sandbox, "neighbour", { targets, ...timing });
    // On a busy machine a process takes a while to start.
    await waitFor("the neighbour's prober said nothing", () => (neighbour.probes.length > 0 ? true : null), 30_000);
    const at = monotonicMs();
    await sleep(lookMs + timing.timeoutMs);
    const seen = lab.plan.vips.map((vip) => {
      const inside = neighbour.of(vip).filter((probe) => probe.at >= at && probe.at < at + lookMs);
      const behind = (lab.client?.of(vip) ?? []).filter((probe) => probe.at >= at && probe.at < at + lookMs);
      return {
        arpIgnore,
        vip,
        probes: inside.length,
        probesFailed: inside.filter(({ answer }) => answer === null).length,
        answers: countAnswers(inside),
        answersBehindRouter: countAnswers(behind),
      };
    });
    const measurements: OnLinkMeasurement[] = [];
    for (const each of seen) {
      const [owner] = Object.keys(each.answers);
      const failover =
        owner === undefined || patienceMs === 0 ? null : await failOver(lab, neighbour, each.vip, owner, patienceMs);
      measurements.push({
        ...each,
        neighbourOutageMs: failover?.inside ?? null,
        outageBehindRouterMs: failover?.behind ?? null,
      });
    }
    return measurements;
  } finally {
    await lab.close();
  }
}

/** A host on the nodes' switch. */
async function addNeighbour(lab: Lab): Promise<void> {
  const { sandbox, plan } = lab;
  const batch = (host: string | null, commands: readonly string[]): Promise<unknown> =>
    sandbox.exec(host, ["ip", "-batch", "-"], { input: `${commands.join("\n")}\n` });
  await batch(null, ["netns add neighbour"]);
  if (plan.ipv6) await setSysctls(sandbox, "neighbour", ["net/ipv6/conf/default/accept_dad=0"]);
  await batch("switch", [
    "link add neighbour type veth peer name eth0 netns neighbour",
    "link set neighbour master br0 up",
  ]);
  await batch("neighbour", ["link set lo up", "link set eth0 up"]);
  await addAddresses(sandbox, "neighbour", "eth0", ["10.0.0.150", ...(plan.ipv6 ? ["fd00::150"] : [])]);
}

/** Cuts off the node that a neighbour talks to. */
async function failOver(
  lab: Lab,
  neighbour: Prober,
  vip: string,
  owner: string,
  patienceMs: number,
): Promise<{ readonly inside: number; readonly behind: number }> {
  const node = lab.node(owner);
  const at = monotonicMs();
  await node.partition();
  const cutAt = monotonicMs();
  const answered = async (): Promise<number> => {
    const probe = await waitFor(
      "",
      () => neighbour.of(vip).find((each) => each.at > cutAt && each.answer !== null) ?? null,
      patienceMs,
      100,
    );
    return Math.round(probe.at - at);
  };
  const inside = await answered().catch(() => -1);
  // The router has its hold time behind it by then, whatever the neighbour does.
  await lab.waitForNextHops(
    lab.nodes.map(({ name }) => name).filter((name) => name !== owner),
    10_000,
  );
  await sleep(1200);
  const behind = measureOutage(lab.client?.of(vip) ?? [], at, monotonicMs());
  await node.heal();
  await lab.waitForNextHops(
    lab.nodes.map(({ name }) => name),
    20_000,
  );
  return { inside, behind: Math.round(behind.outageMs) };
}
