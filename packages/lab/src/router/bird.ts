import type { Sandbox } from "../sandbox/sandbox.ts";
import { requireRouter } from "../sandbox/tools.ts";
import { birdConfig, parseBirdProtocols, parseBirdRoutes } from "./bird-text.ts";
import { Daemon } from "./daemon.ts";
import { kernelNextHops } from "./kernel-routes.ts";
import type { BgpPath, NextHop, Router, RouterConfig, RouterSession } from "./router.ts";

/** BIRD 2 as the lab's router, with `merge paths` and kernel export. */
export class BirdRouter implements Router {
  readonly kind = "bird";
  readonly installsRoutes = true;
  readonly #sandbox: Sandbox;
  readonly #config: RouterConfig;
  readonly #folder: string;
  readonly #daemon: Daemon;

  /** Throws `router-missing` where BIRD is not installed. */
  constructor(sandbox: Sandbox, config: RouterConfig) {
    requireRouter("bird", ["bird", "birdc"]);
    this.#sandbox = sandbox;
    this.#config = config;
    this.#folder = `${sandbox.folder}/bird`;
    const files = ["-c", "bird.conf", "-s", "bird.ctl", "-P", "bird.pid"];
    const argv = ["bird", "-f", ...files.map((file) => (file.startsWith("-") ? file : `${this.#folder}/${file}`))];
    this.#daemon = new Daemon(sandbox, "router", [{ name: "bird", argv }]);
  }

  async start(): Promise<void> {
    await this.#sandbox.writeFile(`${this.#folder}/bird.conf`, birdConfig(this.#config));
    await this.#daemon.start(async () => (await this.#ask("show status", true)).includes("Daemon is up and running"));
  }

  stop(): Promise<void> {
    return this.#daemon.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  signal(name: NodeJS.Signals): Promise<void> {
    return this.#daemon.signal(name);
  }

  routes(prefix: string): Promise<readonly NextHop[]> {
    return kernelNextHops(this.#sandbox, "router", prefix);
  }

  async bgpTable(prefix: string): Promise<readonly BgpPath[]> {
    const [text, hops] = await Promise.all([this.#ask(`show route ${prefix} all`, true), this.routes(prefix)]);
    const used = new Set(hops.map((hop) => hop.via));
    const address = new Map(this.#config.peers.map((peer) => [peer.name, peer.address]));
    return parseBirdRoutes(text).map((path) => ({
      ...path,
      peer: address.get(path.peer) ?? path.peer,
      multipath: path.best || used.has(path.nextHop),
    }));
  }

  async sessions(): Promise<readonly RouterSession[]> {
    const sessions = parseBirdProtocols(await this.#ask("show protocols all", false));
    return sessions.map(({ peer, state, holdTime, lastError }) => ({ peer, state, holdTime, lastError }));
  }

  async version(): Promise<string> {
    const { stdout, stderr } = await this.#sandbox.exec(null, ["bird", "--version"], { allowFailure: true });
    return (stderr || stdout).trim().replace(" version", "");
  }

  complaint(): string | null {
    return this.#daemon.complaint();
  }

  log(): readonly string[] {
    return this.#daemon.log();
  }

  /** `birdc` ends with an error while BIRD is not there yet; where that may be, its text is enough. */
  async #ask(command: string, allowFailure: boolean): Promise<string> {
    const argv = ["birdc", "-s", `${this.#folder}/bird.ctl`, ...command.split(" ")];
    const { stdout } = await this.#sandbox.exec("router", argv, { allowFailure });
    return stdout;
  }
}
