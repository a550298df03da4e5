import type { Case } from "../cell/case.ts";
import { extraAddresses, nodeAsn, peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";

const [, fixed = ""] = extraAddresses;

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
        await cell.checkIpv6NextHops(vip4, [node.ipv6]);
      },
    },
    {
      name: "a fixed one",
      needs: ["listens", "ipv6-transport", "extended-next-hop"],
      run: async (cell) => {
        await cell.startPeer({ transport: 6, extendedNextHop: true });
        await cell.ipOnNode(`address del ${node.ipv4}/24 dev eth0`, `address add ${fixed}/64 dev eth0 nodad`);
        const session = { address: peer.ipv6, asn: peerAsn, source: node.ipv6 };
        const speaker = await cell.startSpeaker({ asn: nodeAsn, routerId: node.ipv4, peer: session });
        await speaker.apply({ announce: [{ prefix: vip4, attributes: { nextHop: fixed } }] });
        await cell.established();
        await cell.route(vip4, { nextHop: fixed, peer: node.ipv6 });
        await speaker.stop();
        await cell.checkIpv6NextHops(vip4, [fixed]);
      },
    },
    {
      name: "not agreed",
      needs: ["listens", "ipv6-transport", "extended-next-hop-off"],
      run: async (cell) => {
        await cell.startPeer({ transport: 6 });
        await cell.ipOnNode(`address del ${node.ipv4}/24 dev eth0`);
        const session = ["--peer", `${peer.ipv6},asn=${peerAsn}`];
        const announcer = await cell.announce([vip4, vip6, "--router-id", node.ipv4, ...session]);
        await cell.route(vip6, { nextHop: node.ipv6 });
        await cell.eventually("it is told why", () =>
          announcer.transcript().includes("RFC 8950 was not negotiated") ? true : null,
        );
        await cell.noRoute(vip4);
      },
    },
  ],
};
