import { LabError } from "../errors.ts";
import type { Lab } from "../lab.ts";
import type { ResilientGroups } from "../router/router.ts";
import { nodeOfNextHop } from "../topology/plan.ts";

interface PrintedHop {
  readonly gateway?: string;
  readonly dev?: string;
}

interface PrintedRoute extends PrintedHop {
  readonly nhid?: number;
  readonly protocol?: string;
  readonly nexthops?: readonly PrintedHop[];
}

interface PrintedNextHop extends PrintedHop {
  readonly group?: readonly { readonly id: number }[];
}

/**
 * Gives the next hops of a VIP's route new weights in the router's kernel, by hand, as a router does that was told new link bandwidths. Throws
 * `unsupported` when the route is not one of the embedded router's.
 */
export async function setRouterWeights(
  lab: Lab,
  vip: string,
  weightOf: (node: string) => number,
  resilient: ResilientGroups | undefined,
): Promise<void> {
  const [route] = await ask<PrintedRoute>(lab, [
    vip.includes(":") ? "-6" : "-4",
    "-json",
    "route",
    "show",
    "exact",
    vip,
  ]);
  if (route === undefined || lab.router.kind !== "embedded")
    throw new LabError("unsupported", `the weights of ${vip} cannot be changed by hand with router ${lab.router.kind}`);
  const weight = ({ gateway = "" }: PrintedHop): number => weightOf(nodeOfNextHop(lab.plan, gateway));
  if (route.nhid === undefined || resilient === undefined) {
    const hops = (route.nexthops ?? []).flatMap((hop) => [
      ...["nexthop", "via", hop.gateway ?? "", "dev", hop.dev ?? "", "weight", String(weight(hop))],
    ]);
    await tell(lab, ["route", "replace", vip, "proto", route.protocol ?? "", ...hops]);
    return;
  }
  const [group] = await ask<PrintedNextHop>(lab, ["-json", "nexthop", "show", "id", String(route.nhid)]);
  const members = await Promise.all(
    (group?.group ?? []).map(async ({ id }) => {
      const [hop] = await ask<PrintedNextHop>(lab, ["-json", "nexthop", "show", "id", String(id)]);
      return `${id},${weight(hop ?? {})}`;
    }),
  );
  const kept = ["type", "resilient", "buckets", String(resilient.buckets), "idle_timer", String(resilient.idleSeconds)];
  await tell(lab, ["nexthop", "replace", "id", String(route.nhid), "group", members.join("/"), ...kept]);
}

/**
 * Makes the resilient group of each VIP anew, with the same members: a group keeps what happened to it, buckets in use stay with the node
 * that had them when another one was away.
 */
export async function rebuildGroups(lab: Lab, { buckets, idleSeconds }: ResilientGroups): Promise<void> {
  for (const vip of lab.plan.vips) {
    const [route] = await ask<PrintedRoute>(lab, [
      vip.includes(":") ? "-6" : "-4",
      "-json",
      "route",
      "show",
      "exact",
      vip,
    ]);
    const { nhid, protocol = "" } = route ?? {};
    if (nhid === undefined) throw new LabError("command-failed", `the route to ${vip} has no next-hop group`);
    const [hop] = await ask<PrintedNextHop>(lab, ["-json", "nexthop", "show", "id", String(nhid)]);
    const members = (hop?.group ?? []).map(({ id }) => id).join("/");
    const commands = [
      `nexthop del id ${nhid}`,
      `nexthop add id ${nhid} group ${members} type resilient buckets ${buckets} idle_timer ${idleSeconds}`,
      `route replace ${vip} nhid ${nhid} proto ${protocol}`,
    ];
    await lab.sandbox.exec("router", ["ip", "-batch", "-"], { input: `${commands.join("\n")}\n` });
  }
}

async function ask<T>(lab: Lab, words: readonly string[]): Promise<readonly T[]> {
  const { stdout } = await lab.sandbox.exec("router", ["ip", ...words]);
  return JSON.parse(stdout) as readonly T[];
}

async function tell(lab: Lab, words: readonly string[]): Promise<void> {
  await lab.sandbox.exec("router", ["ip", ...words]);
}
