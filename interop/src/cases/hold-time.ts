import type { Case, Variant } from "../cell/case.ts";
import { peerAsn, vip4 } from "../cell/cell.ts";
import { peer } from "../cell/world.ts";

/** RFC 4271 §4.2: the smaller of both OPENs' hold times holds, whoever offered it. */
function negotiates(ours: number, theirs: number): Variant {
  const smaller = Math.min(ours, theirs);
  return {
    name: `${ours} s here, ${theirs} s there`,
    needs: ["listens", ...(smaller < 9 ? (["short-hold-time"] as const) : [])],
    run: async (cell) => {
      await cell.startPeer({ holdTime: theirs });
      const announcer = await cell.announce([vip4, "--peer", `${peer.ipv4},asn=${peerAsn},hold-time=${ours}`]);
      const shown = await cell.established();
      const event = await announcer.saw("peer.established");
      if (shown !== smaller)
        throw new Error(`${cell.daemon.driver.title} shows a hold time of ${shown} s, not ${smaller}`);
      if (event.fields["holdTime"] !== smaller)
        throw new Error(`vipcast reports a hold time of ${String(event.fields["holdTime"])} s, not ${smaller}`);
      await cell.route(vip4);
    },
  };
}

export const holdTime: Case = {
  id: "hold-time",
  quickOn: "frr",
  feature: "Negotiates the smaller hold time",
  variants: [
    negotiates(9, 90),
    negotiates(90, 9),
    negotiates(3, 90),
    negotiates(90, 3),
    negotiates(9, 9),
    negotiates(90, 90),
  ],
};
