import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { type Cell, nodeAsn, peerAsn, vip4 } from "../cell/cell.ts";
import { batch, node, peer } from "../cell/world.ts";
import { PeerDaemon } from "../daemons/peer-daemon.ts";
import { announcedIn } from "../wire/messages.ts";

/** A second router of the same make, in an AS of its own, behind another link of vipcast's host. */
const far = { name: "far", asn: 64999, ours: "10.0.1.1", ipv4: "10.0.1.254", ipv6: "fd01::254" } as const;

/** What each of the two routers announces as its own. */
const [nearRoute, farRoute] = ["198.51.100.0/24", "203.0.113.0/24"];

async function startFarRouter(cell: Cell): Promise<PeerDaemon> {
  await batch(cell.sandbox, null, [`netns add ${far.name}`]);
  await batch(cell.sandbox, "node", [
    `link add eth1 type veth peer name eth0 netns ${far.name}`,
    `address add ${far.ours}/24 dev eth1`,
    "link set eth1 up",
  ]);
  await batch(cell.sandbox, far.name, [
    "link set lo up",
    `address add ${far.ipv4}/24 dev eth0`,
    `address add ${far.ipv6}/64 dev eth0 nodad`,
    "link set eth0 up",
  ]);
  const daemon = new PeerDaemon(cell.daemon.driver, cell.sandbox, far.name);
  daemon.configure({
    asn: far.asn,
    routerId: far.ipv4,
    addresses: far,
    neighbours: [{ name: "node", asn: nodeAsn, address: far.ours, localAddress: far.ipv4 }],
    routes: [{ prefix: farRoute }],
  });
  await daemon.start();
  return daemon;
}

const farRouters = new WeakMap<Cell, PeerDaemon>();

function farRouterOf(cell: Cell): PeerDaemon {
  const daemon = farRouters.get(cell);
  if (daemon === undefined) throw new Error("the second router was not started");
  return daemon;
}

/** All prefixes of the neighbour in a router's table. */
async function tableOf(daemon: PeerDaemon): Promise<string> {
  return (await daemon.received("ipv4-unicast"))
    .map(({ prefix }) => prefix)
    .sort()
    .join(" ");
}

/** Both routers have the VIP, and nothing else even a while after everything was exchanged. */
async function haveTheVipAlone(cell: Cell, farRouter: PeerDaemon): Promise<void> {
  for (const daemon of [cell.daemon, farRouter])
    await cell.eventually("both routers have the VIP", async () => ((await tableOf(daemon)) === "" ? null : true));
  if (cell.lack("refreshes") === null) for (const daemon of [cell.daemon, farRouter]) await daemon.refresh();
  await sleep(1000);
  for (const daemon of [cell.daemon, farRouter]) {
    const seen = await tableOf(daemon);
    if (seen !== vip4) throw new Error(`a router has ${seen || "nothing"} from vipcast, not ${vip4} alone`);
  }
}

async function onTheWire(cell: Cell): Promise<void> {
  const foreign = (await cell.ours()).flatMap(announcedIn).filter((prefix) => prefix !== vip4);
  if (foreign.length > 0) throw new Error(`vipcast announced ${foreign.join(", ")}`);
}

async function startBoth(cell: Cell): Promise<void> {
  await cell.startPeer({ routes: [{ prefix: nearRoute }] });
  farRouters.set(cell, await startFarRouter(cell));
}

/** It accepts everything from both into its Loc-RIB, and uses it. */
const speaker: Variant = {
  name: "a speaker that accepts every route",
  needs: ["listens"],
  prepare: startBoth,
  run: async (cell) => {
    const farRouter = farRouterOf(cell);
    const program = await cell.startSpeaker({
      asn: nodeAsn,
      routerId: node.ipv4,
      peer: { address: peer.ipv4, asn: peerAsn, connectRetry: 1 },
      more: [{ address: far.ipv4, asn: far.asn, connectRetry: 1 }],
    });
    await program.apply({ announce: [{ prefix: vip4 }] });
    for (const name of [peer.ipv4, far.ipv4]) await program.said("best", 5000, `"from":"${name}"`);
    await program.said("best", 5000, '"routes":2');
    await haveTheVipAlone(cell, farRouter);
    await program.call("softReset", "out");
    await haveTheVipAlone(cell, farRouter);
    await program.stop();
    await onTheWire(cell);
  },
};

const commandLine: Variant = {
  name: "from the command line",
  needs: ["listens"],
  prepare: startBoth,
  run: async (cell) => {
    const farRouter = farRouterOf(cell);
    const peers = [`${peer.ipv4},asn=${peerAsn},connect-retry=1`, `${far.ipv4},asn=${far.asn},connect-retry=1`];
    await cell.announce([
      vip4,
      "--check",
      "exec:/bin/true",
      "--last-node-guard",
      ...peers.flatMap((text) => ["--peer", text]),
    ]);
    await haveTheVipAlone(cell, farRouter);
    await cell.stopAll();
    await onTheWire(cell);
  },
};

export const noTransit: Case = {
  id: "no-transit",
  notQuick: true,
  feature: "Between two routers of other ASes nothing goes from one to the other (RFC 8212)",
  variants: [speaker, commandLine],
};
