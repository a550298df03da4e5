import type { Case, Variant } from "../cell/case.ts";
import { extraAddresses, vip4, vip6 } from "../cell/cell.ts";

const [hop4 = "", hop6 = ""] = extraAddresses;

const fixed: Variant = {
  name: "fixed",
  needs: ["listens", "other-family-routes"],
  run: async (cell) => {
    await cell.ipOnNode(`address add ${hop4}/24 dev eth0`, `address add ${hop6}/64 dev eth0 nodad`);
    await cell.startPeer();
    await cell.announce([vip4, vip6, "--next-hop", hop4, "--next-hop", hop6]);
    await cell.route(vip4, { nextHop: hop4 });
    await cell.route(vip6, { nextHop: hop6 });
  },
};

export const nextHop: Case = {
  id: "next-hop",
  quickOn: "openbgpd",
  feature: "Sends a fixed next hop where one is given (self is in every other row)",
  variants: [fixed],
};
