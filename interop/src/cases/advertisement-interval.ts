import type { Case } from "../cell/case.ts";
import { nodeAsn, peerAsn, vip4 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { announcedIn, withdrawnIn } from "../wire/messages.ts";

const other4 = "192.0.2.11/32";
const seconds = 2;

export const advertisementInterval: Case = {
  id: "advertisement-interval",
  notQuick: true,
  feature: "Waits between two announcements of a route as it was told, and never with a withdrawal (RFC 4271 §9.2.1.1)",
  variants: [
    {
      name: `${seconds} s`,
      needs: ["listens"],
      run: async (cell) => {
        await cell.startPeer();
        const session = { address: peer.ipv4, asn: peerAsn, advertisementInterval: seconds };
        const speaker = await cell.startSpeaker({ asn: nodeAsn, routerId: node.ipv4, peer: session });
        await speaker.apply({
          announce: [{ prefix: vip4, attributes: { med: 1 } }, { prefix: other4 }],
        });
        await cell.route(vip4, { med: 1 });
        // Both within the interval: only the last one is ever sent, and the withdrawal does not wait for it.
        await speaker.apply({ announce: [{ prefix: vip4, attributes: { med: 2 } }] });
        await speaker.apply({ announce: [{ prefix: vip4, attributes: { med: 3 } }], withdraw: [other4] });
        await cell.noRoute(other4);
        await cell.route(vip4, { med: 3 });
        await speaker.stop();
        const ours = await cell.ours();
        const times = ours.filter((message) => announcedIn(message).includes(vip4)).map(({ at }) => at * 1000);
        const [first = 0, second = 0] = times;
        const gone = (ours.find((message) => withdrawnIn(message).includes(other4))?.at ?? 0) * 1000;
        cell.figures["between two announcements, ms"] = Math.round(second - first);
        if (times.length !== 2) throw new Error(`the route was announced ${times.length} times, not twice`);
        // RFC 4271 §10: jittered by 0.75 to 1.
        if (second - first < seconds * 750) throw new Error(`the second one came after ${second - first} ms`);
        if (gone >= second) throw new Error("the withdrawal waited for the announcement");
      },
    },
  ],
};
