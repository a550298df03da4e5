import type { Case, Variant } from "../cell/case.ts";
import { type Cell, nodeAsn, peerAsn } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { ScriptedSpeaker } from "../subject/scripted-speaker.ts";
import { announcedIn, withdrawnIn } from "../wire/messages.ts";

const first = "192.0.2.11/32";
const second = "192.0.2.12/32";

async function startSpeaker(cell: Cell): Promise<ScriptedSpeaker> {
  await cell.startPeer();
  const session = { address: peer.ipv4, asn: peerAsn };
  const speaker = await ScriptedSpeaker.start(cell.sandbox, "node", {
    asn: nodeAsn,
    routerId: node.ipv4,
    peer: session,
  });
  await speaker.apply({
    announce: [
      { prefix: first, attributes: { med: 10, communities: ["65000:1"], largeCommunities: ["65001:1:1"] } },
      { prefix: second, attributes: { med: 20, communities: ["65000:2"], prepend: 2, origin: "incomplete" } },
    ],
  });
  await cell.established();
  return speaker;
}

const sideBySide: Variant = {
  name: "side by side",
  needs: ["listens"],
  run: async (cell) => {
    const speaker = await startSpeaker(cell);
    const own = {
      med: 10,
      communities: ["65000:1"],
      largeCommunities: ["65001:1:1"],
      asPath: [nodeAsn],
      origin: "igp",
    } as const;
    await cell.route(first, own);
    await cell.route(second, {
      med: 20,
      communities: ["65000:2"],
      largeCommunities: [],
      asPath: [nodeAsn, nodeAsn, nodeAsn],
      origin: "incomplete",
    });
    await speaker.stop();
  },
};

/** What does not change is not sent again, and a route is replaced, not withdrawn, when its attributes change. */
const oneChanges: Variant = {
  name: "one changes, one goes",
  needs: ["listens"],
  run: async (cell) => {
    const speaker = await startSpeaker(cell);
    await cell.route(second);
    await speaker.apply({ announce: [{ prefix: first, attributes: { med: 30 } }] });
    await cell.route(first, { med: 30, communities: [], largeCommunities: [] });
    await speaker.apply({ withdraw: [first] });
    await cell.noRoute(first);
    await cell.route(second, { med: 20 });
    await speaker.stop();
    const ours = await cell.ours();
    const times = (prefix: string, prefixesIn: typeof announcedIn): number =>
      ours.filter((message) => prefixesIn(message).includes(prefix)).length;
    const counts = [
      times(first, announcedIn),
      times(first, withdrawnIn),
      times(second, announcedIn),
      times(second, withdrawnIn),
    ];
    if (counts.join(" ") !== "2 1 1 0")
      throw new Error(`announced and withdrawn ${counts.join(", ")} times instead of 2, 1, 1, 0`);
  },
};

export const twoVips: Case = {
  id: "two-vips",
  quickOn: "exabgp",
  feature: "Two VIPs with different attributes; one changes and goes without touching the other",
  variants: [sideBySide, oneChanges],
};
