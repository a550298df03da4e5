import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Route } from "@vipcast/speaker";
import { Lines } from "./lines.ts";

/** The built CLI. */
export const cli: string = fileURLToPath(new URL("../../bin/vipcast.js", import.meta.url));
const peerProgram = fileURLToPath(new URL("./peer.mjs", import.meta.url));
const faultyProgram = fileURLToPath(new URL("./faulty-peers.mjs", import.meta.url));

/** True when this machine lets us make network namespaces; tests that need them are skipped, visibly, where it does not. */
export const canMakeNamespaces: boolean = process.getuid?.() === 0 && succeeds(["netns", "list"]);

/** A running `vipcast announce --json`. */
export interface Node {
  readonly child: ChildProcess;
  readonly lines: Lines;
  /** Everything on standard error until now. */
  readonly log: () => string;
  /** Resolves with the exit code, or the name of the signal. */
  readonly exit: Promise<number | string>;
}

/** The peer of {@link World.peer}: what reached it, and probes from where it is. */
export interface TestPeer {
  readonly lines: Lines;
  /** Whether an address answers, seen from the router. */
  probe(address: string): Promise<boolean>;
  /** Announces exactly these routes to every peer from now on. */
  announce(routes: readonly Route[]): void;
  /** The answer to an HTTP request from where the peer is. */
  get(url: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Ends every session with Cease / Administrative Shutdown and this text. */
  shutdown(text: string): void;
  /** Ends the process without a word to its peers. */
  kill(): void;
}

export interface PeerConfig {
  readonly asn?: number;
  readonly port?: number;
  readonly listen?: readonly string[];
  readonly peers?: readonly Readonly<Record<string, unknown>>[];
}

/** Where root's control sockets are. */
const sockets = "/run/vipcast";

let worlds = 0;

/**
 * Two hosts and a wire: `node` has 10.9.0.1 and 2001:db8:9::1 on eth0, `router` has .254 and ::fe and static routes to
 * the virtual IPs (192.0.2.0/24 and 2001:db8:2::/64) through the node. Everything is gone after `close`.
 */
export class World {
  readonly #name = `vipcast-cli-${process.pid}-${++worlds}`;
  readonly #children = new Set<ChildProcess>();
  readonly stateDir: string = mkdtempSync(join(tmpdir(), "vipcast-cli-"));

