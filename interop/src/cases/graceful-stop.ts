import type { Case, Variant } from "../cell/case.ts";
import { peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { peer } from "../cell/world.ts";
import { valuesOf } from "../wire/messages.ts";

const session = ["--peer", `${peer.ipv4},asn=${peerAsn},connect-retry=1,graceful-restart=10`];

/** A stop is no restart: a Hard Reset where the N bit was agreed, else a plain Cease. */
const stopped: Variant = {
  name: "stopped",
  needs: ["listens", "helps-restart"],
  run: async (cell) => {
    await cell.startPeer({ helpsRestart: true });
    const announcer = await cell.announce([vip4, vip6, ...session]);
    await cell.route(vip4);
    const began = performance.now();
    await announcer.stop();
    await cell.noRoute(vip4, 2500);
    cell.figures["route gone after the stop, ms"] = Math.round(performance.now() - began);
    const said = (await cell.ours()).filter(({ type }) => type === "notification");
    const codes = said.map((message) => valuesOf(message, "bgp.notify.minor_error_cease").join());
    const notified = cell.lack("helps-restart-notified") === null;
    // 9 is Hard Reset (RFC 8538 §3.1), 2 Administrative Shutdown.
    if (codes.join() !== (notified ? "9" : "2")) throw new Error(`the stop says Cease / ${codes.join(", ")}`);
  },
};

export const gracefulStop: Case = {
  id: "graceful-stop",
  notQuick: true,
  feature:
    "A stop is no restart: with graceful restart agreed, all routes go at once (Hard Reset where the peer knows it, RFC 8538)",
  variants: [stopped],
};
