import { LabError } from "../errors.ts";
import type { Lab } from "../lab.ts";
import type { ResilientGroups } from "../router/router.ts";

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
