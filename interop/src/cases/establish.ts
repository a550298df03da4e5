import type { Case } from "../cell/case.ts";
import { nodeAsn, vip4, vip6 } from "../cell/cell.ts";
import { node } from "../cell/world.ts";

/** The main job: both VIPs in the peer's table and kernel, as they were announced. */
export const establish: Case = {
  id: "establish",
  feature: "Announces an IPv4 and an IPv6 VIP with next hop, AS_PATH, ORIGIN and communities",
  variants: [
    {
      name: "both families over IPv4",
      needs: ["listens", "other-family-routes"],
      run: async (cell) => {
        await cell.startPeer();
        await cell.announce([vip4, vip6, "--community", "65000:100", "--large-community", "65001:1:2"]);
        await cell.established();
        const common = {
          asPath: [nodeAsn],
          origin: "igp",
          communities: ["65000:100"],
          // The second names the node: its router id, 10.0.0.1.
          largeCommunities: ["65001:1:2", "65001:1:167772161"],
          best: true,
        } as const;
        await cell.route(vip4, { ...common, nextHop: node.ipv4 });
        await cell.route(vip6, { ...common, nextHop: node.ipv6 });
        if (cell.lack("kernel-routes") !== null) return;
        await cell.kernelRoute(vip4.replace("/32", ""), node.ipv4);
        await cell.kernelRoute(vip6.replace("/128", ""), node.ipv6);
      },
    },
  ],
};
