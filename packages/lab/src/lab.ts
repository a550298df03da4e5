import { BlockList, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { Prober } from "./client/prober.ts";
import { LabError } from "./errors.ts";
import type { ProberArguments } from "./inner/messages.ts";
import { LabNode } from "./node/lab-node.ts";
import { createRouter } from "./router/registry.ts";
import type { Router, RouterConfig, RouterKind } from "./router/router.ts";
import { Sandbox } from "./sandbox/sandbox.ts";
import type { Isolation } from "./sandbox/shape.ts";
import { requireTools } from "./sandbox/tools.ts";
import type { LabMode } from "./scenario/result.ts";
import { buildTopology, kernelHasIpv6 } from "./topology/build.ts";
import { addressOf, nodeOfNextHop, type Plan, planLab, vantageKey } from "./topology/plan.ts";
import { sleep, waitFor } from "./wait.ts";

/** Makes a router for a lab; a driver from elsewhere is one of these. */
export type RouterFactory = (sandbox: Sandbox, config: RouterConfig, plan: Plan) => Router;

/** What a lab is made of. */
export interface LabOptions {
  /** The executable and first arguments of a node; `announce …` is appended. */
  readonly nodeCommand: readonly string[];
  /** More arguments for `announce`. Default `--timers fast`. */
  readonly nodeArguments?: readonly string[];
  /** 1..32. Default 3. */
  readonly nodes?: number;
  /** Default `embedded`. */
  readonly router?: RouterKind | RouterFactory;
  /** Changes to the router's configuration, for example `{ holdTime: 9 }`. */
  readonly routerConfig?: Partial<RouterConfig>;
  /** Default 65000. */
  readonly routerAsn?: number;
  /** AS of a node by its index, 1 first. Default 65001 for all. */
  readonly nodeAsn?: (index: number) => number;
  /** Prefixes in normal form. Default `192.0.2.10/32` and `2001:db8::10/128`; in loopback mode one documentation address. */
  readonly vips?: readonly string[];
  /** Default `auto`: loopback only where namespaces are forbidden. */
  readonly mode?: LabMode | "auto";
  /** Time between two new connections of the client to one VIP, in milliseconds. Default 10, and longer with many VIPs. */
  readonly probeIntervalMs?: number;
  /** Ends the lab when aborted, also while it is being built. */
  readonly signal?: AbortSignal;
}

/** Below the second after which TCP sends a lost SYN again, and long enough for a machine that is busy with other things. */
const probeTimeoutMs = 900;
/** With many targets each is probed so much less often that a small machine keeps up: never faster than one in so many milliseconds. */
const msPerTarget = 3;
const defaultVips = ["192.0.2.10/32", "2001:db8::10/128"];
/** Documentation addresses (RFC 5737); in loopback mode the first one the host has no business with. */
const loopbackVips = ["192.0.2.10/32", "198.51.100.10/32", "203.0.113.10/32"];

/**
 * A running lab: hosts, a started router, the services of the nodes and the measuring clients. The announcers are started by
 * whoever uses it. Everything lives inside the sandbox and ends with it: after `close`, or whatever ends this process.
 */
export class Lab {
  readonly sandbox: Sandbox;
  readonly plan: Plan;
  readonly nodes: readonly LabNode[];
  readonly router: Router;
  /** Why the lab runs in loopback mode, or null. */
  readonly modeReason: string | null;
  /** Probes every VIP through the router; null in loopback mode. */
  readonly client: Prober | null;
  /**
   * Sits on the router: probes each node's VIP past the routing decision (target `node1 192.0.2.10/32`), and reads the kernel's
   * next hops whenever they change. Null in loopback mode.
   */
  readonly vantage: Prober | null;

  private constructor(parts: Pick<Lab, "sandbox" | "plan" | "nodes" | "router" | "modeReason" | "client" | "vantage">) {
    this.sandbox = parts.sandbox;
    this.plan = parts.plan;
    this.nodes = parts.nodes;
    this.router = parts.router;
    this.modeReason = parts.modeReason;
    this.client = parts.client;
    this.vantage = parts.vantage;
  }

  /** Builds everything and starts the router. Throws a `LabError`, and then has removed what was there already. */
  static async start(options: LabOptions): Promise<Lab> {
    const { sandbox, modeReason } = await openSandbox(options.mode ?? "auto");
    const close = (): void => void sandbox.close();
    options.signal?.addEventListener("abort", close, { once: true });
    if (options.signal?.aborted === true) close();
    void sandbox.ended.then(() => options.signal?.removeEventListener("abort", close));
    try {
      return await Lab.#build(sandbox, modeReason, options);
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  static async #build(sandbox: Sandbox, modeReason: string | null, options: LabOptions): Promise<Lab> {
    const mode = sandbox.isolation === "none" ? "loopback" : "namespaces";
    const kind = options.router ?? "embedded";
    if (mode === "loopback" && kind !== "embedded")
      throw new LabError("unsupported", `without namespaces only the embedded router can run: ${modeReason}`);
    const plan = planLab({
      mode,
      nodes: options.nodes ?? 3,
      vips: options.vips ?? (mode === "loopback" ? [unusedVip()] : defaultVips),
      ipv6: mode === "namespaces" && (await kernelHasIpv6(sandbox)),
      routerAsn: options.routerAsn ?? 65000,
      nodeAsn: options.nodeAsn ?? ((): number => 65001),
      routerPort: mode === "namespaces" ? 179 : await freePort("127.0.0.254"),
      servicePort: mode === "namespaces" ? 8080 : await freePort("127.0.0.11"),
    });
    const config: RouterConfig = {
      asn: plan.router.asn,
      routerId: plan.router.routerId,
      peers: plan.nodes.map((node) => ({ name: node.name, address: node.addresses.ipv4, asn: node.asn })),
      ...(plan.router.port === 179 ? {} : { listenPort: plan.router.port }),
      ...options.routerConfig,
    };
    const router = typeof kind === "function" ? kind(sandbox, config, plan) : createRouter(kind, sandbox, config, plan);
    const extra = options.nodeArguments ?? ["--timers", "fast"];
    const nodes = plan.nodes.map((node) => new LabNode(sandbox, plan, node, options.nodeCommand, extra));
    if (mode === "namespaces") await buildTopology(sandbox, plan);
    const [client, vantage] = await Promise.all([
      mode === "namespaces"
        ? Prober.start(
            sandbox,
            "client",
            clientProber(plan, options.probeIntervalMs ?? Math.max(10, msPerTarget * plan.vips.length)),
          )
        : null,
      mode === "namespaces" ? Prober.start(sandbox, "router", vantageProber(plan)) : null,
      router.start(),
      ...nodes.map((node) => node.startService()),
    ]);
    return new Lab({ sandbox, plan, nodes, router, modeReason, client, vantage });
  }

  get mode(): LabMode {
    return this.plan.mode;
  }

  /** The node of this name; throws `bad-option` when there is none. */
  node(name: string): LabNode {
    const node = this.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw new LabError("bad-option", `the lab has no node ${name}`);
    return node;
  }

  /** Names of the nodes the router forwards a VIP to: from its kernel, or from its BGP table where it installs no routes. */
  async nextHops(vip: string): Promise<readonly string[]> {
    const fromKernel = this.mode === "namespaces" && this.router.installsRoutes;
    const addresses = fromKernel
      ? (await this.router.routes(vip)).map((hop) => hop.via)
      : (await this.router.bgpTable(vip)).filter((path) => path.multipath).map((path) => path.nextHop);
    return addresses.map((via) => nodeOfNextHop(this.plan, via)).sort();
  }

  /** Waits until every VIP has exactly these nodes as next hops; throws `timeout` with what was there instead. */
  async waitForNextHops(
    names: readonly string[],
    timeoutMs = 8000,
    vips: readonly string[] = this.plan.vips,
  ): Promise<void> {
    const wanted = [...names].sort().join(" ");
    for (const vip of vips) {
      let seen: readonly string[] = [];
      await waitFor(
        () => `${vip} should have next hops [${wanted}], not [${seen.join(" ")}]`,
        async () => {
          seen = await this.nextHops(vip);
          return seen.join(" ") === wanted ? true : null;
        },
        timeoutMs,
      );
    }
  }

  /** The next hops of a VIP as the vantage point read them last, as names of nodes; cheap enough for a live view. */
  lastNextHops(vip: string): readonly string[] {
    const reading = this.vantage?.readings.findLast((candidate) => candidate.vip === vip);
    return (reading?.nextHops ?? []).map((via) => nodeOfNextHop(this.plan, via));
  }

  /** What should run and does not, in words. */
  complaints(): readonly string[] {
    const nodes = this.nodes.map((node) => node.complaint);
    const probers = [this.client, this.vantage].map((prober) =>
      prober?.process.exit == null ? null : `a prober ended by itself: ${prober.process.tail(2)}`,
    );
    return [...nodes, ...probers, this.router.complaint?.() ?? null].filter((complaint) => complaint !== null);
  }

  /** Ends everything and waits until it is gone. */
  async close(): Promise<void> {
    await this.sandbox.close();
  }
}

/** In loopback mode the nodes see the host's own interfaces, and refuse a VIP inside one of their subnets. */
function unusedVip(): string {
  const connected = new BlockList();
  for (const { family, cidr } of Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])) {
    const [address = "", length = "32"] = (cidr ?? "").split("/");
    if (family === "IPv4" && address !== "") connected.addSubnet(address, Number(length), "ipv4");
  }
  return loopbackVips.find((vip) => !connected.check(addressOf(vip), "ipv4")) ?? "192.0.2.10/32";
}

