import type { Case } from "../cell/case.ts";
import { nodeAsn, peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { ScriptedSpeaker } from "../subject/scripted-speaker.ts";
import { announcedIn } from "../wire/messages.ts";

export const routeRefresh: Case = {
  id: "route-refresh",
  feature: "Sends all routes of a family again when it is asked to (RFC 2918)",
  variants: [
    {
      name: "asked by the peer",
      needs: ["listens", "refreshes", "other-family-routes"],
      run: async (cell) => {
        await cell.startPeer();
        const session = { address: peer.ipv4, asn: peerAsn };
        const options = { asn: nodeAsn, routerId: node.ipv4, peer: session };
        const speaker = await ScriptedSpeaker.start(cell.sandbox, "node", options);
        await speaker.apply({ announce: [{ prefix: vip4 }, { prefix: vip6 }] });
        await cell.established();
        await cell.route(vip4);
        await cell.route(vip6);
        await cell.daemon.refresh();
        await cell.eventually("both families are asked for", () => (speaker.count("refresh") >= 2 ? true : null));
        await cell.route(vip4);
        await speaker.stop();
        const updates = (await cell.ours()).flatMap(announcedIn);
        for (const vip of [vip4, vip6]) {
          const times = updates.filter((prefix) => prefix === vip).length;
          if (times !== 2) throw new Error(`${vip} was announced ${times} times`);
        }
        if (speaker.count("established") !== 1) throw new Error("the session was not one");
      },
    },
  ],
};
