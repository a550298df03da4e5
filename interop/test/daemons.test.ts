import { type Sandbox, waitFor } from "@vipcast/lab";
import { afterAll, describe, expect, test, vi } from "vitest";
import { isolation, node, peer, startWorld, type WorldHost } from "../src/cell/world.ts";
import { bird } from "../src/daemons/bird.ts";
import type { DaemonDriver, DaemonSpec, NeighbourSpec, OwnRoute } from "../src/daemons/driver.ts";
import { lackOf, missingPrograms, PeerDaemon } from "../src/daemons/peer-daemon.ts";
import { daemons } from "../src/daemons/table.ts";

const rootless = isolation === "rootless";
const others = daemons.filter((driver) => driver !== bird);

const birdRoutes: readonly OwnRoute[] = [
  { prefix: "198.51.100.0/24", med: 7, communities: ["65000:1", "65000:2"], largeCommunities: ["65000:1:4294967295"] },
  { prefix: "2001:db8:1::/48" },
];
const otherRoutes: readonly OwnRoute[] = [
  { prefix: "203.0.113.0/24", med: 9, communities: ["65001:9"], largeCommunities: ["65001:2:3"] },
  { prefix: "2001:db8:2::/48" },
];

// These wait for timers most of their time.
vi.setConfig({ maxConcurrency: 4 });

const worlds: Sandbox[] = [];
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.close()));
});

function specOf(
  host: WorldHost,
  asn: number,
  neighbour: Partial<NeighbourSpec>,
  routes: readonly OwnRoute[],
): DaemonSpec {
  const other = host === node ? peer : node;
  return {
    asn,
    routerId: host.ipv4,
    addresses: host,
    neighbours: [
      {
        name: other.name,
        address: other.ipv4,
        localAddress: host.ipv4,
        asn: asn === 65000 ? 65001 : 65000,
        ...neighbour,
      },
    ],
    routes,
  };
}

async function startPair(
  driver: DaemonDriver,
  birdNeighbour: Partial<NeighbourSpec>,
  otherNeighbour: Partial<NeighbourSpec>,
): Promise<{ readonly birdSide: PeerDaemon; readonly other: PeerDaemon }> {
  const sandbox = await startWorld();
  worlds.push(sandbox);
  const birdSide = new PeerDaemon(bird, sandbox, "peer");
  const other = new PeerDaemon(driver, sandbox, "node");
  birdSide.configure(specOf(peer, 65000, birdNeighbour, birdRoutes));
  other.configure(specOf(node, 65001, otherNeighbour, otherRoutes));
  await Promise.all([birdSide.start(), other.start()]);
  return { birdSide, other };
}

async function established(daemon: PeerDaemon): Promise<number | null> {
  const seen = (): string => `${daemon.driver.title} does not get there: ${daemon.log().slice(-8).join("\n")}`;
  return waitFor(
    seen,
    async () => {
      const [session] = await daemon.sessions();
      return session?.state === "established" ? session.holdTime : null;
    },
    8000,
    50,
  );
}

function routeOf(daemon: PeerDaemon, prefix: string): Promise<unknown> {
  const family = prefix.includes(":") ? "ipv6-unicast" : "ipv4-unicast";
  return waitFor(
    `${daemon.driver.title} has no route to ${prefix}`,
    async () => (await daemon.received(family)).find((route) => route.prefix === prefix) ?? null,
    4000,
    50,
  );
}

describe.each(others.map((driver) => [driver.title, driver] as const))("%s and BIRD", (_title, driver) => {
  const missing = [...missingPrograms(bird), ...missingPrograms(driver)];
  const refusal = missing.length > 0 ? `${missing.join(", ")} is not installed: npx pnpm@10 peers:install` : null;
  const reason = refusal ?? (rootless ? (driver.needsRoot ?? null) : null);
  const why = reason === null ? "" : ` (${reason})`;
  const options = { concurrent: true, skip: reason !== null };

  test(`see each other's routes with their attributes${why}`, options, async () => {
    const { birdSide, other } = await startPair(driver, { holdTime: 9, passive: false }, { holdTime: 30 });
    expect(await established(birdSide)).toBe(9);
    expect(await established(other)).toBe(9);

    expect(await routeOf(birdSide, "203.0.113.0/24")).toMatchObject({
      peer: node.ipv4,
      nextHop: node.ipv4,
      asPath: [65001],
      origin: "igp",
      med: 9,
      communities: ["65001:9"],
      largeCommunities: ["65001:2:3"],
      best: true,
    });
    expect(await routeOf(other, "198.51.100.0/24")).toMatchObject({
      peer: peer.ipv4,
      nextHop: peer.ipv4,
      asPath: [65000],
      origin: "igp",
      communities: ["65000:1", "65000:2"],
      largeCommunities: ["65000:1:4294967295"],
      best: true,
    });
    expect(await routeOf(other, "2001:db8:1::/48")).toMatchObject({ nextHop: peer.ipv6, asPath: [65000] });
    if (lackOf(driver, "originates-ipv6-over-ipv4", rootless) === null)
      expect(await routeOf(birdSide, "2001:db8:2::/48")).toMatchObject({ nextHop: node.ipv6, asPath: [65001] });
  });

  // The one that takes up to ten seconds does so in the case `dialled`, where there is time for it.
  if (driver.dialsAfterMs === undefined)
    test("come together when the other one dials", options, async () => {
      const { birdSide } = await startPair(driver, { holdTime: 3 }, { holdTime: 90, passive: false });
      expect(await established(birdSide)).toBe(3);
    });

  test("lose the session and its routes when BIRD stops", options, async () => {
    const { birdSide, other } = await startPair(driver, { passive: false }, {});
    await routeOf(other, "198.51.100.0/24");
    await birdSide.stop();
    await waitFor(
      `${driver.title} does not notice the end`,
      async () => {
        const [session] = await other.sessions();
        const routes = await other.received("ipv4-unicast");
        return session?.state !== "established" && routes.length === 0 ? true : null;
      },
      3000,
      50,
    );
  });

  test("lose the session when it is frozen", options, async () => {
    const { birdSide, other } = await startPair(driver, { holdTime: 3, passive: false }, { holdTime: 3 });
    await established(birdSide);
    await other.freeze();
    await waitFor(
      "BIRD does not notice the silence",
      async () => ((await birdSide.sessions())[0]?.state === "established" ? null : true),
      5000,
      100,
    );
    await other.thaw();
  });
});
