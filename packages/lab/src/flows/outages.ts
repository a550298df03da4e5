import { measureOutage, worstOutage } from "../client/measure.ts";
import { LabError } from "../errors.ts";
import { Lab } from "../lab.ts";
import type { LabNode } from "../node/lab-node.ts";
import type { RouterKind } from "../router/router.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { sleep } from "../wait.ts";
import { others } from "./ecmp-events.ts";

/** The announcer's timing profiles: hold time, keepalive and connect retry in seconds. */
export const timerProfiles = {
  wan: { holdTime: 90, keepalive: 30, connectRetry: 120 },
  datacenter: { holdTime: 9, keepalive: 3, connectRetry: 5 },
  fast: { holdTime: 3, keepalive: 1, connectRetry: 1 },
} as const;

/** Name of a timing profile, as `--timers` takes it. */
export type TimerProfile = keyof typeof timerProfiles;

/** Something that fails, of which the outage is measured. */
export type FailureKind =
  | "stop"
  | "announcer-killed"
  | "node-killed"
  | "service-down"
  | "announcer-frozen"
  | "partition"
  | "link-down"
  | "router-restart";

interface Failure {
  /** It is noticed by a health check of every node, and by nothing else. Default false. */
  readonly checked?: boolean;
  /** What the router forwards to in the end: everything again, or all but the node. */
  readonly stays: boolean;
  readonly act: (lab: Lab, node: LabNode) => Promise<void>;
  readonly repair: (lab: Lab, node: LabNode) => Promise<void>;
}

const nothing = async (): Promise<void> => undefined;
const start = (_lab: Lab, node: LabNode): Promise<void> => node.start();

const failures: Readonly<Record<FailureKind, Failure>> = {
  stop: { stays: false, act: async (_lab, node) => void (await node.stop()), repair: start },
  "announcer-killed": { stays: false, act: (_lab, node) => node.crash(), repair: start },
  "node-killed": {
    stays: false,
    act: (_lab, node) => node.kill(),
    async repair(_lab, node) {
      await node.startService();
      await node.start();
    },
  },
  "service-down": {
    checked: true,
    stays: false,
    act: (_lab, node) => node.stopService(),
    repair: (_lab, node) => node.startService(),
  },
  "announcer-frozen": {
    stays: false,
    act: (_lab, node) => node.signal("SIGSTOP"),
    repair: (_lab, node) => node.signal("SIGCONT"),
  },
  partition: { stays: false, act: (_lab, node) => node.partition(), repair: (_lab, node) => node.heal() },
  "link-down": { stays: false, act: (_lab, node) => node.linkDown(), repair: (_lab, node) => node.linkUp() },
  "router-restart": { stays: true, act: (lab) => lab.router.restart(), repair: nothing },
};

/** Every failure that can be measured, in the order in which it is. */
export const failureKinds: readonly FailureKind[] = Object.keys(failures) as FailureKind[];

/** What {@link measureOutages} is told. */
export interface OutageOptions {
  /** The executable and first arguments of a node, as for `Lab.start`. */
  readonly nodeCommand: readonly string[];
  /** Default `embedded`. */
  readonly router?: RouterKind;
  readonly profile: TimerProfile;
  /** Default all. */
  readonly kinds?: readonly FailureKind[];
  /** Default 3. */
  readonly repeats?: number;
  /** How long BIRD refuses a neighbour after an error: at first and at most, in seconds. Default what the lab gives it, 1 and 5. */
  readonly birdErrorWait?: readonly [number, number];
  readonly signal?: AbortSignal;
  readonly onMeasurement?: (measurement: OutageMeasurement) => void;
}

/** What one failure cost the client. Milliseconds. */
export interface OutageMeasurement {
  readonly kind: FailureKind;
  readonly router: string;
  readonly profile: TimerProfile;
  readonly repeat: number;
  /** From the first new connection that failed to the first after which all succeed. */
  readonly outageMs: number;
  /** New connections from the failure to the end of the observation, and those that got no answer. */
  readonly probes: number;
  readonly probesFailed: number;
  /** From the failure to the kernel route of the router that is right: how long it was wrong, whether that hurt or not. */
  readonly detectedMs: number;
  /** From the repair to the router's full set of next hops. */
  readonly backMs: number;
}

