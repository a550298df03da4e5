import type { Case, Variant } from "../cell/case.ts";
import { nodeAsn, peerAsn, vip4 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { ScriptedSpeaker } from "../subject/scripted-speaker.ts";
import { valuesOf } from "../wire/messages.ts";

const text = "disk replacement until 14:00";

const received: Variant = {
  name: "the peer's",
  needs: ["listens", "shutdown-text"],
  run: async (cell) => {
    await cell.startPeer();
    const announcer = await cell.announce([vip4]);
    await cell.route(vip4);
    await cell.daemon.shutDown(text);
    const down = await announcer.saw("peer.down");
    const words = (down.fields["causes"] as readonly string[]).join("; ");
    if (!words.includes(`Administrative Shutdown: "${text}"`)) throw new Error(`vipcast says only: ${words}`);
    cell.notes.push(`vipcast: ${words}`);
  },
};

const sent: Variant = {
  name: "ours",
  needs: ["listens"],
  run: async (cell) => {
    await cell.startPeer();
    const session = { address: peer.ipv4, asn: peerAsn };
    const options = { asn: nodeAsn, routerId: node.ipv4, peer: session };
    const speaker = await ScriptedSpeaker.start(cell.sandbox, "node", options);
    await speaker.apply({ announce: [{ prefix: vip4 }] });
    await cell.route(vip4);
    await speaker.call("shutdown", text);
    await cell.noRoute(vip4);
    await speaker.stop();
    const codes = (await cell.ours())
      .filter((message) => message.type === "notification")
      .map(
        (message) =>
          `${valuesOf(message, "bgp.notify.major_error")[0]}/${valuesOf(message, "bgp.notify.minor_error_cease")[0]} ${valuesOf(message, "bgp.notify.communication")[0]}`,
      );
    if (codes[0] !== `6/2 ${text}`) throw new Error(`the NOTIFICATION says ${codes[0] ?? "nothing"}`);
  },
};

export const shutdownText: Case = {
  id: "shutdown-text",
  feature: "The text of an administrative shutdown, both ways (RFC 9003)",
  variants: [received, sent],
};
