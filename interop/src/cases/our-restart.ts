import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { peerAsn, vip4 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";

const args = [vip4, "--peer", `${peer.ipv4},asn=${peerAsn},connect-retry=1`];

function starts(how: "stopped" | "killed"): Variant {
  return {
    name: `${how} and started`,
    needs: ["listens"],
    prepare: async (cell) => {
      await cell.startPeer();
      const first = await cell.announce(args);
      await cell.route(vip4);
      await first.stop(how === "stopped" ? "SIGTERM" : "SIGKILL");
      if ((await cell.isBound(vip4)) !== (how === "killed"))
        throw new Error(`after being ${how} the VIP is wrongly bound`);
      await cell.noRoute(vip4);
      await sleep(cell.daemon.driver.backAfterMs ?? 0);
    },
    run: async (cell) => {
      const began = performance.now();
      const second = await cell.announce(args);
      await cell.route(vip4, { nextHop: node.ipv4 }, 6000);
      cell.figures["route back after the start, ms"] = Math.round(performance.now() - began);
      const exit = await second.stop();
      if (exit.code !== 0) throw new Error(`the second one ended with ${exit.signal ?? `exit code ${exit.code}`}`);
      if (await cell.isBound(vip4)) throw new Error("the second one left the VIP bound");
    },
  };
}

export const ourRestart: Case = {
  id: "our-restart",
  quickOn: "openbgpd",
  feature: "Is Established again after a restart of its own, and knows its addresses",
  variants: [starts("stopped"), starts("killed")],
};
