import type { Case } from "../cell/case.ts";
import type { Cell } from "../cell/cell.ts";
import { announceFrom, kernelHops, oneAs, siblings, startRouterOfTwo } from "./siblings.ts";

async function hopsLike(
  cell: Cell,
  what: string,
  right: (first: number, second: number) => boolean,
): Promise<readonly [number, number]> {
  let seen = "";
  const found = await cell.eventually(what, async () => {
    const hops = await kernelHops(cell);
    seen = [...hops].map(([via, share]) => `${via} ${share}`).join(", ");
    const [first, second] = [hops.get(siblings.first), hops.get(siblings.second)];
    return first !== undefined && second !== undefined && right(first, second) ? ([first, second] as const) : null;
  });
  cell.notes.push(`${what}: ${seen}`);
  return found;
}

export const weight: Case = {
  id: "weight",
  quickOn: "frr",
  feature: "Weights divide the traffic in the router's kernel, as long as every node has one",
  variants: [
    {
      name: "10G and 20G",
      needs: ["listens", "several-neighbours", "kernel-routes", "link-bandwidth"],
      run: async (cell) => {
        await startRouterOfTwo(cell, oneAs);
        await announceFrom(cell, "first", oneAs, ["--weight", "10G"]);
        await announceFrom(cell, "second", oneAs, ["--weight", "20G"]);
        const [light, heavy] = await hopsLike(cell, "the weights are one to two", (a, b) => Math.abs(b / a - 2) < 0.2);
        cell.figures["share of 10G beside 20G, percent"] = Math.round((100 * light) / (light + heavy));
      },
    },
    {
      name: "a node without one",
      needs: ["listens", "several-neighbours", "kernel-routes", "link-bandwidth"],
      run: async (cell) => {
        await startRouterOfTwo(cell, oneAs);
        await announceFrom(cell, "first", oneAs, ["--weight", "10G"]);
        await announceFrom(cell, "second", oneAs, []);
        // All nodes or none: with a path that has none the router drops those of the others.
        await hopsLike(cell, "no weight counts when one node has none", (a, b) => a === b);
      },
    },
  ],
};