  constructor() {
    this.#batch([
      `netns add ${this.#name}n`,
      `netns add ${this.#name}r`,
      `link add eth0 netns ${this.#name}n type veth peer name eth0 netns ${this.#name}r`,
    ]);
    this.ip(
      "node",
      "link set lo up",
      "link set eth0 up",
      "address add 10.9.0.1/24 dev eth0",
      "address add 2001:db8:9::1/64 dev eth0 nodad",
    );
    this.ip(
      "router",
      "link set lo up",
      "link set eth0 up",
      "address add 10.9.0.254/24 dev eth0",
      "address add 2001:db8:9::fe/64 dev eth0 nodad",
      "route add 192.0.2.0/24 via 10.9.0.1",
      "route add 2001:db8:2::/64 via 2001:db8:9::1",
    );
  }

  /** Runs `ip` commands inside one of the hosts. */
  ip(host: "node" | "router", ...commands: readonly string[]): void {
    this.#batch(commands, ["-n", this.#namespace(host)]);
  }

  /** The output of one `ip` command inside a host. */
  ipOutput(host: "node" | "router", command: string): string {
    return execFileSync("ip", ["-n", this.#namespace(host), ...command.split(" ")], { encoding: "utf8" });
  }

  /** Addresses on the node's `lo`, loopback itself left out, as `192.0.2.10/32`. */
  loopback(): string[] {
    const text = this.ipOutput("node", "-o address show dev lo");
    return [...text.matchAll(/inet6? (\S+)/g)]
      .map(([, address]) => address!)
      .filter((address) => address !== "127.0.0.1/8" && address !== "::1/128");
  }

  /** Runs a module inside the node and returns what it prints as JSON. It may import from the CLI's compiled folder as `dist/...`. */
  evaluate(source: string): unknown {
    const dist = new URL("../../dist/", import.meta.url).href;
    const module = source.replaceAll('"dist/', `"${dist}`);
    const args = [`--net=/run/netns/${this.#namespace("node")}`, process.execPath, "--input-type=module", "-e", module];
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    return JSON.parse(execFileSync("nsenter", args, { encoding: "utf8", cwd }));
  }

  /** Starts `vipcast announce` on the node, with `--json` and the world's state folder. */
  announce(
    args: readonly string[],
    options: {
      readonly env?: NodeJS.ProcessEnv;
      readonly wrap?: readonly string[];
      readonly stateDir?: string;
    } = {},
  ): Node {
    const { stateDir = this.stateDir } = options;
    const command = [process.execPath, cli, "announce", "--json", "--state-dir", stateDir, ...args];
    return this.#node([...(options.wrap ?? []), ...command], options.env);
  }

  /** Starts `vipcast run` on the node, with `--json` and this configuration file. */
  run(file: string = this.configFile, env?: NodeJS.ProcessEnv): Node {
    return this.#node([process.execPath, cli, "run", "--json", "-c", file], env);
  }

  /** Where {@link World.configure} writes. */
  get configFile(): string {
    return join(this.stateDir, "vipcast.yaml");
  }

  /**
   * Writes a configuration for {@link World.run} whose one peer is that of {@link World.peer}. `vips` is a list in YAML, `peer` more of the peer's mapping,
   * beginning with a comma, and `more` further lines.
   */
  configure(
    vips: string,
    options: { readonly asn?: number; readonly peer?: string; readonly more?: string } = {},
  ): void {
    const { asn = 65001, peer = "", more = "" } = options;
    writeFileSync(
      this.configFile,
      `asn: ${asn}
stateDir: ${this.stateDir}/state
peers:
  - { address: 10.9.0.254, asn: 65000, port: 1790${peer} }
vips: ${vips}
${more}`,
    );
  }

  /** Starts a service on the node that listens at 127.0.0.1; `kill` it for it to die. Resolves when it listens. */
  async service(port: number): Promise<ChildProcess> {
    const source = `require("node:net").createServer((socket) => socket.on("error", () => {}).resume()).listen(${port}, "127.0.0.1", () => console.log("listening"))`;
    const child = this.#spawn("node", [process.execPath, "-e", source], undefined);
    await new Promise((resolve) => child.stdout!.once("data", resolve));
    return child;
  }

  #node(command: readonly string[], env: NodeJS.ProcessEnv | undefined): Node {
    const child = this.#spawn("node", command, env);
    let log = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    const exit = new Promise<number | string>((resolve) =>
      child.on("close", (code, signal) => resolve(code ?? signal ?? "?")),
    );
    return { child, lines: new Lines(child), log: () => log, exit };
  }

  /** Starts peers on the router that fail, by address. Resolves when they listen. */
  async faultyPeers(port: number, faults: Readonly<Record<string, string>>): Promise<void> {
    const child = this.#spawn("router", [process.execPath, faultyProgram, String(port), JSON.stringify(faults)]);
    child.stderr!.pipe(process.stderr);
    await new Lines(child).until("ready");
  }

  /** Writes a file into the world's folder and returns its path; its owner alone can read it. */
  file(name: string, text: string): string {
    const path = join(this.stateDir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Starts a BGP speaker on the router, AS 65000, that listens on both its addresses, port 1790. */
  async peer(config: PeerConfig = {}): Promise<TestPeer> {
    const {
      asn = 65000,
      port = 1790,
      listen = ["10.9.0.254"],
      peers = [{ address: "10.9.0.1", asn: 65001, passive: true }],
    } = config;
    const child = this.#spawn("router", [
      process.execPath,
      peerProgram,
      JSON.stringify({ asn, port, listen, peers, routerId: "10.9.0.254" }),
    ]);
    child.stderr!.pipe(process.stderr);
    const lines = new Lines(child);
    await lines.until("ready");
    return {
      lines,
      probe: async (address) => {
        const before = lines.of("probed").length;
        child.stdin!.write(`${JSON.stringify({ probe: address })}\n`);
        return (await lines.until("probed", (line) => lines.of("probed").indexOf(line) >= before)).bound === true;
      },
      announce: (routes) => {
        child.stdin!.write(`${JSON.stringify({ routes })}\n`);
      },
      get: async (url) => {
        const before = lines.of("got").length;
        child.stdin!.write(`${JSON.stringify({ get: url })}\n`);
        const { status, text } = await lines.until("got", (line) => lines.of("got").indexOf(line) >= before);
        return { status: Number(status), text: String(text) };
      },
      shutdown: (text) => {
        child.stdin!.write(`${JSON.stringify({ shutdown: text })}\n`);
      },
      kill: () => child.kill("SIGKILL"),
    };
  }

  /** Ends every process and removes both hosts. */
  async close(): Promise<void> {
    const ended = [...this.#children].map((child) => new Promise((resolve) => child.once("close", resolve)));
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all(ended);
    this.#batch([`netns delete ${this.#namespace("node")}`, `netns delete ${this.#namespace("router")}`]);
    this.#removeSockets();
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  /** A daemon that was killed leaves its control socket, which is named after its state folder where the configuration names none. */
  #removeSockets(): void {
    if (!existsSync(sockets)) return;
    for (const name of readdirSync(sockets))
      if (name.includes(basename(this.stateDir))) rmSync(join(sockets, name), { force: true });
  }

  #namespace(host: "node" | "router"): string {
    return this.#name + host[0]!;
  }

  #spawn(host: "node" | "router", command: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const [program, ...args] = ["nsenter", `--net=/run/netns/${this.#namespace(host)}`, ...command];
    const child = spawn(program!, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
    this.#children.add(child);
    child.once("close", () => this.#children.delete(child));
    return child;
  }

  #batch(commands: readonly string[], options: readonly string[] = []): void {
    execFileSync("ip", [...options, "-batch", "-"], { input: commands.join("\n"), stdio: ["pipe", "pipe", "pipe"] });
  }
}

function succeeds(args: readonly string[]): boolean {
  try {
    execFileSync("ip", args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
