import type { Case, Variant } from "../cell/case.ts";
import { type Cell, peerAsn, vip4 } from "../cell/cell.ts";
import { peer } from "../cell/world.ts";
import { valuesOf } from "../wire/messages.ts";

async function theirWords(cell: Cell): Promise<string> {
  return cell.eventually(
    `${cell.daemon.driver.title} names the AS number as the cause`,
    async () => {
      const [session] = await cell.daemon.sessions();
      if (session?.state === "established") throw new Error("the session is Established with a wrong AS number");
      const words = session?.lastError ?? "";
      return /\bAS\b|as number/.test(words) ? words : null;
    },
    4000,
  );
}

/** RFC 4271 §6.2: an unacceptable AS number is answered with OPEN Message Error / Bad Peer AS. */
function refused(by: "the peer" | "vipcast"): Variant {
  const wrong = 65099;
  return {
    name: `refused by ${by}`,
    needs: ["listens"],
    run: async (cell) => {
      await cell.startPeer(by === "the peer" ? { asn: wrong } : {});
      const expected = by === "vipcast" ? wrong : peerAsn;
      const announcer = await cell.announce([vip4, "--peer", `${peer.ipv4},asn=${expected}`]);
      const direction = by === "vipcast" ? "sent" : "received";
      const down = await announcer.saw("peer.down", (fields) => {
        const notification = fields["notification"] as { readonly direction?: string } | undefined;
        return notification?.direction === direction;
      });
      const words = (down.fields["causes"] as readonly string[]).join("; ");
      cell.notes.push(`vipcast: ${words}`);
      if (!/\bAS\b/.test(words)) throw new Error(`vipcast does not name the cause: ${words}`);
      const lack = by === "vipcast" ? cell.lack("tells-received-errors") : null;
      const theirs = lack === null ? await theirWords(cell) : `(${lack})`;
      cell.notes.push(`${cell.daemon.driver.title}: ${theirs}`);
      await announcer.stop();
      const from = by === "vipcast" ? "10.0.0.1" : peer.ipv4;
      const notifications = (await cell.wire()).messages.filter(
        (message) => message.type === "notification" && message.from === from,
      );
      const codes = notifications.map(
        (message) =>
          `${valuesOf(message, "bgp.notify.major_error")[0]}/${valuesOf(message, "bgp.notify.minor_error_open")[0]}`,
      );
      if (!codes.includes("2/2")) throw new Error(`no NOTIFICATION 2/2 on the wire but ${codes.join(", ") || "none"}`);
    },
  };
}

export const wrongAs: Case = {
  id: "wrong-as",
  quickOn: "frr",
  feature: "A wrong AS number is named by both sides (2/2 Bad Peer AS)",
  variants: [refused("vipcast"), refused("the peer")],
};
