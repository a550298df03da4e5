import type { Lab } from "../lab.ts";
import type { LabNode } from "../node/lab-node.ts";
import type { RouterKind } from "../router/router.ts";
import { monotonicMs } from "../sandbox/protocol.ts";

/** What a node announces as its weight, as `--weight` takes it. */
export type NodeWeight = "10G" | "5G";

const fullWeight: NodeWeight = "10G";

/** How often an announcer looks at its weight, in seconds: the least it takes. */
const lookSeconds = 1;
/** An announcer changes a weight at most every ten seconds, and looks at it now and then. */
const changedWithinMs = 25_000;

/** The routers with which weights are measured. BIRD does not mind them, and FRR changes its routes at some time later that nobody tells. */
export const weighingRouters: readonly RouterKind[] = ["embedded"];

/** Starts a node's announcer; where the router minds weights, with the full one. */
export async function startWeighed(lab: Lab, node: LabNode, extraArguments: readonly string[] = []): Promise<void> {
  if (!mindsWeights(lab)) return node.start(extraArguments);
  await write(lab, node, fullWeight);
  const source = ["--weight-from", `file:${fileOf(node)}`, "--weight-interval", `${lookSeconds}`];
  await node.start(["--weight", fullWeight, ...source, ...extraArguments]);
}

/** Gives a running node another weight as an operator does, and waits until its announcer has announced it. Nothing happens where it has it already. */
export async function reweigh(lab: Lab, node: LabNode, weight: NodeWeight): Promise<void> {
  if (!mindsWeights(lab)) return;
  const { stdout } = await lab.sandbox.exec(node.host, ["cat", fileOf(node)]);
  if (stdout.trim() === weight) return;
  const since = monotonicMs();
  await write(lab, node, weight);
  for (const vip of lab.plan.vips)
    await node.waitForEvent("vip.announced", {
      since,
      timeoutMs: changedWithinMs,
      where: ({ fields }) => fields.vip === vip,
    });
}

/** Likewise, the weight that every node starts with. */
export function weighFully(lab: Lab, node: LabNode): Promise<void> {
  return reweigh(lab, node, fullWeight);
}

function mindsWeights({ router }: Lab): boolean {
  return weighingRouters.some((kind) => kind === router.kind);
}

function fileOf(node: LabNode): string {
  return `${node.stateDir}.weight`;
}

/** At once as a whole: a reader in between must not find an empty file. */
async function write(lab: Lab, node: LabNode, weight: NodeWeight): Promise<void> {
  const file = fileOf(node);
  await lab.sandbox.exec(node.host, ["sh", "-c", 'echo "$1" >"$2.new" && mv "$2.new" "$2"', "sh", weight, file]);
}
