import type { Case, Variant } from "../cell/case.ts";
import { type Cell, nodeAsn, peerAsn, vip4 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { ScriptedSpeaker } from "../subject/scripted-speaker.ts";

function start(cell: Cell, role: "provider" | "customer"): Promise<ScriptedSpeaker> {
  const session = { address: peer.ipv4, asn: peerAsn, role, roleStrict: true };
  return ScriptedSpeaker.start(cell.sandbox, "node", { asn: nodeAsn, routerId: node.ipv4, peer: session });
}

const fits: Variant = {
  name: "provider and customer",
  needs: ["listens", "role"],
  run: async (cell) => {
    await cell.startPeer({ role: "provider" });
    const speaker = await start(cell, "customer");
    await speaker.apply({ announce: [{ prefix: vip4 }] });
    await cell.established();
    await cell.route(vip4);
    await speaker.stop();
  },
};

const doesNot: Variant = {
  name: "two providers",
  needs: ["listens", "role"],
  run: async (cell) => {
    await cell.startPeer({ role: "provider" });
    const speaker = await start(cell, "provider");
    // Each side may be the first to refuse the other.
    const said = await speaker.said("notification", 8000, '"code":2,"subcode":11');
    cell.notes.push(`vipcast: ${(JSON.parse(said) as { readonly text: string }).text}`);
    if (speaker.count("established") > 0) throw new Error("the session is Established with two providers");
    await speaker.stop();
  },
};

export const role: Case = {
  id: "role",
  feature: "Roles that fit, and roles that do not (RFC 9234, 2/11)",
  variants: [fits, doesNot],
};
