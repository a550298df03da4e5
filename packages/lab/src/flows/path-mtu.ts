import { Prober } from "../client/prober.ts";
import { Lab } from "../lab.ts";
import { addressOf } from "../topology/plan.ts";
import { addAddresses, type HashPolicy, setHashPolicy, setSysctls, sourceAddresses } from "./client-host.ts";

/** What is done against a lost "fragmentation needed". */
export type PathMtuRemedy = "none" | "tcp-mtu-probing" | "route-mtu";

/** What {@link measurePathMtu} is told. */
export interface PathMtuOptions {
  /** The executable and first arguments of a node, as for `Lab.start`. */
  readonly nodeCommand: readonly string[];
  readonly hashPolicy: HashPolicy;
  readonly remedy: PathMtuRemedy;
  /** Connections to each VIP, each from an address of its own, 1..100. Default 60. */
  readonly connections?: number;
  /** Default 3. */
  readonly repeats?: number;
  /** Of the router's hash; each repeat takes the next. Default 1. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onMeasurement?: (measurement: PathMtuMeasurement) => void;
}

/** How many connections behind a narrow link got what they asked for. */
export interface PathMtuMeasurement {
  readonly hashPolicy: HashPolicy;
  readonly remedy: PathMtuRemedy;
  readonly repeat: number;
  readonly vip: string;
  readonly connections: number;
  /** Those that did not get everything within ten seconds. */
  readonly stalled: number;
  /** The slowest of the others, in milliseconds; null when all stalled. */
  readonly slowestMs: number | null;
}

/** The narrow link's MTU: above IPv6's least, below what everybody else has. */
const narrowMtu = 1300;
/** Of the answer: many segments. */
const octets = 20_000;
const limitMs = 10_000;

/**
 * Puts a host behind a link of 1300 octets whose other end, one hop before the ECMP router, sends "fragmentation needed" to the VIP, while
 * TCP on both sides believes in 1500. Counts the connections on which a long answer never arrives.
 */
export async function measurePathMtu(options: PathMtuOptions): Promise<readonly PathMtuMeasurement[]> {
  const { hashPolicy, remedy, connections = 60, seed = 1 } = options;
  const subnet = { ipv4: "10.0.7", ipv6: "fd00:7" };
  const ipv4 = sourceAddresses(4, connections, subnet);
  const ipv6 = sourceAddresses(6, connections, subnet);
  const lab = await Lab.start({
    nodeCommand: options.nodeCommand,
    mode: "namespaces",
    nodeArguments: ["--timers", "datacenter"],
    probeIntervalMs: 100,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  try {
    await buildNarrowLink(lab, [...ipv4, ...(lab.plan.ipv6 ? ipv6 : [])]);
    await Promise.all(lab.nodes.map((node) => node.start()));
    await lab.waitForNextHops(
      lab.nodes.map(({ name }) => name),
      30_000,
    );
    await Promise.all(lab.nodes.map((node) => applyRemedy(lab, node.name, remedy)));
    const targets = lab.plan.vips.map((vip) => ({
      key: vip,
      address: addressOf(vip),
      port: lab.plan.servicePort,
      source: null,
    }));
    const quiet = { intervalMs: 0, timeoutMs: 3000, silenceMs: limitMs, watchRoutes: [] };
    const prober = await Prober.start(lab.sandbox, "far", { targets, ...quiet });
    const measurements: PathMtuMeasurement[] = [];
    for (let repeat = 0; repeat < (options.repeats ?? 3); repeat++) {
      await setHashPolicy(lab, hashPolicy, seed + repeat);
      await Promise.all(lab.nodes.map((node) => forgetPathMtus(lab, node.name)));
      for (const vip of lab.plan.vips) {
        const list = await prober.transfer(vip, vip.includes(":") ? ipv6 : ipv4, octets, limitMs);
        const times = list.flatMap(({ ms }) => ms ?? []);
        const measurement = {
          ...{ hashPolicy, remedy, repeat, vip, connections: list.length, stalled: list.length - times.length },
          slowestMs: times.length === 0 ? null : Math.round(Math.max(...times)),
        };
        measurements.push(measurement);
        options.onMeasurement?.(measurement);
      }
    }
    return measurements;
  } finally {
    await lab.close();
  }
}

/** The client becomes a hop, with `far` behind it. */
async function buildNarrowLink(lab: Lab, addresses: readonly string[]): Promise<void> {
  const { sandbox, plan } = lab;
  const batch = (host: string | null, commands: readonly string[]): Promise<unknown> =>
    sandbox.exec(host, ["ip", "-batch", "-"], { input: `${commands.join("\n")}\n` });
  const six = (commands: readonly string[]): readonly string[] => (plan.ipv6 ? commands : []);
  await batch(null, ["netns add far"]);
  await setSysctls(sandbox, "client", [
    "net/ipv4/ip_forward=1",
    ...six(["net/ipv6/conf/all/forwarding=1", "net/ipv6/conf/all/accept_dad=0", "net/ipv6/conf/default/accept_dad=0"]),
  ]);
  await setSysctls(sandbox, "far", [
    "-net/core/txrehash=0",
    ...six(["net/ipv6/conf/all/accept_dad=0", "net/ipv6/conf/default/accept_dad=0"]),
  ]);
  await batch("client", [
    `link add hop mtu ${narrowMtu} type veth peer name eth0 mtu ${narrowMtu} netns far`,
    "address add 10.0.7.1/24 dev hop",
    ...six(["address add fd00:7::1/64 dev hop nodad"]),
    "link set hop up",
  ]);
  await batch("far", ["link set lo up", "link set eth0 up"]);
  await addAddresses(sandbox, "far", "eth0", addresses);
  // What it tells the other side it can take is what everybody else can: the narrow link is somebody else's, in the middle.
  await batch("far", [
    "route add default via 10.0.7.1 advmss 1460",
    ...six(["route add default via fd00:7::1 advmss 1440"]),
  ]);
  await batch("router", [
    `route add 10.0.7.0/24 via ${plan.client.addresses.ipv4}`,
    ...six([`route add fd00:7::/64 via ${plan.client.addresses.ipv6}`]),
  ]);
}

async function applyRemedy(lab: Lab, node: string, remedy: PathMtuRemedy): Promise<void> {
  const { lan } = lab.plan.router;
  switch (remedy) {
    case "none":
      return;
    case "tcp-mtu-probing":
      await setSysctls(lab.sandbox, node, ["net/ipv4/tcp_mtu_probing=1"]);
      return;
    case "route-mtu":
      for (const gateway of [lan.ipv4, lan.ipv6])
        if (gateway !== null)
          await lab.sandbox.exec(node, ["ip", "route", "replace", "default", "via", gateway, "mtu", String(narrowMtu)]);
      return;
    default:
      remedy satisfies never;
  }
}

/** What earlier connections learned about the path would help later ones. */
async function forgetPathMtus(lab: Lab, node: string): Promise<void> {
  for (const family of lab.plan.ipv6 ? ["-4", "-6"] : ["-4"])
    await lab.sandbox.exec(node, ["ip", family, "route", "flush", "cache"]);
}
