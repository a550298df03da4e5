import { measureOutage } from "../client/measure.ts";
import type { HeldGroup, Prober } from "../client/prober.ts";
import { LabError } from "../errors.ts";
import { Lab } from "../lab.ts";
import type { LabNode } from "../node/lab-node.ts";
import type { ResilientGroups, RouterKind } from "../router/router.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { sleep } from "../wait.ts";
import { addAddresses, type HashPolicy, setHashPolicy, sourceAddresses, startQuietProber } from "./client-host.ts";
import { countResets, type ResetCount } from "./count.ts";
import { bringBack, type EcmpEvent, type EcmpEventName, ecmpEvents, others } from "./ecmp-events.ts";
import { rebuildGroups } from "./router-weights.ts";
import { startWeighed } from "./weights.ts";

/** What {@link measureEcmp} is told. */
export interface EcmpOptions {
  /** The executable and first arguments of a node, as for `Lab.start`. */
  readonly nodeCommand: readonly string[];
  /** Default `embedded`. */
  readonly router?: RouterKind;
  /** 2..32. Default 3. */
  readonly nodes?: number;
  readonly hashPolicy: HashPolicy;
  /** Resilient next-hop groups instead of multipath routes; with `embedded` alone. */
  readonly resilient?: ResilientGroups;
  /** Connections to each VIP. Default 200. */
  readonly connections?: number;
  /** Local addresses of the client of each family, which the connections take in turn, 1..100. Default 50. */
  readonly sources?: number;
  /** Each time another node is the one. Default as many as nodes. */
  readonly repeats?: number;
  /** Default all that the router can have. */
  readonly events?: readonly EcmpEventName[];
  /** Of the router's hash, where its kernel lets itself be told; each repeat takes the next. Default 1. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Called for each measurement as it is made. */
  readonly onMeasurement?: (measurement: EcmpMeasurement) => void;
}

/** What one event cost on one VIP. */
export interface EcmpMeasurement extends ResetCount {
  readonly event: EcmpEventName;
  readonly node: string;
  /** 0 for the first. */
  readonly repeat: number;
  readonly vip: string;
  /** Whether the announcer withdrew the VIP meanwhile: of its own accord, or because it was stopped. */
  readonly withdrawn: boolean;
  /** New connections tried meanwhile through the router, how many got no answer, and the outage as `measureOutage` has it. */
  readonly probes: number;
  readonly probesFailed: number;
  readonly outageMs: number;
}

/** So long after the router has converged everything that will break has broken, a second of silence included. */
const observeMs = 1500;
/** From an unplugged cable to the router's notice: the hold time of the nodes, and some. */
const convergeMs = 25_000;
/** So often an event is tried again during which another node lost its session by itself: only the node's own loss is to be counted. */
const attempts = 3;

/**
 * Holds connections through the router's ECMP route and counts how many of them each event breaks, on the node it happens to and on the
 * others. Needs namespaces and a router that installs routes: throws `unsupported` where there are none.
 */
