import { hostname } from "node:os";
import type { DesiredVip, HostState } from "@vipcast/announcer";
import type { Log } from "../output/log.ts";
import type { Host } from "./announcement.ts";
import { chooseRouterId } from "./router-id.ts";
import { hasRouterId, loadRouterId, saveRouterId } from "./router-id-file.ts";

/** Chooses a router id for this host, logs it, and keeps it for the next start. `option` is where another one can be given. */
export function automaticRouterId(
  { vips, host, observed }: { readonly vips: readonly DesiredVip[]; readonly host: Host; readonly observed: HostState },
  log: Log,
  option: string,
): string {
  const { stateDir, instance = null } = host;
  const persisted = loadRouterId(stateDir, instance);
  const { routerId, origin } = chooseRouterId({
    addresses: observed.addresses.map(({ address, mark }) => ({ address, ours: mark === "ours" })),
    vips: new Set(vips.map(({ address }) => address)),
    persisted,
    hostIdentity: hostname(),
  });
  log.info({ routerId }, `the router id is ${routerId}, ${origin}`);
  if (routerId === persisted && hasRouterId(stateDir, instance)) return routerId;
  try {
    saveRouterId(stateDir, instance, routerId);
  } catch (error) {
    log.warn(
      { err: error },
      `the router id cannot be kept for the next start; give it with ${option}, or choose another folder for the state`,
    );
  }
  return routerId;
}
