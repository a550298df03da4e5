import { type Isolation, Sandbox } from "@vipcast/lab";

/** One end of the link a cell runs on. */
export interface WorldHost {
  /** Name of its network namespace. */
  readonly name: "node" | "peer";
  readonly ipv4: string;
  readonly ipv6: string;
  /** Addresses that only some cases give it: on `lo`, and on `eth0` beside the one the kernel makes up. */
  readonly loopback: string;
  readonly linkLocal: string;
}

/** Where vipcast runs. */
export const node: WorldHost = {
  name: "node",
  ipv4: "10.0.0.1",
  ipv6: "fd00::1",
  loopback: "10.1.1.1",
  linkLocal: "fe80::1",
};
/** Where the daemon runs. */
export const peer: WorldHost = {
  name: "peer",
  ipv4: "10.0.0.254",
  ipv6: "fd00::254",
  loopback: "10.1.1.254",
  linkLocal: "fe80::254",
};

/** What this process may do: namespaces of its own right, or those of a user namespace. */
export const isolation: Isolation = process.getuid?.() === 0 ? "privileged" : "rootless";

/** Two hosts with one link between their `eth0`, in namespaces that vanish with this process. */
export async function startWorld(): Promise<Sandbox> {
  const sandbox = await Sandbox.start(isolation);
  try {
    await batch(sandbox, null, ["netns add node", "netns add peer"]);
    await batch(sandbox, "node", ["link add eth0 type veth peer name eth0 netns peer"]);
    await Promise.all([node, peer].map((host) => configure(sandbox, host)));
    return sandbox;
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

async function configure(sandbox: Sandbox, host: WorldHost): Promise<void> {
  await batch(sandbox, host.name, [
    "link set lo up",
    `address add ${host.ipv4}/24 dev eth0`,
    // Without duplicate address detection the address is usable at once.
    `address add ${host.ipv6}/64 dev eth0 nodad`,
    "link set eth0 up",
  ]);
}

/** Runs `ip` commands in a host, one per line. */
export async function batch(sandbox: Sandbox, host: string | null, commands: readonly string[]): Promise<void> {
  await sandbox.exec(host, ["ip", "-batch", "-"], { input: `${commands.join("\n")}\n` });
}
