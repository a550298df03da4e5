import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { peerAsn, vip4 } from "../cell/cell.ts";
import { peer } from "../cell/world.ts";

/** RFC 4271 §4.4: with a hold time of 0 no KEEPALIVEs are sent, but for the one that answers the OPEN. */
function without(name: string, ours: number, theirs: number): Variant {
  return {
    name,
    needs: ["listens", ...(theirs === 0 ? (["offers-no-hold-time"] as const) : [])],
    prepare: async (cell) => {
      await cell.startPeer({ holdTime: theirs });
      await cell.announce([vip4, "--peer", `${peer.ipv4},asn=${peerAsn},hold-time=${ours}`]);
      await cell.route(vip4);
      // Longer than the KEEPALIVEs of the other side's hold time would be apart.
      await sleep(3500);
    },
    run: async (cell) => {
      const shown = await cell.established();
      if (shown !== 0) throw new Error(`${cell.daemon.driver.title} shows a hold time of ${shown} s`);
      await cell.route(vip4);
      await cell.stopAll();
      const keepalives = (await cell.ours()).filter((message) => message.type === "keepalive");
      if (keepalives.length !== 1) throw new Error(`vipcast sent ${keepalives.length} KEEPALIVEs`);
    },
  };
}

export const holdZero: Case = {
  id: "hold-zero",
  feature: "A hold time of 0 on either side: no KEEPALIVEs, no hold timer",
  variants: [without("here", 0, 9), without("there", 9, 0)],
};
