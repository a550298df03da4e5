import type { Case, Variant } from "../cell/case.ts";
import { nodeAsn, peerAsn, vip4 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { ScriptedSpeaker } from "../subject/scripted-speaker.ts";

const theirs: Variant = {
  name: "the peer's limit",
  needs: ["listens", "max-prefixes"],
  run: async (cell) => {
    await cell.startPeer({ maxPrefixes: 2 });
    // FRR counts a prefix after it has looked at the limit.
    const vips = [vip4, "192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.14"];
    const announcer = await cell.announce([...vips, "--no-bind"]);
    const about = (fields: Readonly<Record<string, unknown>>): boolean =>
      JSON.stringify(fields).includes("Maximum Number");
    const down = await announcer.saw("peer.down", about);
    const words = (down.fields["causes"] as readonly string[]).join("; ");
    if (!/raise the limit on the router or announce fewer/.test(words)) throw new Error(`vipcast says only: ${words}`);
    cell.notes.push(`vipcast: ${words}`);
  },
};

const ours: Variant = {
  name: "ours",
  needs: ["listens"],
  run: async (cell) => {
    await cell.startPeer({ routes: [{ prefix: "198.51.100.0/24" }, { prefix: "203.0.113.0/24" }] });
    const limits = { "ipv4-unicast": { limit: 1, restart: 60 } };
    const session = { address: peer.ipv4, asn: peerAsn, maxPrefixes: limits };
    const options = { asn: nodeAsn, routerId: node.ipv4, peer: session };
    const speaker = await ScriptedSpeaker.start(cell.sandbox, "node", options);
    await speaker.said("down", 8000, '"reason":"max-prefixes"');
    await speaker.stop();
    const cease = (await cell.ours()).find((message) => message.type === "notification");
    // RFC 4486 §4: code, subcode, AFI, SAFI and the limit in four octets.
    if (cease?.length !== 28) throw new Error(`the NOTIFICATION has ${cease?.length ?? 0} octets, not 28`);
  },
};

export const maxPrefixes: Case = {
  id: "max-prefixes",
  feature: "Too many prefixes end the session, whoever has the limit (6/1)",
  variants: [theirs, ours],
};
