import type { Case, Variant } from "../cell/case.ts";
import { peerAsn, vip4 } from "../cell/cell.ts";
import { peer } from "../cell/world.ts";
import { valuesOf } from "../wire/messages.ts";

const silent: Variant = {
  name: "frozen",
  needs: ["listens", "short-hold-time"],
  run: async (cell) => {
    await cell.startPeer({ holdTime: 3 });
    const announcer = await cell.announce([vip4, "--peer", `${peer.ipv4},asn=${peerAsn},hold-time=3,connect-retry=1`]);
    await cell.route(vip4);
    await cell.daemon.freeze();
    const down = await announcer.saw("peer.down", () => true, 5000);
    if (down.fields["reason"] !== "hold-timer-expired")
      throw new Error(`vipcast gives as the reason ${String(down.fields["reason"])}`);
    if (!(await cell.isBound(vip4))) throw new Error("the VIP was unbound because a peer went silent");
    await cell.daemon.thaw();
    const codes = (await cell.ours()).flatMap((message) => valuesOf(message, "bgp.notify.major_error"));
    if (!codes.includes("4")) throw new Error("no NOTIFICATION 4 (Hold Timer Expired) on the wire");
  },
};

export const holdExpiry: Case = {
  id: "hold-expiry",
  feature: "Ends the session of a peer that went silent (4 Hold Timer Expired)",
  variants: [silent],
};
