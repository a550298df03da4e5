import type { Case } from "../cell/case.ts";
import { peerAsn, vip4 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";

export const extendedNextHop: Case = {
  id: "extended-next-hop",
  quickOn: "frr",
  feature: "IPv4 VIPs with an IPv6 next hop (RFC 8950)",
  variants: [
    {
      name: "over IPv6",
      needs: ["listens", "ipv6-transport", "extended-next-hop"],
      run: async (cell) => {
        await cell.startPeer({ transport: 6, extendedNextHop: true });
        await cell.ipOnNode(`address del ${node.ipv4}/24 dev eth0`);
        await cell.announce([vip4, "--router-id", node.ipv4, "--peer", `${peer.ipv6},asn=${peerAsn}`]);
        await cell.established();
        await cell.route(vip4, { nextHop: node.ipv6, peer: node.ipv6 });
      },
    },
  ],
};