/** A check of the node's own service with nothing but defaults: every second, 0.5 s for an answer, down after three failures, up after two successes. */
const checkArguments = ["--check", "tcp://127.0.0.1:8080"];

/** How long to go on looking when the route is right: longer than a new connection takes to give up. */
const observeMs = 1200;
const nodeCount = 3;

/**
 * Measures for one timing profile how long new connections fail after each kind of failure, and how long the node takes to come back.
 * Throws `unsupported` where the router installs no routes.
 */
export async function measureOutages(options: OutageOptions): Promise<readonly OutageMeasurement[]> {
  const kinds = options.kinds ?? failureKinds;
  // A node with a check comes back later, when that has succeeded twice: what needs none is measured without.
  const groups = [false, true].map((checked) => kinds.filter((kind) => (failures[kind].checked ?? false) === checked));
  const measured: OutageMeasurement[] = [];
  for (const [index, group] of groups.entries())
    if (group.length > 0) measured.push(...(await measureGroup(options, group, index === 1 ? checkArguments : [])));
  return measured;
}

async function measureGroup(
  options: OutageOptions,
  kinds: readonly FailureKind[],
  nodeArguments: readonly string[],
): Promise<readonly OutageMeasurement[]> {
  const { router = "embedded", profile, birdErrorWait, onMeasurement } = options;
  const lab = await Lab.start({
    nodeCommand: options.nodeCommand,
    nodeArguments: ["--timers", profile, ...nodeArguments],
    nodes: nodeCount,
    router,
    mode: "namespaces",
    ...(birdErrorWait === undefined ? {} : { routerConfig: { birdErrorWait } }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  try {
    if (!lab.router.installsRoutes)
      throw new LabError("unsupported", `router ${router} installs no routes here: run as root, or choose another one`);
    await Promise.all(lab.nodes.map((node) => node.start()));
    await lab.waitForNextHops(
      lab.nodes.map(({ name }) => name),
      30_000,
    );
    const measurements: OutageMeasurement[] = [];
    for (let repeat = 0; repeat < (options.repeats ?? 3); repeat++) {
      const node = lab.node(`node${(repeat % nodeCount) + 1}`);
      for (const kind of kinds) {
        const measurement = { kind, router, profile, repeat, ...(await measure(lab, node, kind, profile)) };
        measurements.push(measurement);
        onMeasurement?.(measurement);
      }
    }
    return measurements;
  } finally {
    await lab.close();
  }
}

type Cost = Pick<OutageMeasurement, "outageMs" | "probes" | "probesFailed" | "detectedMs" | "backMs">;

async function measure(lab: Lab, node: LabNode, kind: FailureKind, profile: TimerProfile): Promise<Cost> {
  const { stays, act, repair } = failures[kind];
  const { holdTime, connectRetry } = timerProfiles[profile];
  /** Our own backoff, and the longest first error wait that BIRD has by default. */
  const backMs = (connectRetry + 70) * 1000;
  const names = lab.nodes.map(({ name }) => name);
  const readingsBefore = lab.vantage?.readings.length ?? 0;
  const at = monotonicMs();
  await act(lab, node);
  // After a restart of the router its old routes may still look right for a moment.
  if (stays)
    await Promise.all(lab.nodes.map((each) => each.waitForEvent("peer.established", { since: at, timeoutMs: backMs })));
  await lab.waitForNextHops(stays ? names : others(lab, node), (holdTime + 15) * 1000);
  await sleep(observeMs);
  const to = monotonicMs();
  const readings = lab.vantage?.readings.slice(readingsBefore) ?? [];
  const probes = worstOutage(lab.plan.vips.map((vip) => measureOutage(lab.client?.of(vip) ?? [], at, to)));
  const repairedAt = monotonicMs();
  await repair(lab, node);
  await lab.waitForNextHops(names, backMs);
  return {
    outageMs: round(probes.outageMs),
    probes: probes.probes,
    probesFailed: probes.failed,
    detectedMs: round(Math.max(0, ...readings.map((reading) => reading.at - at))),
    backMs: stays ? 0 : round(monotonicMs() - repairedAt),
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
