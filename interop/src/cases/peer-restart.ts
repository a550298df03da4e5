import type { Case, Variant } from "../cell/case.ts";
import { peerAsn, vip4 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";

function comesBack(how: "restarted" | "killed and started"): Variant {
  return {
    name: how,
    needs: ["listens"],
    run: async (cell) => {
      await cell.startPeer();
      const announcer = await cell.announce([vip4, "--peer", `${peer.ipv4},asn=${peerAsn},connect-retry=1`]);
      await cell.route(vip4);
      if (how === "restarted") await cell.daemon.stop();
      else await cell.daemon.kill();
      await announcer.saw("peer.down");
      if (!(await cell.isBound(vip4))) throw new Error("the VIP was unbound because a peer went away");
      const began = performance.now();
      await cell.daemon.start();
      await cell.route(vip4, { nextHop: node.ipv4 }, 6000);
      cell.figures["route back after the start, ms"] = Math.round(performance.now() - began);
      // The daemon may have shown the route before the line about the session was read here.
      await announcer.times("peer.established", 2);
      if (announcer.all("peer.established").length !== 2)
        throw new Error(`vipcast reports ${announcer.all("peer.established").length} sessions, not 2`);
    },
  };
}

export const peerRestart: Case = {
  id: "peer-restart",
  quickOn: "frr",
  feature: "Is Established again by itself after a restart of the peer",
  variants: [comesBack("restarted"), comesBack("killed and started")],
};
