import { fileURLToPath } from "node:url";
import { type Candidate, type DecisionOptions, decide } from "@vipcast/bgp";
import { createRouter, type LabProcess, planLab, Sandbox, waitFor } from "@vipcast/lab";
import { batch, isolation } from "../cell/world.ts";
import { bird, birdConfig } from "../daemons/bird.ts";
import type { DaemonDriver, DaemonSpec } from "../daemons/driver.ts";
import { gobgp, gobgpConfig } from "../daemons/gobgp.ts";
import { PeerDaemon } from "../daemons/peer-daemon.ts";
import { dependsOnArrival, explainBird, explainGobgp } from "./documented-rules.ts";
import { neighbours, type RouteSet, routerAddress, routerAs, updatesOf } from "./route-sets.ts";

/** The next hops that one router uses for each prefix: all of them, or the best alone. */
type Choices = ReadonlyMap<string, string>;

/** Two answers that differ, and the documented rule by which they do; null: none explains it. */
export interface Difference {
  readonly prefix: string;
  readonly ours: string;
  readonly theirs: string;
  readonly rule: string | null;
}

/** What one comparison found. */
export interface Comparison {
  readonly name: string;
  readonly sets: number;
  readonly equal: number;
  readonly differences: readonly Difference[];
}

const patienceMs = 60_000;
const lan = "lan";

/** BIRD with the MEDs of a neighbouring AS compared among each other first, whatever order routes came in (RFC 4271 §9.1.2.2 c). */
const deterministicBird: DaemonDriver = {
  ...bird,
  files: (spec, place) => [
    {
      path: `${place.folder}/bird.conf`,
      text: birdConfig(spec).replaceAll("error wait time 1,2;", "error wait time 1,2;\n  deterministic med on;"),
    },
  ],
};

/** GoBGP without what makes its choice a matter of time: the age of routes, and MEDs compared in the order of arrival. */
const deterministicGobgp: DaemonDriver = {
  ...gobgp,
  files: (spec, place) => [
    {
      path: `${place.folder}/gobgpd.toml`,
      text: gobgpConfig(spec).replace(
        "[[neighbors]]",
        "[global.route-selection-options.config]\nexternal-compare-router-id = true\nalways-compare-med = true\n[[neighbors]]",
      ),
    },
  ],
};

/**
 * Gives the same route sets to our decision process and to real routers: the lab's own router and BIRD have to use the same next hops in
 * their kernels, and BIRD and GoBGP the same best path as `decide`. Only routers that are installed may be named.
 */
export async function compareDecisions(
  sets: readonly RouteSet[],
  routers: readonly ("bird" | "gobgp")[],
): Promise<readonly Comparison[]> {
  const sandbox = await Sandbox.start(isolation);
  try {
    await buildHosts(sandbox);
    const found: Comparison[] = [];
    const multipath = { maximumPaths: 32, asPathRelax: true };
    const embedded = await withEmbedded(sandbox, sets);
    found.push(compare("embedded router, multipath, with decide()", sets, chosenBy(sets, multipath), embedded));
    if (routers.includes("bird")) {
      const used = await withDaemon(sandbox, bird, sets, () => settled("BIRD", sets, () => kernelChoices(sandbox)));
      const timely = sets.filter(dependsOnArrival);
      const steady = sets.filter((set) => !timely.includes(set));
      found.push(compare("BIRD, multipath, with the embedded router", steady, embedded, used));
      const name = "the same where BIRD's choice depends on the order of arrival";
      found.push(compare(name, timely, embedded, used, explainBird));
      const best = await withDaemon(sandbox, deterministicBird, sets, (daemon) => bestOf(daemon, sets));
      found.push(compare("BIRD, best path", sets, bestBy(sets, {}), best));
    }
    if (routers.includes("gobgp")) {
      const best = await withDaemon(sandbox, deterministicGobgp, sets, (daemon) => bestOf(daemon, sets));
      const options = { alwaysCompareMed: true };
      const ours = bestBy(sets, options);
      found.push(compare("GoBGP, best path", sets, ours, best, (set, theirs) => explainGobgp(set, theirs, options)));
    }
    return found;
  } finally {
    await sandbox.close();
  }
}

async function buildHosts(sandbox: Sandbox): Promise<void> {
  await batch(sandbox, null, ["netns add node", "netns add router"]);
  await batch(sandbox, "node", [`link add eth0 type veth peer name ${lan} netns router`]);
  const addresses = neighbours.map(({ address }) => `address add ${address}/24 dev eth0`);
  await batch(sandbox, "node", ["link set lo up", ...addresses, "link set eth0 up"]);
  await batch(sandbox, "router", [
    "link set lo up",
    `address add ${routerAddress}/24 dev ${lan}`,
    `link set ${lan} up`,
  ]);
}

function specOf(): DaemonSpec {
  return {
    asn: routerAs,
    routerId: routerAddress,
    addresses: { ipv4: routerAddress, ipv6: "fd00::254" },
    neighbours: neighbours.map(({ name, address, asn }) => ({
      name,
      address,
      asn,
      localAddress: routerAddress,
      families: ["ipv4-unicast"] as const,
    })),
  };
}