/** Opens the strongest sandbox that is allowed here. */
async function openSandbox(mode: LabMode | "auto"): Promise<{ sandbox: Sandbox; modeReason: string | null }> {
  if (mode === "loopback") return { sandbox: await Sandbox.start("none"), modeReason: "loopback mode was asked for" };
  requireTools();
  const attempts: readonly Isolation[] = process.getuid?.() === 0 ? ["privileged", "rootless"] : ["rootless"];
  let refusal = "";
  for (const isolation of attempts) {
    try {
      return { sandbox: await Sandbox.start(isolation), modeReason: null };
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== "namespaces-forbidden") throw error;
      refusal ||= error.message;
    }
  }
  if (mode === "namespaces") throw new LabError("namespaces-forbidden", refusal);
  return { sandbox: await Sandbox.start("none"), modeReason: refusal };
}

function clientProber(plan: Plan, intervalMs: number): ProberArguments {
  const targets = plan.vips.map((vip) => ({ key: vip, address: addressOf(vip), port: plan.servicePort, source: null }));
  return { targets, intervalMs, timeoutMs: probeTimeoutMs, silenceMs: 1000, watchRoutes: [] };
}

function vantageProber(plan: Plan): ProberArguments {
  const targets = plan.nodes.flatMap((node) =>
    plan.vips.map((vip) => ({
      key: vantageKey(node.name, vip),
      address: addressOf(vip),
      port: plan.servicePort,
      source: (vip.includes(":") ? node.vantage?.ipv6 : node.vantage?.ipv4) ?? null,
    })),
  );
  const intervalMs = Math.max(20, msPerTarget * targets.length);
  return { targets, intervalMs, timeoutMs: probeTimeoutMs, silenceMs: 1000, watchRoutes: plan.vips };
}

/** A port nobody listens on. */
async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  await sleep(0);
  return typeof address === "object" && address !== null ? address.port : 0;
}
