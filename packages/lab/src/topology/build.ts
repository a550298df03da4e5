import type { Sandbox } from "../sandbox/sandbox.ts";
import { addressOf, type NodePlan, type Plan } from "./plan.ts";

/**
 * Builds the hosts: a switch, the router, the client and the nodes, each a network namespace.
 *
 *     client ── wan ─ router ─ lan ── switch ─┬─ eth0 node1
 *                                             ├─ eth0 node2
 *                                             └─ …
 *
 * One segment with a switch, as in a rack: every node peers with the same address of the router, and a node that loses its link
 * does not take the router's link down with it.
 */
export async function buildTopology(sandbox: Sandbox, plan: Plan): Promise<void> {
  const hosts = ["switch", "router", "client", ...plan.nodes.map((node) => node.name)];
  await batch(
    sandbox,
    null,
    hosts.map((host) => `netns add ${host}`),
  );
  await batch(sandbox, "switch", [
    "link add br0 type bridge mcast_snooping 0",
    "link add uplink type veth peer name lan netns router",
    "link set uplink master br0 up",
    ...plan.nodes.flatMap((node) => [
      `link add ${node.name} type veth peer name eth0 netns ${node.name}`,
      `link set ${node.name} master br0 up`,
    ]),
    "link set br0 up",
  ]);
  await batch(sandbox, "router", ["link add wan type veth peer name eth0 netns client"]);
  await Promise.all([
    configure(sandbox, "router", routerSysctls(plan.ipv6), routerCommands(plan)),
    configure(sandbox, "client", [...hostSysctls(plan.ipv6), ...farAwaySysctls], clientCommands(plan)),
    ...plan.nodes.map((node) => configure(sandbox, node.name, hostSysctls(plan.ipv6), nodeCommands(plan, node))),
  ]);
}

/** True when the kernel has IPv6 and lets a namespace use it. */
export async function kernelHasIpv6(sandbox: Sandbox): Promise<boolean> {
  const { stdout } = await sandbox.exec(null, [
    "sh",
    "-c",
    "cat /proc/sys/net/ipv6/conf/default/disable_ipv6 2>/dev/null || echo 1",
  ]);
  return stdout.trim() === "0";
}

function routerCommands(plan: Plan): readonly string[] {
  const { lan } = plan.router;
  const { gateway } = plan.client;
  return [
    "link set lo up",
    ...address(lan.ipv4, 24, "lan"),
    ...address(lan.ipv6, 64, "lan"),
    ...address(gateway.ipv4, 24, "wan"),
    ...address(gateway.ipv6, 64, "wan"),
    "link set lan up",
    "link set wan up",
    ...plan.nodes.flatMap(vantageCommands),
  ];
}

/** From a vantage address of its own, the router reaches one node's VIPs past its own routing decision. */
function vantageCommands(node: NodePlan): readonly string[] {
  const table = 1000 + node.index;
  const sources = [
    { six: false, source: node.vantage?.ipv4 ?? null, gateway: node.addresses.ipv4 },
    { six: true, source: node.vantage?.ipv6 ?? null, gateway: node.addresses.ipv6 },
  ];
  return sources.flatMap(({ six, source, gateway }) => {
    if (source === null || gateway === null) return [];
    return [
      ...address(source, six ? 128 : 32, "lo"),
      `rule add from ${source} lookup ${table}`,
      `route add default via ${gateway} dev lan table ${table}`,
    ];
  });
}

function clientCommands(plan: Plan): readonly string[] {
  const { addresses, gateway } = plan.client;
  return [
    "link set lo up",
    ...address(addresses.ipv4, 24, "eth0"),
    ...address(addresses.ipv6, 64, "eth0"),
    ...defaultRoutes(gateway),
  ];
}

function nodeCommands(plan: Plan, node: NodePlan): readonly string[] {
  return [
    "link set lo up",
    `link set eth0 address ${node.hardwareAddress}`,
    ...address(node.addresses.ipv4, 24, "eth0"),
    ...address(node.addresses.ipv6, 64, "eth0"),
    ...defaultRoutes(plan.router.lan),
  ];
}

