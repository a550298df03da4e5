import { Daemon, findProgram, type RouterSession, type Sandbox } from "@vipcast/lab";
import type { Ability, DaemonDriver, DaemonSpec, FamilyName, Place, ReceivedRoute, RunningDaemon } from "./driver.ts";

/** The programs of a driver that are not installed here. */
export function missingPrograms(driver: DaemonDriver): readonly string[] {
  return driver.programs.filter((program) => findProgram(program) === null);
}

/** Why this daemon cannot do something here, or null when it can. */
export function lackOf(driver: DaemonDriver, ability: Ability, rootless: boolean): string | null {
  return driver.lacks[ability] ?? (rootless ? driver.lacksRootless?.[ability] : undefined) ?? null;
}

/** A real daemon on one host of a sandbox: configured, started, asked, frozen and stopped, whatever driver is behind it. */
export class PeerDaemon {
  readonly driver: DaemonDriver;
  readonly #sandbox: Sandbox;
  readonly #host: string;
  readonly #place: Place;
  readonly #log: string[] = [];
  #spec: DaemonSpec | null = null;
  #programs: Daemon | null = null;

  constructor(driver: DaemonDriver, sandbox: Sandbox, host: string) {
    this.driver = driver;
    this.#sandbox = sandbox;
    this.#host = host;
    this.#place = { folder: `${sandbox.folder}/${host}-${driver.name}`, isolation: sandbox.isolation };
  }

  /** Sets what it is told; a running daemon hears of it at its next start. */
  configure(spec: DaemonSpec): void {
    this.#spec = spec;
  }

  /** Writes its files, starts it and waits until it answers. Throws with its own words when it does not within `timeoutMs`. */
  async start(timeoutMs?: number): Promise<void> {
    const running = this.#running();
    if (this.#programs !== null) this.#log.push(...this.#programs.log());
    for (const { path, text, mode } of this.driver.files(running.spec, this.#place))
      await this.#sandbox.writeFile(path, text, mode);
    if (this.driver.owner !== undefined && this.#place.isolation === "privileged")
      await this.#sandbox.exec(null, ["chown", "-R", this.driver.owner, this.#place.folder]);
    this.#programs = new Daemon(this.#sandbox, this.#host, this.driver.start(running.spec, this.#place));
    await this.#programs.start((program) => this.driver.ready(running, program), timeoutMs);
  }

  /** Ends it in an orderly way. */
  async stop(): Promise<void> {
    await this.#programs?.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Ends it with SIGKILL. */
  async kill(): Promise<void> {
    await this.#programs?.signal("SIGKILL");
  }

  /** Stops the time of every one of its processes, as a hung or overloaded router would. */
  async freeze(): Promise<void> {
    await this.#signalTree("STOP");
  }

  async thaw(): Promise<void> {
    await this.#signalTree("CONT");
  }

  sessions(): Promise<readonly RouterSession[]> {
    return this.driver.sessions(this.#running());
  }

  /** The routes of a family it accepted from its neighbours; routes of its own are not among them. */
  received(family: FamilyName): Promise<readonly ReceivedRoute[]> {
    return this.driver.received(this.#running(), family);
  }

  /** Asks its first neighbour for all routes again (RFC 2918). */
  async refresh(): Promise<void> {
    const [neighbour] = this.#running().spec.neighbours;
    await this.#command(neighbour === undefined ? undefined : this.driver.refresh?.(this.#place, neighbour));
  }

  /** Resets the session with its first neighbour. */
  async reset(): Promise<void> {
    const [neighbour] = this.#running().spec.neighbours;
    await this.#command(neighbour === undefined ? undefined : this.driver.reset?.(this.#place, neighbour));
  }

  /** Shuts the session with its first neighbour down, with a text (RFC 9003). */
  async shutDown(text: string): Promise<void> {
    const { spec } = this.#running();
    const [neighbour] = spec.neighbours;
    const argv = neighbour === undefined ? undefined : this.driver.shutDown?.(this.#place, spec, neighbour, text);
    await this.#command(argv);
  }

  async #command(argv: readonly string[] | undefined): Promise<void> {
    if (argv === undefined) throw new Error(`${this.driver.title} has no command for that`);
    await this.#sandbox.exec(this.#host, argv);
  }

  /** What it wrote on its standard output and error since the beginning. */
  log(): readonly string[] {
    return [...this.#log, ...(this.#programs?.log() ?? [])];
  }

  /** Name and version as the daemon says it. */
  async version(): Promise<string> {
    const { argv, pattern } = this.driver.version;
    const { stdout, stderr } = await this.#sandbox.exec(null, argv, { allowFailure: true });
    return (stdout + stderr).match(pattern)?.[1] ?? "unknown";
  }

  /** Some daemons divide themselves into processes, all of which have to stop. */
  async #signalTree(name: "STOP" | "CONT"): Promise<void> {
    const script = `tree() { echo $1; for child in $(cat /proc/$1/task/*/children); do tree $child; done; }
for pid in "$@"; do kill -${name} $(tree $pid); done`;
    const pids = this.#programs?.pids() ?? [];
    await this.#sandbox.exec(null, ["sh", "-c", script, "tree", ...pids.map(String)]);
  }

  #running(): RunningDaemon {
    const spec = this.#spec;
    if (spec === null) throw new Error(`${this.driver.title} is not configured`);
    return {
      place: this.#place,
      spec,
      ask: async (argv) => (await this.#sandbox.exec(this.#host, argv, { allowFailure: true })).stdout,
      read: async (path) => {
        try {
          return await this.#sandbox.readFile(path);
        } catch {
          return "";
        }
      },
      log: () => this.#programs?.log() ?? [],
    };
  }
}
