import type { Case } from "../cell/case.ts";
import { peerAsn, vip4 } from "../cell/cell.ts";
import { batch, node, peer } from "../cell/world.ts";

const { loopback: ours } = node;
const { loopback: theirs } = peer;

export const multihop: Case = {
  id: "multihop",
  feature: "A session between loopback addresses, with a source and a TTL",
  variants: [
    {
      name: "between loopback addresses",
      needs: ["listens"],
      run: async (cell) => {
        await cell.ipOnNode(`address add ${ours}/32 dev lo`, `route add ${theirs}/32 via ${peer.ipv4}`);
        await batch(cell.sandbox, "peer", [`address add ${theirs}/32 dev lo`, `route add ${ours}/32 via ${node.ipv4}`]);
        const spec = cell.specOf({ multihop: 3 });
        const neighbours = spec.neighbours.map((other) => ({ ...other, address: ours, localAddress: theirs }));
        cell.daemon.configure({ ...spec, neighbours });
        await cell.daemon.start();
        await cell.announce([
          vip4,
          ...["--router-id", node.ipv4, "--next-hop", node.ipv4],
          ...["--peer", `${theirs},asn=${peerAsn},multihop=3,source=${ours},families=ipv4`],
        ]);
        await cell.established();
        await cell.route(vip4, { nextHop: node.ipv4 });
        await cell.stopAll();
        const ttls = new Set(await cell.capture.ttlsFrom(ours));
        if ([...ttls].join() !== "3") throw new Error(`vipcast's packets have the TTL ${[...ttls].join(", ")}, not 3`);
      },
    },
  ],
};
