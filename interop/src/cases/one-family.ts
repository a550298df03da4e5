import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { vip4, vip6 } from "../cell/cell.ts";
import { node } from "../cell/world.ts";
import type { FamilyName } from "../daemons/driver.ts";
import { announcedIn } from "../wire/messages.ts";

function has(family: FamilyName, transport: 4 | 6): Variant {
  const [announced, kept] = family === "ipv4-unicast" ? [vip4, vip6] : [vip6, vip4];
  return {
    name: `${family} alone over IPv${transport}`,
    needs: ["listens", ...(transport === 6 ? (["ipv6-transport"] as const) : [])],
    run: async (cell) => {
      await cell.startPeer({ families: [family], transport });
      const announcer = await cell.announce([vip4, vip6, ...cell.peerArgument(transport)]);
      const established = await announcer.saw("peer.established");
      if (JSON.stringify(established.fields["families"]) !== JSON.stringify([family]))
        throw new Error(`vipcast reports the families ${JSON.stringify(established.fields["families"])}`);
      await cell.route(announced, { nextHop: family === "ipv4-unicast" ? node.ipv4 : node.ipv6 });
      await sleep(200);
      if ((await cell.daemon.sessions())[0]?.state !== "established") throw new Error("the session did not last");
      const prefixes = (await cell.ours()).flatMap(announcedIn);
      if (prefixes.includes(kept)) throw new Error(`${kept} was sent although its family was not negotiated`);
    },
  };
}

/** RFC 4760 §8: a family is used when both sides announced it. */
export const oneFamily: Case = {
  id: "one-family",
  feature: "Keeps to the families that both sides announced",
  variants: [has("ipv4-unicast", 4), has("ipv6-unicast", 6)],
};
