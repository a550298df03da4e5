import type { Sandbox } from "../sandbox/sandbox.ts";
import { requireRouter } from "../sandbox/tools.ts";
import { Daemon } from "./daemon.ts";
import { frrFolder, frrPrograms, frrRequired, vtyshCommand } from "./frr-programs.ts";
import { frrConfig, parseFrrNeighbors, parseFrrRoute } from "./frr-text.ts";
import { kernelNextHops } from "./kernel-routes.ts";
import type { BgpPath, NextHop, Router, RouterConfig, RouterSession } from "./router.ts";

/**
 * FRR's bgpd with zebra. zebra wants to become the user `frr`, which a user namespace does not have: there bgpd runs alone, and
 * its routes do not reach the kernel.
 */
export class FrrRouter implements Router {
  readonly kind = "frr";
  readonly installsRoutes: boolean;
  readonly #sandbox: Sandbox;
  readonly #config: RouterConfig;
  readonly #folder: string;
  readonly #daemon: Daemon;
  #killed = false;

  /** Throws `router-missing` where FRR is not installed. */
  constructor(sandbox: Sandbox, config: RouterConfig) {
    requireRouter("frr", frrRequired);
    this.#sandbox = sandbox;
    this.#config = config;
    this.#folder = `${sandbox.folder}/frr`;
    this.installsRoutes = sandbox.isolation === "privileged";
    this.#daemon = new Daemon(sandbox, "router", frrPrograms(this.#folder, sandbox.isolation, config.listenPort));
  }

  async start(): Promise<void> {
    const files = { "bgpd.conf": frrConfig(this.#config), "zebra.conf": "hostname router\nlog stdout\n" };
    for (const [name, text] of Object.entries(files)) await this.#sandbox.writeFile(`${this.#folder}/${name}`, text);
    if (this.installsRoutes) await this.#sandbox.exec(null, ["chown", "-R", "frr:frr", this.#folder]);
    if (this.#killed) await this.#forgetNextHops();
    this.#killed = false;
    await this.#daemon.start(async (program) => {
      const { code } = await this.#vtysh(program, "show version");
      return code === 0;
    });
  }

  stop(): Promise<void> {
    return this.#daemon.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  signal(name: NodeJS.Signals): Promise<void> {
    if (name === "SIGKILL") this.#killed = true;
    return this.#daemon.signal(name);
  }

  /**
   * zebra (8.4) is confused by the next-hop objects that a killed zebra has left ("a dependent Nexthop ID which we do not have in our table"): now and then it then
   * leaves IPv6 routes beside those that replace them, for ever. Its operator would reboot the router; without the objects there are no routes either.
   */
  async #forgetNextHops(): Promise<void> {
    if (!this.installsRoutes) return;
    // By its number (RTPROT_ZEBRA): `ip nexthop flush` does not take the name.
    await this.#sandbox.exec("router", ["ip", "nexthop", "flush", "proto", "11"]);
  }

  async routes(prefix: string): Promise<readonly NextHop[]> {
    return this.installsRoutes ? kernelNextHops(this.#sandbox, "router", prefix) : [];
  }

  async bgpTable(prefix: string): Promise<readonly BgpPath[]> {
    const family = prefix.includes(":") ? "ipv6" : "ipv4";
    return parseFrrRoute(await this.#show(`show bgp ${family} unicast ${prefix} json`));
  }

  async sessions(): Promise<readonly RouterSession[]> {
    return parseFrrNeighbors(await this.#show("show bgp neighbors json"));
  }

  async version(): Promise<string> {
    const { stdout } = await this.#sandbox.exec(null, [`${frrFolder}/bgpd`, "--version"], { allowFailure: true });
    return `FRR ${stdout.match(/version (\S+)/)?.[1] ?? "of unknown version"}`;
  }

  complaint(): string | null {
    return this.#daemon.complaint();
  }

  log(): readonly string[] {
    return this.#daemon.log();
  }

  async #show(command: string): Promise<string> {
    return (await this.#vtysh("bgpd", command)).stdout;
  }

  #vtysh(program: string, command: string): Promise<{ readonly code: number | null; readonly stdout: string }> {
    return this.#sandbox.exec("router", vtyshCommand(this.#folder, program, command), { allowFailure: true });
  }
}
