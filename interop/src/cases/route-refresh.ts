import { sleep } from "@vipcast/lab";
import type { Case } from "../cell/case.ts";
import { type Cell, nodeAsn, peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { ScriptedSpeaker } from "../subject/scripted-speaker.ts";
import { announcedIn, valuesOf } from "../wire/messages.ts";

/** Where both ends know RFC 7313 each of our answers has a beginning and an end. */
async function checkMarkers(cell: Cell): Promise<void> {
  const ours = (await cell.ours()).filter(({ type }) => type === "route-refresh");
  const subtypes = ours.map((message) => valuesOf(message, "bgp.route_refresh.subtype").join()).sort();
  const expected = cell.lack("enhanced-refresh") === null ? "1 1 2 2" : "";
  if (subtypes.join(" ") !== expected) throw new Error(`our markers are ${subtypes.join(" ")}, not ${expected}`);
}

export const routeRefresh: Case = {
  id: "route-refresh",
  feature: "Sends all routes of a family again when it is asked to, and asks for them itself (RFC 2918, RFC 7313)",
  variants: [
    {
      name: "asked by the peer",
      needs: ["listens", "refreshes", "other-family-routes"],
      run: async (cell) => {
        await cell.startPeer();
        const session = { address: peer.ipv4, asn: peerAsn, enhancedRouteRefresh: true };
        const options = { asn: nodeAsn, routerId: node.ipv4, peer: session };
        const speaker = await ScriptedSpeaker.start(cell.sandbox, "node", options);
        await speaker.apply({ announce: [{ prefix: vip4 }, { prefix: vip6 }] });
        await cell.established();
        await cell.route(vip4);
        await cell.route(vip6);
        await cell.daemon.refresh();
        const requests = (): readonly unknown[] =>
          speaker.process.lines.filter(({ text }) => /"event":"refresh".*"subtype":0/.test(text));
        await cell.eventually("both families are asked for", () => (requests().length >= 2 ? true : null));
        await cell.route(vip4);
        await speaker.stop();
        const updates = (await cell.ours()).flatMap(announcedIn);
        for (const vip of [vip4, vip6]) {
          const times = updates.filter((prefix) => prefix === vip).length;
          if (times !== 2) throw new Error(`${vip} was announced ${times} times`);
        }
        if (speaker.count("established") !== 1) throw new Error("the session was not one");
        await checkMarkers(cell);
      },
    },
    {
      name: "asking the peer",
      needs: ["listens", "enhanced-refresh"],
      run: async (cell) => {
        await cell.startPeer({ routes: [{ prefix: "198.51.100.0/24" }] });
        const session = { address: peer.ipv4, asn: peerAsn, gracefulRestart: { restartTime: 0 } };
        const speaker = await ScriptedSpeaker.start(cell.sandbox, "node", {
          asn: nodeAsn,
          routerId: node.ipv4,
          peer: session,
        });
        await speaker.said("route", 5000, "198.51.100.0/24");
        const before = speaker.count("path");
        await speaker.call("softReset", "in");
        await speaker.said("refresh", 5000, '"subtype":1');
        await speaker.said("refresh", 5000, '"subtype":2');
        if (speaker.count("path") !== before + 1) throw new Error("the route did not come once more");
        if (speaker.count("withdrawn") > 0) throw new Error("a route went that had been there all the while");
        await speaker.stop();
      },
    },
    {
      name: "asking the peer, without marks",
      needs: ["listens", "answers-refresh"],
      run: async (cell) => {
        await cell.startPeer({ routes: [{ prefix: "198.51.100.0/24" }] });
        const session = { address: peer.ipv4, asn: peerAsn, enhancedRouteRefresh: false };
        const speaker = await cell.startSpeaker({ asn: nodeAsn, routerId: node.ipv4, peer: session });
        await speaker.said("route", 5000, "198.51.100.0/24");
        const before = speaker.count("path");
        await speaker.call("refresh");
        await cell.eventually("the route comes once more", () => (speaker.count("path") > before ? true : null));
        if (speaker.count("withdrawn") > 0) throw new Error("a route went that had been there all the while");
        if (speaker.count("refresh") > 0) throw new Error("marks came that were not agreed");
        await speaker.stop();
      },
    },
    {
      name: "sent again unasked",
      needs: ["listens"],
      run: async (cell) => {
        await cell.startPeer();
        const session = { address: peer.ipv4, asn: peerAsn };
        const speaker = await cell.startSpeaker({ asn: nodeAsn, routerId: node.ipv4, peer: session });
        await speaker.apply({ announce: [{ prefix: vip4 }] });
        await cell.route(vip4);
        await speaker.call("softReset", "out");
        await cell.route(vip4);
        await sleep(1200);
        await speaker.stop();
        const times = (await cell.ours()).flatMap(announcedIn).filter((prefix) => prefix === vip4).length;
        if (times !== 2) throw new Error(`the route was announced ${times} times, not twice`);
        if (speaker.count("established") !== 1) throw new Error("the session was not one");
      },
    },
  ],
};