function defaultRoutes(gateway: { readonly ipv4: string; readonly ipv6: string | null }): readonly string[] {
  const six = gateway.ipv6 === null ? [] : [`route add default via ${gateway.ipv6}`];
  return ["link set eth0 up", `route add default via ${gateway.ipv4}`, ...six];
}

function address(text: string | null, length: number, device: string): readonly string[] {
  if (text === null) return [];
  return [`address add ${text}/${length} dev ${device}${text.includes(":") ? " nodad" : ""}`];
}

/** Without duplicate address detection an IPv6 address is usable at once. */
function hostSysctls(ipv6: boolean, devices: readonly string[] = ["eth0"]): readonly string[] {
  const six = ipv6 ? ["all", "default", ...devices].map((device) => `net/ipv6/conf/${device}/accept_dad=0`) : [];
  return ["net/ipv4/conf/all/rp_filter=0", "net/ipv4/conf/default/rp_filter=0", ...six];
}

/**
 * Inside one machine a packet keeps the hash its socket gave it, and Linux' routers take that for the hash of its ports. A socket that
 * repeats a lost segment chooses another one (Linux 5.19): then its connection would take another next hop, which behind a cable it never does.
 */
const farAwaySysctls: readonly string[] = ["-net/core/txrehash=0"];

function routerSysctls(ipv6: boolean): readonly string[] {
  const six = ipv6 ? ["net/ipv6/conf/all/forwarding=1", "net/ipv6/fib_multipath_hash_policy=1"] : [];
  // Policy 1 hashes addresses and ports: each new connection of one client may take another node.
  return [
    ...hostSysctls(ipv6, ["lan", "wan"]),
    "net/ipv4/ip_forward=1",
    "net/ipv4/fib_multipath_hash_policy=1",
    ...six,
  ];
}

/** A shell command for `path=value`; with a `-` before it, as in sysctl.d, a kernel that does not have it is no failure. */
export function sysctlCommand(setting: string): string {
  const [path = "", value = ""] = setting.replace(/^-/, "").split("=");
  const command = `echo ${value} >/proc/sys/${path}`;
  return setting.startsWith("-") ? `[ ! -e /proc/sys/${path} ] || ${command}` : command;
}

/** One process a host: its sysctls, then its `ip` commands; rules for IPv6 sources need a batch of that family. */
async function configure(
  sandbox: Sandbox,
  host: string,
  sysctls: readonly string[],
  commands: readonly string[],
): Promise<void> {
  const isRule6 = (command: string): boolean => command.startsWith("rule ") && command.includes(":");
  const script = [
    ...sysctls.map(sysctlCommand),
    "ip -batch - <<END",
    ...commands.filter((command) => !isRule6(command)),
    "END",
    "ip -6 -batch - <<END",
    ...commands.filter(isRule6),
    "END",
  ];
  await sandbox.exec(host, ["sh", "-e"], { input: `${script.join("\n")}\n` });
}

async function batch(sandbox: Sandbox, host: string | null, commands: readonly string[]): Promise<void> {
  await sandbox.exec(host, ["ip", "-batch", "-"], { input: `${commands.join("\n")}\n` });
}

/** Addresses of a host as `address/length` on any interface. */
export async function hostAddresses(sandbox: Sandbox, host: string): Promise<readonly string[]> {
  const { stdout } = await sandbox.exec(host, ["ip", "-json", "address", "show"]);
  const links = JSON.parse(stdout) as readonly {
    readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
  }[];
  return links.flatMap((link) => (link.addr_info ?? []).map((info) => `${info.local}/${info.prefixlen}`));
}

/** True when the host has the VIP's address bound. */
export async function isBound(sandbox: Sandbox, host: string, vip: string): Promise<boolean> {
  const wanted = addressOf(vip);
  return (await hostAddresses(sandbox, host)).some((entry) => addressOf(entry) === wanted);
}