/** Feeds a router that is running; what `read` finds once it has everything. */
async function feed<T>(sandbox: Sandbox, sets: readonly RouteSet[], read: () => Promise<T>): Promise<T> {
  const told = await Promise.all(
    neighbours.map(async (neighbour) => {
      const file = `${sandbox.folder}/${neighbour.name}.hex`;
      await sandbox.writeFile(file, updatesOf(neighbour, sets));
      return { address: neighbour.address, asn: neighbour.asn, routerId: neighbour.routerId, file };
    }),
  );
  const program = fileURLToPath(new URL("../../dist/decision/feeder.js", import.meta.url));
  const options = JSON.stringify({ router: routerAddress, neighbours: told });
  const feeder: LabProcess = await sandbox.spawn("node", [process.execPath, program, options]);
  try {
    await waitFor(
      () => `the routes are not taken: ${feeder.tail()}`,
      () => (feeder.lines.some(({ text }) => text.includes('"fed"')) ? true : null),
      patienceMs,
    );
    return await read();
  } finally {
    await feeder.signal("SIGKILL");
    await feeder.exited;
  }
}

/** Reads until every set has an answer and two answers in a row are the same: routes arrive one after the other. */
async function settled(name: string, sets: readonly RouteSet[], read: () => Promise<Choices>): Promise<Choices> {
  const end = performance.now() + patienceMs;
  let before = "";
  for (;;) {
    const choices = await read();
    const text = JSON.stringify([...choices]);
    if (choices.size >= sets.length && text === before) return choices;
    if (performance.now() > end) throw new Error(`${name} has ${choices.size} of ${sets.length} prefixes`);
    before = text;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function withEmbedded(sandbox: Sandbox, sets: readonly RouteSet[]): Promise<Choices> {
  const config = {
    asn: routerAs,
    routerId: routerAddress,
    peers: neighbours.map(({ name, address, asn }) => ({ name, address, asn })),
  };
  const plan = planLab({
    mode: "namespaces",
    nodes: 1,
    vips: ["192.0.2.1/32"],
    ipv6: false,
    routerAsn: routerAs,
    nodeAsn: () => routerAs,
    routerPort: 179,
    servicePort: 80,
  });
  const router = createRouter("embedded", sandbox, config, plan);
  await router.start();
  try {
    return await feed(sandbox, sets, () => settled("the embedded router", sets, () => kernelChoices(sandbox)));
  } finally {
    await router.stop();
  }
}

async function withDaemon<T>(
  sandbox: Sandbox,
  driver: DaemonDriver,
  sets: readonly RouteSet[],
  read: (daemon: PeerDaemon) => Promise<T>,
): Promise<T> {
  const daemon = new PeerDaemon(driver, sandbox, "router");
  daemon.configure(specOf());
  await daemon.start();
  try {
    return await feed(sandbox, sets, () => read(daemon));
  } finally {
    await daemon.stop();
  }
}

/** What the router has in its kernel: of each prefix all next hops. */
async function kernelChoices(sandbox: Sandbox): Promise<Choices> {
  const { stdout } = await sandbox.exec("router", ["ip", "-4", "-json", "route", "show"], { timeoutMs: patienceMs });
  const routes = JSON.parse(stdout) as readonly {
    dst: string;
    gateway?: string;
    nexthops?: readonly { gateway: string }[];
  }[];
  const found = new Map<string, string>();
  for (const { dst, gateway, nexthops } of routes) {
    const gateways = nexthops?.map((hop) => hop.gateway) ?? (gateway === undefined ? [] : [gateway]);
    if (dst.startsWith("198.18.")) found.set(dst.includes("/") ? dst : `${dst}/32`, gateways.sort().join(" "));
  }
  return found;
}

/** The neighbour whose route a daemon says is the best. */
function bestOf(daemon: PeerDaemon, sets: readonly RouteSet[]): Promise<Choices> {
  return settled(daemon.driver.title, sets, async () => {
    const routes = await daemon.received("ipv4-unicast");
    return new Map(routes.filter(({ best }) => best).map(({ prefix, nextHop }) => [prefix, nextHop]));
  });
}

function nextHopOf({ attributes }: Candidate): string {
  return attributes.nextHop?.join(".") ?? "";
}

function chosenBy(sets: readonly RouteSet[], options: DecisionOptions): Choices {
  return new Map(
    sets.map(({ text, candidates }) => [text, decide(candidates, options).multipath.map(nextHopOf).sort().join(" ")]),
  );
}

function bestBy(sets: readonly RouteSet[], options: DecisionOptions): Choices {
  return new Map(
    sets.map(({ text, candidates }) => {
      const { best } = decide(candidates, options);
      return [text, best === null ? "" : nextHopOf(best)];
    }),
  );
}

function compare(
  name: string,
  sets: readonly RouteSet[],
  ours: Choices,
  theirs: Choices,
  explain: (set: RouteSet, theirs: string) => string | null = () => null,
): Comparison {
  const differences = sets.flatMap((set): Difference[] => {
    const [own, other] = [ours.get(set.text) ?? "none", theirs.get(set.text) ?? "none"];
    return own === other ? [] : [{ prefix: set.text, ours: own, theirs: other, rule: explain(set, other) }];
  });
  return { name, sets: sets.length, equal: sets.length - differences.length, differences };
}
