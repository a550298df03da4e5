import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { type Cell, peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { batch, node, peer } from "../cell/world.ts";

const { linkLocal: ours } = node;
const { linkLocal: theirs } = peer;

/** Link-local addresses that are known beforehand. */
async function addAddresses(cell: Cell): Promise<void> {
  await cell.ipOnNode(`address add ${ours}/64 dev eth0 nodad`);
  await batch(cell.sandbox, "peer", [`address add ${theirs}/64 dev eth0 nodad`]);
}

async function startPeer(
  cell: Cell,
  options: { readonly extendedNextHop?: true; readonly passive?: false },
): Promise<void> {
  const spec = cell.specOf({ transport: 6, ...options });
  const ends = { address: `${ours}%eth0`, localAddress: `${theirs}%eth0` };
  cell.daemon.configure({ ...spec, neighbours: spec.neighbours.map((other) => ({ ...other, ...ends })) });
  await cell.daemon.start();
}

const session = ["--peer", `${theirs}%eth0,asn=${peerAsn},source=${ours}`];

const ipv6Routes: Variant = {
  name: "IPv6 routes",
  needs: ["listens", "link-local"],
  run: async (cell) => {
    await addAddresses(cell);
    await startPeer(cell, {});
    await cell.announce([vip6, ...session]);
    await cell.established();
    // RFC 2545 §3: the global address is the next hop, with the link-local one beside it.
    await cell.route(vip6, { nextHop: node.ipv6 });
    await cell.checkIpv6NextHops(vip6, [node.ipv6, ours]);
  },
};

const unnumbered: Variant = {
  name: "IPv4 routes, and no IPv4 address on the link",
  needs: ["listens", "link-local", "extended-next-hop"],
  run: async (cell) => {
    await addAddresses(cell);
    await startPeer(cell, { extendedNextHop: true });
    await cell.ipOnNode(`address del ${node.ipv4}/24 dev eth0`);
    await cell.announce([vip4, "--router-id", node.ipv4, ...session]);
    await cell.established();
    await cell.route(vip4, { nextHop: node.ipv6 });
    await cell.checkIpv6NextHops(vip4, [node.ipv6, ours]);
  },
};

const dialled: Variant = {
  name: "the peer dials",
  needs: ["dials", "dials-link-local"],
  prepare: async (cell) => {
    await addAddresses(cell);
    await cell.announce([vip6, "--listen", "[::]", "--peer", `${theirs}%eth0,asn=${peerAsn},passive`]);
    await cell.listening();
    await startPeer(cell, { passive: false });
    await sleep(cell.daemon.driver.dialsAfterMs ?? 0);
  },
  run: async (cell) => {
    await cell.established();
    await cell.route(vip6, { nextHop: node.ipv6 });
  },
};

export const linkLocal: Case = {
  id: "link-local",
  quickOn: "frr",
  feature: "A session over link-local addresses, also with IPv4 routes alone (RFC 8950)",
  variants: [ipv6Routes, unnumbered, dialled],
};
