import type { Lab } from "../lab.ts";
import type { LabNode } from "../node/lab-node.ts";
import type { RouterKind } from "../router/router.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { reweigh, startWeighed, weighFully, weighingRouters } from "./weights.ts";

/** Something that happens to a node, of which the price in open connections is measured. */
export type EcmpEventName =
  | "power-off"
  | "kill"
  | "crash"
  | "stop"
  | "drain"
  | "restart"
  | "return"
  | "address-deleted"
  | "weight-halved"
  | "weight-restored";

/** Does something to a node of a lab. */
export type EventAction = (lab: Lab, node: LabNode) => Promise<void>;

/** How an event is brought about. Before it every node announces, unless `prepare` has changed that. */
export interface EcmpEvent {
  readonly name: EcmpEventName;
  /** For people: what happens. */
  readonly summary: string;
  /** Whether the router must forward to the node in the end. */
  readonly stays: boolean;
  /** The routers with which it means something; absent: all. */
  readonly routers?: readonly RouterKind[];
  readonly prepare?: EventAction;
  readonly act: EventAction;
}

/** How long a node drains in the event of that name, in seconds. */
const drainSeconds = 2;

/** How long a change that is not measured may take. */
const settleMs = 30_000;

async function stop(_lab: Lab, node: LabNode): Promise<void> {
  await node.stop();
}

/** Ends a node that has drained nothing, without looking at what it costs. */
async function leave(lab: Lab, node: LabNode): Promise<void> {
  await node.stop();
  await lab.waitForNextHops(others(lab, node), settleMs);
}

/** Names of all nodes but one. */
export function others(lab: Lab, node: LabNode): readonly string[] {
  return lab.nodes.map(({ name }) => name).filter((name) => name !== node.name);
}

/** The events, in an order in which each leaves little to repair for the next. */
export const ecmpEvents: readonly EcmpEvent[] = [
  {
    name: "address-deleted",
    summary: "the VIP is deleted by hand and put back by the announcer",
    stays: true,
    async act(lab, node) {
      const since = monotonicMs();
      await Promise.all(lab.plan.vips.map((vip) => node.deleteAddress(vip)));
      for (const vip of lab.plan.vips)
        await node.waitForEvent("address.restored", { since, where: ({ fields }) => fields.vip === vip });
    },
  },
  {
    name: "weight-halved",
    summary: "the node announces half of its weight, read from a file",
    stays: true,
    routers: weighingRouters,
    act: (lab, node) => reweigh(lab, node, "5G"),
  },
  {
    name: "weight-restored",
    summary: "the node announces its full weight again",
    stays: true,
    routers: weighingRouters,
    prepare: (lab, node) => reweigh(lab, node, "5G"),
    act: weighFully,
  },
  { name: "stop", summary: "SIGTERM, no drain", stays: false, act: stop },
  { name: "return", summary: "the node comes back", stays: true, prepare: leave, act: startWeighed },
  {
    name: "drain",
    summary: `SIGTERM, ${drainSeconds} s of drain`,
    stays: false,
    async prepare(lab, node) {
      await leave(lab, node);
      await startWeighed(lab, node, ["--drain", String(drainSeconds)]);
      await lab.waitForNextHops(
        lab.nodes.map(({ name }) => name),
        settleMs,
      );
    },
    act: stop,
  },
  {
    name: "restart",
    summary: "SIGTERM and started again at once",
    stays: true,
    async act(lab, node) {
      await node.stop();
      await startWeighed(lab, node);
    },
  },
  { name: "crash", summary: "SIGKILL for the announcer alone", stays: false, act: (_lab, node) => node.crash() },
  { name: "kill", summary: "SIGKILL for announcer and service", stays: false, act: (_lab, node) => node.kill() },
  {
    name: "power-off",
    summary: "the whole host is gone without a word",
    stays: false,
    async act(_lab, node) {
      await node.partition();
      await node.kill();
    },
  },
];

/** Everything that an event may have taken away is there again, and the router forwards to all. */
export async function bringBack(lab: Lab, node: LabNode): Promise<void> {
  await node.heal();
  if (!node.serviceRuns) await node.startService();
  if (node.announcer?.exit === null) await weighFully(lab, node);
  else await startWeighed(lab, node);
  await lab.waitForNextHops(
    lab.nodes.map(({ name }) => name),
    settleMs,
  );
}
