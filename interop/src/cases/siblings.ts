import { type Cell, nodeAsn, type PeerOptions, peerAsn, vip4 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { familyOfPrefix } from "../daemons/driver.ts";
import type { Announcer } from "../subject/announce.ts";

/** Two speakers on one host, each with an address of its own: to the router they are two nodes. */
export const siblings: { readonly first: string; readonly second: string } = { first: node.ipv4, second: "10.0.0.2" };

/** AS numbers of the two nodes and of the router. */
export interface SiblingAsns {
  readonly first: number;
  readonly second: number;
  readonly router: number;
}

export const oneAs: SiblingAsns = { first: nodeAsn, second: nodeAsn, router: peerAsn };
export const asPerNode: SiblingAsns = { first: nodeAsn, second: nodeAsn + 1, router: peerAsn };
export const internalAs: SiblingAsns = { first: nodeAsn, second: nodeAsn, router: nodeAsn };

/** Gives the host its second address and starts a router that knows both nodes. */
export async function startRouterOfTwo(cell: Cell, asns: SiblingAsns, options: PeerOptions = {}): Promise<void> {
  await cell.ipOnNode(`address add ${siblings.second}/24 dev eth0`);
  const spec = cell.specOf({ ownAsn: asns.router, asn: asns.first, families: ["ipv4-unicast"], ...options });
  const [first] = spec.neighbours;
  if (first === undefined) throw new Error("the router has no neighbour");
  const second = { ...first, name: "second", address: siblings.second, asn: asns.second };
  cell.daemon.configure({ ...spec, neighbours: [first, second] });
  await cell.daemon.start();
}

/** Starts one of the nodes. The address of the VIP is left to others, so that both can announce it from one host. */
export function announceFrom(
  cell: Cell,
  which: keyof typeof siblings,
  asns: SiblingAsns,
  args: readonly string[],
): Promise<Announcer> {
  const address = siblings[which];
  return cell.announce([
    vip4,
    "--no-bind",
    ...["--asn", String(asns[which]), "--router-id", address],
    ...["--peer", `${peer.ipv4},asn=${asns.router},source=${address},families=ipv4`],
    ...args,
  ]);
}

/** Waits until the router has these paths to the VIP and prefers the one of a node. */
export async function prefers(cell: Cell, which: keyof typeof siblings, paths: number): Promise<void> {
  const next = siblings[which];
  await cell.eventually(`${cell.daemon.driver.title} prefers ${next} among ${paths} paths`, async () => {
    const routes = (await cell.daemon.received(familyOfPrefix(vip4))).filter(({ prefix }) => prefix === vip4);
    const best = routes.filter((route) => route.best);
    return routes.length === paths && best.length === 1 && best[0]?.nextHop === next ? true : null;
  });
}

/** Next hops of the VIP in the kernel of the router's host with their weights; one without a weight has 1. */
export async function kernelHops(cell: Cell): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await cell.sandbox.exec("peer", ["ip", "-4", "route", "show", "exact", vip4]);
  return new Map(
    [...stdout.matchAll(/via (\S+)(?: dev \S+)?(?: weight (\d+))?/g)].map((match) => [
      match[1] ?? "",
      Number(match[2] ?? 1),
    ]),
  );
}
