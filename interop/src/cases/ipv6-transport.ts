import type { Case, Variant } from "../cell/case.ts";
import { nodeAsn, peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";

const asPath = [nodeAsn];

function over6(name: string, vips: readonly string[]): Variant {
  return {
    name,
    needs: ["listens", "ipv6-transport", ...(vips.includes(vip4) ? (["other-family-routes"] as const) : [])],
    run: async (cell) => {
      await cell.startPeer({ transport: 6 });
      await cell.announce([...vips, "--peer", `${peer.ipv6},asn=${peerAsn}`]);
      await cell.established();
      if (vips.includes(vip4)) await cell.route(vip4, { nextHop: node.ipv4, asPath, peer: node.ipv6 });
      await cell.route(vip6, { nextHop: node.ipv6, asPath, peer: node.ipv6 });
    },
  };
}

export const ipv6Transport: Case = {
  id: "ipv6-transport",
  quickOn: "frr",
  feature: "Announces an IPv4 and an IPv6 VIP over an IPv6 session",
  variants: [over6("both families", [vip4, vip6]), over6("IPv6 alone", [vip6])],
};
