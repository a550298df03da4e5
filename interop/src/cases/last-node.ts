import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { type Cell, vip4 } from "../cell/cell.ts";
import { familyOfPrefix } from "../daemons/driver.ts";
import type { Announcer } from "../subject/announce.ts";
import { announceFrom, asPerNode, oneAs, type SiblingAsns, siblings, startRouterOfTwo } from "./siblings.ts";

/** As long as a withdrawal that must not come would have had many times over. */
const staysMs = 1500;

/** A node whose service is a file: it is up while the file is there. */
class GuardedNode {
  readonly #cell: Cell;
  readonly #file: string;
  readonly announcer: Announcer;

  private constructor(cell: Cell, file: string, announcer: Announcer) {
    this.#cell = cell;
    this.#file = file;
    this.announcer = announcer;
  }

  static async start(cell: Cell, which: keyof typeof siblings, asns: SiblingAsns): Promise<GuardedNode> {
    const file = `${cell.sandbox.folder}/${which}-is-up`;
    await cell.onNode("touch", file);
    const announcer = await announceFrom(cell, which, asns, [
      ...["--check", `exec:test -f ${file}`, "--interval", "0.2", "--fall", "2", "--rise", "1"],
      "--last-node-guard",
    ]);
    return new GuardedNode(cell, file, announcer);
  }

  async serviceDies(): Promise<void> {
    await this.#cell.onNode("rm", this.#file);
  }

  async serviceRevives(): Promise<void> {
    await this.#cell.onNode("touch", this.#file);
  }
}

/** Waits until the router has paths to the VIP through exactly these nodes. */
async function paths(cell: Cell, ...nodes: readonly (keyof typeof siblings)[]): Promise<void> {
  const expected = nodes.map((which) => siblings[which]).sort();
  await cell.eventually(`${cell.daemon.driver.title} has paths through ${nodes.join(" and ")}`, async () => {
    const routes = (await cell.daemon.received(familyOfPrefix(vip4))).filter(({ prefix }) => prefix === vip4);
    const hops = routes.map(({ nextHop }) => nextHop).sort();
    return hops.join() === expected.join() ? true : null;
  });
}

/** The two nodes of a cell. */
const started = new WeakMap<Cell, { readonly first: GuardedNode; readonly second: GuardedNode }>();

function guarded(name: string, asns: SiblingAsns, needs: Variant["needs"] = []): Variant {
  return {
    name,
    needs: ["listens", "several-neighbours", ...needs],
    prepare: async (cell) => {
      await startRouterOfTwo(cell, asns, { passesOn: true });
      const first = await GuardedNode.start(cell, "first", asns);
      const second = await GuardedNode.start(cell, "second", asns);
      await paths(cell, "first", "second");
      started.set(cell, { first, second });
    },
    run: async (cell) => {
      const { first, second } = started.get(cell) ?? {};
      if (first === undefined || second === undefined) throw new Error("the nodes were not started");
      // Another node announces the VIP: this one may go.
      await first.serviceDies();
      await first.announcer.saw("vip.withdrawn", ({ reason }) => reason === "unhealthy");
      await paths(cell, "second");
      // Nobody else does: this one stays, dead service or not.
      await second.serviceDies();
      await second.announcer.saw("vip.announced", ({ causes }) => String(causes).includes("kept as the last node"));
      await sleep(staysMs);
      if (second.announcer.all("vip.withdrawn").length > 0) throw new Error("the last node withdrew the VIP");
      await paths(cell, "second");
      await first.serviceRevives();
      // It is not the last one any more.
      await second.announcer.saw("vip.withdrawn", ({ reason }) => reason === "unhealthy");
      await paths(cell, "first");
      await second.serviceRevives();
      await paths(cell, "first", "second");
    },
  };
}

export const lastNode: Case = {
  id: "last-node",
  quickOn: "bird",
  feature: "The last node keeps announcing what is unhealthy, and only it does",
  variants: [guarded("an AS per node", asPerNode), guarded("one AS for all nodes", oneAs, ["sends-loops"])],
};
