import type { Case } from "../cell/case.ts";
import { nodeAsn, peerAsn } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { ScriptedSpeaker } from "../subject/scripted-speaker.ts";
import { valuesOf } from "../wire/messages.ts";
import { rawUpdates } from "../wire/raw.ts";

const count = 3000;
const own = Array.from({ length: 1500 }, (_, index) => `198.18.${index >> 8}.${index & 255}/32`);

export const extendedMessages: Case = {
  id: "extended-messages",
  quickOn: "frr",
  feature: "Messages beyond 4,096 octets where both sides offer them (RFC 8654), and none where not",
  variants: [
    {
      name: "as the peer offers",
      needs: ["listens"],
      run: async (cell) => {
        await cell.startPeer({ extendedMessages: true });
        const session = { address: peer.ipv4, asn: peerAsn };
        const options = { asn: nodeAsn, routerId: node.ipv4, peer: session };
        const speaker = await ScriptedSpeaker.start(cell.sandbox, "node", options);
        const prefixes = Array.from({ length: count }, (_, index) => `198.18.${index >> 8}.${index & 255}/32`);
        await speaker.apply({ announce: prefixes.map((prefix) => ({ prefix })) });
        await cell.established();
        await cell.eventually(
          `${cell.daemon.driver.title} has ${count} routes`,
          async () => ((await cell.daemon.received("ipv4-unicast")).length === count ? true : null),
          6000,
        );
        await speaker.stop();
        const { messages } = await cell.wire();
        const offers = messages.find(({ type, from }) => type === "open" && from === peer.ipv4);
        const offered = offers !== undefined && valuesOf(offers, "bgp.cap.type").includes("6");
        const updates = (await cell.capture.octetsFrom(node.ipv4, 179)).flatMap(rawUpdates);
        const longest = Math.max(...updates.map(({ length }) => length));
        cell.figures["octets of the longest message"] = longest;
        cell.notes.push(`${cell.daemon.driver.title} ${offered ? "offers" : "does not offer"} extended messages`);
        if (offered !== longest > 4096) throw new Error(`the longest message has ${longest} octets`);
      },
    },
    {
      name: "from the peer",
      needs: ["listens", "originates-many"],
      prepare: async (cell) => {
        const routes = own.map((prefix) => ({ prefix }));
        await cell.startPeer({ extendedMessages: true, routes });
      },
      run: async (cell) => {
        const session = { address: peer.ipv4, asn: peerAsn };
        const speaker = await cell.startSpeaker({ asn: nodeAsn, routerId: node.ipv4, peer: session });
        await cell.eventually(
          `vipcast has ${own.length} routes`,
          () => (speaker.count("route") === own.length ? true : null),
          6000,
        );
        await speaker.stop();
        const longest = Math.max(
          ...(await cell.capture.octetsFrom(peer.ipv4, 179)).flatMap(rawUpdates).map(({ length }) => length),
        );
        cell.figures["octets of the peer's longest message"] = longest;
        if (longest <= 4096) cell.notes.push(`${cell.daemon.driver.title} keeps to 4,096 octets`);
      },
    },
  ],
};
