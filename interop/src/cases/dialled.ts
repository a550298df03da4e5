import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";

function isDialled(transport: 4 | 6): Variant {
  const address = transport === 4 ? peer.ipv4 : peer.ipv6;
  const listen = transport === 4 ? "0.0.0.0" : "[::]";
  return {
    name: `over IPv${transport}`,
    needs: ["dials", ...(transport === 6 ? (["ipv6-transport"] as const) : [])],
    prepare: async (cell) => {
      await cell.announce([vip4, vip6, "--listen", listen, "--peer", `${address},asn=${peerAsn},passive`]);
      await cell.listening();
      await cell.startPeer({ passive: false, transport });
      await sleep(cell.daemon.driver.dialsAfterMs ?? 0);
    },
    run: async (cell) => {
      await cell.established();
      await cell.route(vip4, { nextHop: node.ipv4 });
      await cell.route(vip6, { nextHop: node.ipv6 });
      const opens = (await cell.ours()).filter((message) => message.type === "open");
      if (opens.some((message) => message.fromPort !== 179)) throw new Error("vipcast dialled although it is passive");
    },
  };
}

export const dialled: Case = {
  id: "dialled",
  feature: "Accepts a session the peer opens",
  variants: [isDialled(4), isDialled(6)],
};
