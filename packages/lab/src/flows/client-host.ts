import { Prober } from "../client/prober.ts";
import { LabError } from "../errors.ts";
import type { Lab } from "../lab.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { sysctlCommand } from "../topology/build.ts";
import { addressOf } from "../topology/plan.ts";

/** The most local addresses a measuring client is given. */
const maxSources = 100;

/** Local addresses of one family, as many as asked, in a subnet that is already the host's. */
export function sourceAddresses(family: 4 | 6, count: number, subnet: { ipv4: string; ipv6: string }): string[] {
  if (!Number.isInteger(count) || count < 1 || count > maxSources)
    throw new LabError("bad-option", `a client has 1 to ${maxSources} source addresses, not ${count}`);
  return Array.from({ length: count }, (_, index) =>
    family === 4 ? `${subnet.ipv4}.${100 + index}` : `${subnet.ipv6}::${100 + index}`,
  );
}

/** Gives a host addresses it can use at once. */
export async function addAddresses(
  sandbox: Sandbox,
  host: string,
  device: string,
  addresses: readonly string[],
): Promise<void> {
  const commands = addresses.map((address) =>
    address.includes(":") ? `address add ${address}/64 dev ${device} nodad` : `address add ${address}/24 dev ${device}`,
  );
  await sandbox.exec(host, ["ip", "-batch", "-"], { input: `${commands.join("\n")}\n` });
}

/** Sets sysctls of a host, each `path=value` with the path below /proc/sys; one with a `-` before it may be missing. */
export async function setSysctls(sandbox: Sandbox, host: string, settings: readonly string[]): Promise<void> {
  await sandbox.exec(host, ["sh", "-e"], { input: `${settings.map(sysctlCommand).join("\n")}\n` });
}

/** What the router hashes of a packet to choose a next hop: 0 its addresses, 1 its ports as well. */
export type HashPolicy = 0 | 1;

/** Sets the router's hash policy for both families. `seed` makes the kernel's choice repeatable where it lets itself be told (Linux 6.11). */
export async function setHashPolicy(lab: Lab, policy: HashPolicy, seed: number): Promise<void> {
  await setSysctls(lab.sandbox, "router", [
    `net/ipv4/fib_multipath_hash_policy=${policy}`,
    ...(lab.plan.ipv6 ? [`net/ipv6/fib_multipath_hash_policy=${policy}`] : []),
    `-net/ipv4/fib_multipath_hash_seed=${seed}`,
  ]);
}

/** A prober that only holds and transfers what it is told to. It gives up on a connection after a second of silence. */
export function startQuietProber(lab: Lab, host: string): Promise<Prober> {
  const targets = lab.plan.vips.map((vip) => ({
    key: vip,
    address: addressOf(vip),
    port: lab.plan.servicePort,
    source: null,
  }));
  const quiet = { intervalMs: 0, timeoutMs: 3000, silenceMs: 1000, speakMs: 100, watchRoutes: [] };
  return Prober.start(lab.sandbox, host, { targets, ...quiet });
}
