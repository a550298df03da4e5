import type { Case, Variant } from "../cell/case.ts";
import {
  announceFrom,
  asPerNode,
  internalAs,
  kernelHops,
  oneAs,
  prefers,
  type SiblingAsns,
  siblings,
  startRouterOfTwo,
} from "./siblings.ts";

/** The standby has the lower address and router id, which is what would decide between equals (RFC 4271 §9.1.2.2 f and g). */
function ordered(name: string, asns: SiblingAsns): Variant {
  return {
    name,
    needs: ["listens", "several-neighbours"],
    run: async (cell) => {
      await startRouterOfTwo(cell, asns);
      await announceFrom(cell, "first", asns, ["--role", "standby"]);
      const better = await announceFrom(cell, "second", asns, ["--preference", "1", "--drain", "20"]);
      await prefers(cell, "second", 2);
      // A drain is worse than a standby, and the route is still there.
      await better.process.signal("SIGTERM");
      await prefers(cell, "first", 2);
      await better.process.signal("SIGTERM");
      await prefers(cell, "first", 1);
    },
  };
}

/** Equal nodes share the traffic in the router's kernel. */
function equal(name: string, asns: SiblingAsns): Variant {
  return {
    name,
    needs: ["listens", "several-neighbours", "kernel-routes"],
    run: async (cell) => {
      await startRouterOfTwo(cell, asns);
      const [one, two] = await Promise.all([
        announceFrom(cell, "first", asns, []),
        announceFrom(cell, "second", asns, []),
      ]);
      await cell.eventually("the kernel has both next hops", async () => {
        const hops = await kernelHops(cell);
        return hops.size === 2 && hops.has(siblings.first) && hops.has(siblings.second) ? true : null;
      });
      // The router may have shown the route before the line about it was read here.
      const announced = await Promise.all([one, two].map((announcer) => announcer.saw("vip.announced")));
      const prints = announced.map(({ fields }) => fields["fingerprint"]);
      if (prints[0] === undefined || prints[0] !== prints[1])
        throw new Error(`the fingerprints of two equal nodes are ${prints.join(" and ")}`);
    },
  };
}

export const preference: Case = {
  id: "preference",
  quickOn: "gobgp",
  feature: "A standby is used when nothing better is left, a draining node after that, and equal nodes share",
  variants: [
    ordered("one AS for all nodes", oneAs),
    ordered("an AS per node", asPerNode),
    ordered("iBGP", internalAs),
    equal("equal nodes of one AS", oneAs),
    equal("equal nodes with an AS each", asPerNode),
    equal("equal nodes on iBGP", internalAs),
  ],
};