export async function measureEcmp(options: EcmpOptions): Promise<readonly EcmpMeasurement[]> {
  const { router = "embedded", nodes = 3, resilient, hashPolicy, seed = 1 } = options;
  if (nodes < 2) throw new LabError("bad-option", `ECMP needs at least two nodes, not ${nodes}`);
  if (resilient !== undefined && router !== "embedded")
    throw new LabError("unsupported", `router ${router} has no resilient next-hop groups here; only embedded has`);
  const sources = clientSources(options.sources ?? 50);
  const wanted = options.events ?? ecmpEvents.map(({ name }) => name);
  const lab = await Lab.start({
    nodeCommand: options.nodeCommand,
    nodes,
    router,
    mode: "namespaces",
    probeIntervalMs: 50,
    // A busy machine must not end sessions that nobody touched.
    nodeArguments: ["--timers", "datacenter"],
    ...(resilient === undefined ? {} : { routerConfig: { resilient } }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  try {
    if (!lab.router.installsRoutes)
      throw new LabError("unsupported", `router ${router} installs no routes here: run as root, or choose another one`);
    const run = new EcmpRun(lab, options, await prepareClient(lab, sources));
    await Promise.all(lab.nodes.map((node) => startWeighed(lab, node)));
    await lab.waitForNextHops(
      lab.nodes.map(({ name }) => name),
      convergeMs,
    );
    const events = ecmpEvents.filter(
      ({ name, routers = [router] }) => wanted.includes(name) && routers.includes(router),
    );
    for (let repeat = 0; repeat < (options.repeats ?? nodes); repeat++) {
      await setHashPolicy(lab, hashPolicy, seed + repeat);
      const node = lab.nodes[repeat % nodes];
      if (node !== undefined) for (const event of events) await run.measure(event, node, repeat);
    }
    return run.measurements;
  } finally {
    await lab.close();
  }
}

interface Sources {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

interface Client {
  readonly prober: Prober;
  readonly sources: Sources;
}

function clientSources(count: number): Sources {
  const subnet = { ipv4: "10.0.9", ipv6: "fd00:9" };
  return { ipv4: sourceAddresses(4, count, subnet), ipv6: sourceAddresses(6, count, subnet) };
}

async function prepareClient(lab: Lab, sources: Sources): Promise<Client> {
  const six = lab.plan.ipv6 ? sources.ipv6 : [];
  await addAddresses(lab.sandbox, "client", "eth0", [...sources.ipv4, ...six]);
  return { prober: await startQuietProber(lab, "client"), sources };
}

class EcmpRun {
  readonly measurements: EcmpMeasurement[] = [];
  readonly #lab: Lab;
  readonly #options: EcmpOptions;
  readonly #client: Client;
  #broken: LabNode | null = null;

  constructor(lab: Lab, options: EcmpOptions, client: Client) {
    this.#lab = lab;
    this.#options = options;
    this.#client = client;
  }

  async measure(event: EcmpEvent, node: LabNode, repeat: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { from, measurements } = await this.#try(event, node, repeat);
      const disturbed = this.#lab.nodes
        .filter((each) => each !== node && each.events.some((seen) => seen.event === "peer.down" && seen.at >= from))
        .map(({ name }) => name);
      if (disturbed.length === 0) {
        for (const measurement of measurements) this.#options.onMeasurement?.(measurement);
        this.measurements.push(...measurements);
        return;
      }
      if (attempt === attempts)
        throw new LabError(
          "command-failed",
          `${disturbed.join(", ")} lost a session that nobody touched: too much load`,
        );
    }
  }

  async #try(
    event: EcmpEvent,
    node: LabNode,
    repeat: number,
  ): Promise<{ readonly from: number; readonly measurements: readonly EcmpMeasurement[] }> {
    const lab = this.#lab;
    await this.#repair();
    await event.prepare?.(lab, node);
    const from = monotonicMs();
    const groups = new Map<string, HeldGroup>();
    for (const vip of lab.plan.vips) groups.set(vip, await this.#hold(vip));
    // Whatever was on its way when the last of them opened has arrived.
    await sleep(200);
    const at = monotonicMs();
    this.#broken = node;
    await event.act(lab, node);
    const expected = event.stays ? lab.nodes.map(({ name }) => name) : others(lab, node);
    await lab.waitForNextHops(expected, convergeMs);
    await sleep(observeMs);
    const to = monotonicMs();
    const measurements = [...groups].map(([vip, group]): EcmpMeasurement => {
      const probes = measureOutage(lab.client?.of(vip) ?? [], at, to);
      return {
        event: event.name,
        node: node.name,
        repeat,
        vip,
        ...countResets(group.connections, group.broken(), node.name, at),
        withdrawn: node.events.some(
          (seen) => seen.event === "vip.withdrawn" && seen.at >= at && seen.fields.vip === vip,
        ),
        probes: probes.probes,
        probesFailed: probes.failed,
        outageMs: Math.round(probes.outageMs),
      };
    });
    await Promise.all([...groups.values()].map((group) => group.release()));
    return { from, measurements };
  }

  /** Makes good what the last event did. */
  async #repair(): Promise<void> {
    if (this.#broken === null) return;
    await bringBack(this.#lab, this.#broken);
    const { resilient } = this.#options;
    if (resilient !== undefined) await rebuildGroups(this.#lab, resilient);
  }

  async #hold(vip: string): Promise<HeldGroup> {
    const { prober, sources } = this.#client;
    const count = this.#options.connections ?? 200;
    const group = await prober.hold(vip, count, 8000, vip.includes(":") ? sources.ipv6 : sources.ipv4);
    if (group.connections.length !== count)
      throw new LabError("command-failed", `${group.connections.length} of ${count} connections to ${vip} opened`);
    return group;
  }
}
